"""What a refused file is told: every sentence exactly, for people read them at night."""

from pathlib import Path
from textwrap import dedent

import pytest

from app.adapters.rules_yaml import load_rules
from app.domain.errors import InvalidRules
from tests.adapters.rules_yaml.office import a_file, problems

HEAD = "version: 1\ndefaults: {on_missing_runbook: page, last_resort: eve}\npeople: {eve: {email: eve@example.com}}\n"
"""Three lines, so that what a test adds begins in line 4."""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("squds: {}", '4 unknown key "squds" (did you mean "squads"?)'),
        ("squads: {web: {chanel: x}}", '4 squads.web: unknown key "chanel" (did you mean "channel"?)'),
        ("squads:\n  web: {members: [eva]}", '5 person "eva" is not defined (did you mean "eve"?)'),
        ("squads:\n  web: {calendar: offce}", '5 calendar "offce" is not defined (did you mean "office"?)'),
        (
            "squads:\n  web:\n    channel: #web",
            "6 squads.web.channel: is empty; put quotes round a name that begins with #",
        ),
        ("postmortems: {publish_to: [wbe]}", '4 squad "wbe" is not defined'),
        (
            'postmortems: {publish_to: ["#no such"]}',
            '4 postmortems.publish_to: must be a Slack id or name, such as "U0123" or "#squad-payments"',
        ),
        (
            "postmortems: {due: 3 working weeks}",
            '4 postmortems.due: "3 working weeks" is not a number of days; write it as "5 working days" or "7 days"',
        ),
        ("squads: {eve: {}}", '4 squad "eve" has the name of a person; each reader needs a name of their own'),
        (
            "squads: {our web: {}}",
            '4 squads.our web: "our web" cannot be a name: letters, digits and . _ - @ only, at most 64',
        ),
        (
            "squads: {web: {tickets: {github: payments}}}",
            '4 squads.web.tickets.github: must be a repository with its owner, such as "example/payments"',
        ),
        (
            "squads: {web: {tickets: {github: example/..}}}",
            '4 squads.web.tickets.github: must be a repository with its owner, such as "example/payments"',
        ),
        (
            "squads: {web: {tickets: {jira: pay}}}",
            '4 squads.web.tickets.jira: must be the key of a project, such as "PAY", or that with a type of issue, '
            'such as "PAY/Bug"',
        ),
        (
            "squads: {web: {tickets: {linear: Payments}}}",
            '4 squads.web.tickets.linear: must be the key of a team, such as "PAY", as the team\'s issues begin with '
            "it",
        ),
        ("squads: {web: {tickets: {}}}", "4 squads.web.tickets: must name one tracker: github, jira or linear"),
        (
            "squads: {web: {tickets: {github: a/b, linear: PAY}}}",
            "4 squads.web.tickets: must name one tracker: github, jira or linear",
        ),
        (
            "squads: {web: {call_room: our room}}",
            '4 squads.web.call_room: must be a web address that begins with "https://"',
        ),
        ("rotas: {a: {members: [eev]}}", '4 person "eev" is not defined (did you mean "eve"?)'),
        ("rotas:\n  a: {}", '5 rotas.a: "members" is missing'),
        (
            "rotas: {a: {members: all, rotate: daily}}",
            '4 rotas.a.rotate: "daily" is not a rotation; write it as "weekly" or "2 weeks"',
        ),
        (
            'rotas: {a: {members: all, handover: "25:00"}}',
            '4 rotas.a.handover: "25:00" is not a handover; write it as "mon 09:00"',
        ),
        (
            "rotas: {a: {members: all, ends: 2025-01-01}}",
            "4 rotas.a.ends: must be later than the start of the rota",
        ),
        (
            "rotas: {a: {members: all, timezone: Europe/Lodnon}}",
            '4 rotas.a.timezone: "Europe/Lodnon" is not a time zone (did you mean "Europe/London"?)',
        ),
        (
            "rotas: {primary: {members: all}}\npolicies:\n  critical:\n    out_of_hours: [{tell: [primry]}]",
            '7 rota "primry" is not defined (did you mean "primary"?)',
        ),
        (
            "rotas: {eve: {members: all}}\npolicies: {x: {in_hours: {tell: eve}}}",
            '5 "eve" is a rota and a person; give one of them another name',
        ),
        (
            "policies: {x: {in_hours: [{after: 1h, tell: eve}]}}",
            "4 policies.x.in_hours.after: the first step is told at once; after belongs to later steps",
        ),
        (
            "policies: {x: {in_hours: [{tell: eve}, {after: 1 working day, tell: squad}]}}",
            '4 policies.x.in_hours.after: "1 working day": working time is counted in hours and minutes, '
            "for days differ in length",
        ),
        (
            "policies: {x: {in_hours: [{tell: eve}, {after: soon, tell: squad}]}}",
            '4 policies.x.in_hours.after: "soon" is not a length of time; write it as "90m", "1h" or "2 days"',
        ),
        (
            "policies: {x: {in_hours: [{tell: eve}, {after: 0m, tell: squad}]}}",
            "4 policies.x.in_hours.after: two steps at once are one step with both in tell",
        ),
        (
            "policies: {x: {in_hours: hold}}",
            "4 policies.x.in_hours: hold waits for working hours, so it cannot stand in them",
        ),
        (
            "policies: {x: {out_of_hours: hodl}}",
            '4 policies.x.out_of_hours: "hodl" is not "hold" (did you mean "hold"?)',
        ),
        ("policies: {x: {out_of_hours: []}}", "4 policies.x.out_of_hours: needs at least one step"),
        ("policies: {x: {in_hours: [{tell: []}]}}", "4 policies.x.in_hours.tell: must name at least one"),
        ("policies: {x: {repeat: often}}", "4 policies.x.repeat: must be a whole number"),
        ("policies: {x: {repeat: 0}}", "4 policies.x.repeat: must be at least 1"),
        (
            "ladders: {urgent: [{send: [emial]}]}",
            '4 ladders.urgent.send: "emial" is not one of console, email, slack, teams, discord, sms, voice, '
            'webhook, push, ntfy, pushover, telegram, pagerduty, opsgenie, apprise (did you mean "email"?)',
        ),
        (
            "ladders:\n  urgent:\n    - send: sms\n    - send: voice",
            '7 ladders.urgent: after is missing; say how long after the page began, such as "3m"',
        ),
        (
            "ladders: {urgent: [{again: 15m}, {send: sms}]}",
            "4 ladders.urgent: again stands alone, as the last line of the ladder",
        ),
        ("ladders: {urgent: []}", "4 ladders.urgent: a ladder needs at least one rung with channels to send on"),
        ("ladders: {urgent: [{send: sms}, {again: 5s}]}", "4 ladders.urgent: again must be at least a minute"),
        ("rules:\n  - {severity: high}", '5 rules: "match" is missing'),
        (
            "rules:\n  - match: []\n    severity: hihg",
            '6 rules.severity: "hihg" is not one of critical, high, triage (did you mean "high"?)',
        ),
        ("rules:\n  - {match: [], squad: web}", '5 squad "web" is not defined'),
        ("rules:\n  - {match: [], policy: critcal}", '5 policy "critcal" is not defined (did you mean "critical"?)'),
        (
            "rules:\n  - match:\n      - 'a=\"b'",
            '6 rules.match: matcher a="b needs a second quote, to close the one at position 3',
        ),
        (
            "rules:\n  - match: 'a=~\"(\"'",
            '5 rules.match: a=~"(" holds no regular expression that RE2 can read: missing ): (',
        ),
        (
            "rules:\n  - {match: [], name: x}\n  - {match: [], name: x}",
            '6 a rule named "x" is already in line 5',
        ),
        (
            "sources: {rolbar: {}}",
            '4 sources.rolbar: source type "rolbar" is not known (did you mean "rollbar"?); '
            "known are alertmanager, generic, rollbar",
        ),
        (
            "sources: {a-b: {type: generic}, a.b: {type: generic}}",
            '4 sources.a.b: its secret would be ONCALL_SOURCE_A_B_SECRET, as that of "a-b" is',
        ),
        ("heartbeats:\n  cron: {}", '5 heartbeats.cron: "every" is missing'),
        (
            "heartbeats: {cron: {evry: 1h, every: 1h}}",
            '4 heartbeats.cron: unknown key "evry" (did you mean "every"?)',
        ),
        (
            "heartbeats: {cron: {every: daily}}",
            '4 heartbeats.cron.every: "daily" is not a length of time; write it as "90m", "1h" or "2 days"',
        ),
        ("heartbeats: {cron: {every: 5s}}", "4 heartbeats.cron.every: must be at least 10 seconds"),
        (
            "squads: {web: {}}\nheartbeats: {cron: {every: 1h, squad: wbe}}",
            '5 squad "wbe" is not defined (did you mean "web"?)',
        ),
        (
            "heartbeats: {cron: {every: 1h, severity: hihg}}",
            '4 heartbeats.cron.severity: "hihg" is not one of critical, high, triage (did you mean "high"?)',
        ),
        (
            "sources: {pulse: {type: heartbeats}}",
            '4 sources.pulse: "heartbeats" is the one source of its type, and of its name',
        ),
        (
            "sources: {heartbeats: {acknowledge: true}}",
            "4 sources.heartbeats.acknowledge: cannot be set for heartbeats",
        ),
        ("pay: {roles: [primry]}", '4 rota "primry" is not defined'),
        (
            "pay: {hourly: £50}",
            "4 pay.hourly: is not an amount; write it as 312.50, without a currency or thousands separators",
        ),
        (
            "pay: {currency: pounds}",
            '4 pay.currency: "pounds" is not a currency; write its three letters, such as GBP',
        ),
        ("pay: {round_to: 0s}", "4 pay.round_to: must be at least a second"),
        ("pay: {default: holiday}", '4 pay.default: "holiday" is not one of pay, day_off'),
        ("pay: {calendar: offce}", '4 calendar "offce" is not defined (did you mean "office"?)'),
        ("reports: {weekly_to: [web]}", '4 squad "web" is not defined'),
        (
            "reports: {weekly: daily}",
            '4 reports.weekly: "daily" is not a handover; write it as "mon 09:00"',
        ),
        ("limits: {storm: 0}", "4 limits.storm: must be at least 1"),
        ("limits: {storm: 1001}", "4 limits.storm: must be at most 1000"),
        ("limits: {storm_windw: 1m}", '4 limits: unknown key "storm_windw" (did you mean "storm_window"?)'),
        (
            "limits: {storm_window: soon}",
            '4 limits.storm_window: "soon" is not a length of time; write it as "90m", "1h" or "2 days"',
        ),
        ("limits: {flap_reopens: 0}", "4 limits.flap_reopens: must be at least 1"),
        (
            "limits: {flap_hold: 15}",
            '4 limits.flap_hold: "15" is not a length of time; write it as "90m", "1h" or "2 days"',
        ),
        ("mode: observed", '4 mode: "observed" is not one of live, observe (did you mean "observe"?)'),
        ("sources: {generic: {mode: dry}}", '4 sources.generic.mode: "dry" is not one of live, observe'),
        (
            "inhibit: [{source: 'a=\"b\"', target: 'c=\"d\"', equals: [site]}]",
            '4 inhibit: unknown key "equals" (did you mean "equal"?)',
        ),
        ("inhibit:\n  - {source: 'a=\"b\"'}", '5 inhibit: "target" is missing'),
        (
            "inhibit:\n  - source: []\n    target: 'c=\"d\"'",
            "5 inhibit.source: source holds no matcher, so it would mean every alert",
        ),
        (
            "inhibit:\n  - source: 'a=\"b\"'\n    target: '{}'",
            "6 inhibit.target: target holds no matcher, so it would mean every alert",
        ),
        (
            "inhibit:\n  - source: 'a=\"b'\n    target: 'c=\"d\"'",
            '5 inhibit.source: matcher a="b needs a second quote, to close the one at position 3',
        ),
        (
            "inhibit:\n  - {name: site, source: 'a=\"b\"', target: 'c=\"d\"'}\n"
            "  - {name: site, source: 'a=\"b\"', target: 'c=\"d\"'}",
            '6 inhibit.name: an inhibition named "site" stands above already',
        ),
        (
            "inhibit:\n  - {name: inhibition 2, source: 'a=\"b\"', target: 'c=\"d\"'}\n"
            "  - {source: 'a=\"b\"', target: 'c=\"d\"'}",
            '6 inhibit.name: an inhibition named "inhibition 2" stands above already',
        ),
        (
            'calendars: {office: {hours: {mon-fri: "09:00-08:00"}}}',
            '4 calendars.office.hours.mon-fri: "09:00-08:00" ends before it begins; '
            "hours that pass midnight are two windows on two days",
        ),
        (
            'calendars: {office: {hours: {mon-fri: ["09:00-12:00", "11:00-17:00"]}}}',
            "4 calendars.office.hours.mon-fri: the hours overlap at 11:00",
        ),
        (
            'calendars: {office: {hours: {mon-fri: "09:00-12:00", fri: "09:00-10:00"}}}',
            "4 calendars.office.hours.fri: one of these days has its hours already",
        ),
        (
            'calendars: {office: {hours: {mun: "09:00-12:00"}}}',
            '4 calendars.office.hours.mun: "mun" is not a day of the week; write it as "mon"',
        ),
        (
            "calendars: {office: {holidays: GB-ENGLAND}}",
            '4 calendars.office.holidays: "GB-ENGLAND" is not a country or region with known holidays '
            '(did you mean "GB-ENG"?)',
        ),
        (
            "calendars: {office: {holidays: MON}}",
            '4 calendars.office.holidays: "MON" is not a country or region with known holidays (did you mean "MO"?)',
        ),
        (
            "calendars:\n  office:\n    closed:\n      - 2026-02-30",
            '7 calendars.office.closed: "2026-02-30" is not a day of the calendar: day is out of range for month',
        ),
        ("calendars: {a: {}, b: {}}", '2 defaults: "calendar" is missing; say which of a, b is the usual one'),
        ("rules: {}", "4 rules: must be a list, not a mapping"),
        ("squads: [web]", "4 squads: must be a mapping, not a list"),
        ("squads:\n  web:", "5 squads.web: must be a mapping, not empty"),
    ],
)
def test_a_mistake_is_named_with_line_key_and_remedy(tmp_path: Path, lines: str, said: str) -> None:
    found = problems(tmp_path, HEAD + lines + "\n")

    assert found == (f"routing_rules.yaml:{said}",)


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("{emial: a@example.com}", 'people.asha: unknown key "emial" (did you mean "email"?)'),
        ("{email: asha}", 'people.asha.email: must be one e-mail address, such as "asha@example.com"'),
        ("{phone: 01632960001}", 'people.asha.phone: must be a number in international form, such as "+441632960001"'),
        ("{webhook: ftp://x}", 'people.asha.webhook: must be a web address that begins with "https://"'),
        ("{slack: two words}", 'people.asha.slack: must be a Slack id or name, such as "U0123" or "#squad-payments"'),
        (
            "{ntfy: https://ntfy.sh/asha}",
            "people.asha.ntfy: must be the topic alone, the last part of its address; the server is in ONCALL_NTFY_URL",
        ),
        (
            "{ntfy: two words}",
            'people.asha.ntfy: must be a topic of at most 64 letters, digits, "_" and "-", such as "asha-k3Vw8pQz"',
        ),
        (
            "{pushover: asha@example.com}",
            "people.asha.pushover: must be a user's or group's key of 30 letters and digits, not the mail address of "
            "the account",
        ),
        (
            "{pushover: uQiRzpo4}",
            "people.asha.pushover: must be a user's or group's key, 30 letters and digits, as the Pushover app "
            "shows it",
        ),
        (
            "{telegram: asha}",
            'people.asha.telegram: must be the id of a chat, such as "123456789", or "@name" of a public channel',
        ),
        (
            "{telegram: +44 1632 960001}",
            'people.asha.telegram: must be the id of a chat, such as "123456789", not a telephone number',
        ),
        (
            "{teams: https://x.logic.azure.com}",
            "people.asha.teams: must be the whole address that the workflow shows, which has a path",
        ),
        (
            "{teams: https://discord.com/api/webhooks/1/s3cr3t}",
            'people.asha.teams: is an address of Discord, not of Teams; write it under "discord"',
        ),
        (
            "{discord: https://hooks.slack.com/services/s3cr3t}",
            "people.asha.discord: is an address of Slack, not of Discord; Slack is told by its bot, which needs an id",
        ),
        (
            "{discord: https://discord.com/api/webhooks/1/s3cr3t/slack}",
            "people.asha.discord: must be the webhook's address without /slack or /github at its end",
        ),
        (
            "{discord: https://discord.com/channels/1/2}",
            'people.asha.discord: must be a webhook\'s address, such as "https://discord.com/api/webhooks/123/abc"',
        ),
        (
            "{pagerduty: s3cr3t}",
            "people.asha.pagerduty: must be the integration key of an Events API v2 integration, 32 letters and digits",
        ),
        (
            "{opsgenie: s3cr3t}",
            "people.asha.opsgenie: must be the key of an API integration, five groups of hexadecimal digits with "
            "hyphens",
        ),
        (
            "{apprise: https://example.com/s3cr3t}",
            'people.asha.apprise: must begin with the name of a service, such as "matrix://"; '
            'a web address is a "webhook"',
        ),
        (
            "{apprise: matrix}",
            "people.asha.apprise: must be one address as Apprise writes them, such as "
            '"matrix://token@matrix.example.com/#room"',
        ),
        ("{discord: asha}", 'people.asha.discord: must be a web address that begins with "https://"'),
        ("{on_call_since: 5 Jan}", 'people.asha.on_call_since: "5 Jan" is not a date; write it as 2026-12-24'),
        (
            "{on_call_since: 2026-01-05, on_call_until: 2026-01-05}",
            "people.asha.on_call_until: must be later than on_call_since",
        ),
        ("{engineer: perhaps}", "people.asha.engineer: must be true or false"),
        ("{ladders: {urgent: loud}}", 'ladder "loud" is not defined'),
        ("{name: [Asha]}", "people.asha.name: must be text, not a list"),
    ],
)
def test_a_mistake_about_a_person_never_repeats_an_address(tmp_path: Path, person: str, said: str) -> None:
    found = problems(tmp_path, HEAD.replace("}}\n", "}, asha: " + person + "}\n", 1))

    assert found == (f"routing_rules.yaml:3 {said}",)


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        dedent("""\
            version: 2
            defaults: {timezone: Mars, last_resort: adam}
            people:
              eve: {emial: eve@example.com, ladders: {quiet: hushed}}
            rules:
              - {match: ['a=='], severity: hihg, squad: web}
            """),
    )

    assert found == (
        "routing_rules.yaml:1 version: this program reads version 1 of the file",
        'routing_rules.yaml:2 defaults.timezone: "Mars" is not a time zone',
        'routing_rules.yaml:2 defaults: "on_missing_runbook" is missing; say triage, or page',
        'routing_rules.yaml:2 person "adam" is not defined',
        'routing_rules.yaml:4 people.eve: unknown key "emial" (did you mean "email"?)',
        'routing_rules.yaml:4 ladder "hushed" is not defined',
        'routing_rules.yaml:6 rules.severity: "hihg" is not one of critical, high, triage (did you mean "high"?)',
        'routing_rules.yaml:6 squad "web" is not defined',
        "routing_rules.yaml:6 rules.match: matcher a== needs one of = != =~ !~ at position 2",
    )


def test_a_file_without_its_promises_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "rules: []\n") == (
        'routing_rules.yaml:1 "version" is missing; write "version: 1" at the top',
        'routing_rules.yaml:1 defaults: "last_resort" is missing; name the person who is told when nobody else can be',
        'routing_rules.yaml:1 defaults: "on_missing_runbook" is missing; say triage, or page',
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'routing_rules.yaml:1 is empty; a file begins with "version: 1"'),
        ("# later\n", 'routing_rules.yaml:1 is empty; a file begins with "version: 1"'),
        ("- a\n", 'routing_rules.yaml:1 must be a mapping that begins with "version: 1"'),
        ("hello", 'routing_rules.yaml:1 must be a mapping that begins with "version: 1"'),
    ],
)
def test_a_file_that_is_no_rules_file_says_so(tmp_path: Path, text: str, said: str) -> None:
    assert problems(tmp_path, text) == (said,)


def test_a_missing_file_is_a_refusal_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(InvalidRules) as refused:
        load_rules(tmp_path / "routing_rules.yaml", tmp_path, {})

    assert str(refused.value) == "routing_rules.yaml cannot be read: No such file or directory"


def test_a_folder_in_its_place_is_a_refusal_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(InvalidRules) as refused:
        load_rules(tmp_path, tmp_path, {})

    assert str(refused.value) == f"{tmp_path.name} cannot be read: Is a directory"


def test_mistakes_in_the_peoples_file_name_that_file(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("asha: {emial: x}\nben: {}\neve: {}\n")

    found = problems(tmp_path, a_file("people: {ben: {}}\npeople_file: people.yaml\nsquads: {}\nrotas: {}"))

    assert found == (
        'people.yaml:1 people.asha: unknown key "emial" (did you mean "email"?)',
        'people.yaml:2 person "ben" is already in routing_rules.yaml:3',
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "routing_rules.yaml:1 people_file: people.yaml cannot be read: No such file or directory"),
        ("a: [", "people.yaml:1 this is not YAML: expected the node content, but found '<stream end>'"),
        ("- asha", "people.yaml:1 must be a mapping of person ids to people"),
    ],
)
def test_a_peoples_file_that_cannot_be_read_refuses_the_whole(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "people.yaml").write_text(text)

    found = problems(tmp_path, "people_file: people.yaml\n" + a_file("people: {}"))

    assert found == (said,)
