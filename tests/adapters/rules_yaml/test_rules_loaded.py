"""What each form of the file means."""

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.domain.classify import OnMissingRunbook, Severity, SourceSettings
from app.domain.complaint import Place
from app.domain.heartbeat import Heartbeat
from app.domain.learning import Learning
from app.domain.pay_terms import Choice, PayTerms, Rounding
from app.domain.people import ContactMethod, Ladder, Person, Rung, Squad, Urgency
from app.domain.policy import Chain, Delay, Policy, Step, Target, TargetKind
from app.domain.postmortem_deadlines import PostMortemRules
from app.domain.rota import Rota
from app.domain.ruleset import Limits
from app.domain.tell import plan_for
from app.domain.working_days import Days
from tests.adapters.rules_yaml.office import TYPES, a_file, load
from tests.builders import an_alert

LONDON = ZoneInfo("Europe/London")
OFFICE_DAY = ((time(9), time(17, 30)),)
HOUR = timedelta(hours=1)
OWN_WORDS = {"critical": Severity.CRITICAL, "high": Severity.HIGH, "triage": Severity.TRIAGE}
SQUAD = Target(TargetKind.SQUAD, "squad")
EVE = Target(TargetKind.PERSON, "eve")


def rota(name: str) -> Target:
    return Target(TargetKind.ROTA, name)


DESIGN = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, runbook_hosts: [wiki.example.com], last_resort: cto}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}, holidays: GB-ENG, closed: [2026-12-24]}
people:
  asha: {name: Asha, email: asha@example.com, slack: U0123, phone: "+441632960001", on_call_since: 2026-01-05}
  ben: {}
  chen: {}
  cto: {}
squads:
  payments: {channel: "#squad-payments", tickets: {github: example/payments}, members: [asha, ben]}
rotas:
  first_responder: {rotate: weekly, handover: "mon 09:00", members: all, opted_out: [chen]}
  primary:         {rotate: weekly, handover: "mon 17:30", members: [asha, ben], starts: 2026-01-05}
  shadow:          {rotate: weekly, handover: "mon 17:30", members: []}
  second_line:     {rotate: weekly, handover: "mon 17:30", members: [ben, asha]}
policies:
  critical:
    in_hours:     [{tell: [first_responder]}, {after: 1h, tell: [second_line, squad]}]
    out_of_hours: [{tell: [primary, shadow]}, {after: 1h, tell: [second_line]}]
    repeat: 3
  high:
    in_hours:     [{tell: [first_responder]}, {after: 1 working hour, tell: [squad]}]
    out_of_hours: hold
rules:
  - {match: ['severity=~"critical|page"', 'service="payments"'], severity: critical, squad: payments, runbook: api-down}
  - {match: ['source="rollbar"'], severity: triage, squad_from: labels.project}
"""


def test_the_shape_of_the_design_loads(tmp_path: Path) -> None:
    rules = load(tmp_path, DESIGN)

    assert (rules.zone, rules.on_missing_runbook, rules.last_resort) == (LONDON, OnMissingRunbook.TRIAGE, "cto")
    assert rules.library.hosts == {"wiki.example.com"}
    assert rules.calendars["office"].week == (*[OFFICE_DAY] * 5, (), ())
    assert rules.calendars["office"].holiday(date(2026, 12, 25)) == "Christmas Day"
    assert rules.calendars["office"].closed == {date(2026, 12, 24): "closed"}
    assert rules.people["asha"] == Person(
        "asha",
        "Asha",
        (
            ContactMethod("email", "asha@example.com"),
            ContactMethod("slack", "U0123"),
            ContactMethod("sms", "+441632960001"),
            ContactMethod("voice", "+441632960001"),
            ContactMethod("console", "asha"),
        ),
        on_call_since=date(2026, 1, 5),
    )
    assert rules.rotas["first_responder"] == Rota(
        "first_responder",
        LONDON,
        ("asha", "ben", "chen", "cto"),
        date(2026, 1, 5),
        0,
        time(9),
        opted_out=frozenset({"chen"}),
    )
    assert rules.rotas["primary"].consent_required
    assert (rules.rotas["shadow"].shadowing, rules.rotas["shadow"].members) == (True, ())
    assert rules.policies["critical"] == Policy(
        "critical",
        Chain("critical in hours", (Step((rota("first_responder"),)), Step((rota("second_line"), SQUAD), Delay(HOUR)))),
        Chain(
            "critical out of hours",
            (Step((rota("primary"), rota("shadow"))), Step((rota("second_line"),), Delay(HOUR))),
        ),
        repeat=3,
        urgency=Urgency.URGENT,
    )
    assert rules.policies["high"] == Policy(
        "high",
        Chain("high in hours", (Step((rota("first_responder"),)), Step((SQUAD,), Delay(HOUR, working=True)))),
        Chain("high out of hours", hold=True),
        urgency=Urgency.QUIET,
    )
    first, second = rules.rules
    assert (first.name, str(first.where), first.squad, first.runbook) == (
        "rule 1",
        "routing_rules.yaml:27",
        "payments",
        "api-down",
    )
    assert (second.severity, second.squad_from) == (Severity.TRIAGE, "labels.project")


def test_a_file_without_policies_has_those_of_the_written_process(tmp_path: Path) -> None:
    silent = DESIGN[: DESIGN.index("policies:")] + DESIGN[DESIGN.index("rules:") :]

    assert load(tmp_path, silent).policies == load(tmp_path, DESIGN).policies


def test_default_policies_leave_out_the_rotas_that_do_not_exist(tmp_path: Path) -> None:
    rules = load(tmp_path, a_file("rotas: {second_line: {members: [chen]}}"))

    assert rules.policies["critical"].in_hours.steps == (Step((rota("second_line"), SQUAD)),)
    assert rules.policies["critical"].out_of_hours.steps == (Step((rota("second_line"),)),)
    assert rules.policies["high"].in_hours.steps == (Step((SQUAD,)),)


def test_with_no_rota_at_all_the_nights_go_to_the_last_resort(tmp_path: Path) -> None:
    rules = load(tmp_path, a_file("rotas: {}"))

    assert rules.policies["critical"].out_of_hours.steps == (Step((EVE,)),)


def test_a_named_policy_may_give_one_half_only(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            policies:
              quick: {in_hours: {tell: eve}, repeat: 1, urgency: quiet}
              high: {in_hours: [{tell: asha}, {tell: [last_resort, primary]}]}
            """),
    )

    assert rules.policies["quick"] == Policy(
        "quick",
        Chain("quick in hours", (Step((EVE,)),)),
        Chain("quick out of hours", rules.policies["critical"].out_of_hours.steps),
        repeat=1,
        urgency=Urgency.QUIET,
    )
    assert rules.policies["high"].in_hours.steps == (
        Step((Target(TargetKind.PERSON, "asha"),)),
        Step((EVE, rota("primary")), Delay(HOUR)),
    )
    assert rules.policies["high"].out_of_hours.hold


@pytest.mark.parametrize(
    ("after", "delay"),
    [
        ("1h", Delay(HOUR)),
        ("90m", Delay(1.5 * HOUR)),
        ("1h 30m", Delay(1.5 * HOUR)),
        ("1 hour 30 minutes", Delay(1.5 * HOUR)),
        ("45 s", Delay(timedelta(seconds=45))),
        ("1 day", Delay(24 * HOUR)),
        ("1 working hour", Delay(HOUR, working=True)),
        ("30 working minutes", Delay(HOUR / 2, working=True)),
        ("1 Working Hour 30 working minutes", Delay(1.5 * HOUR, working=True)),
    ],
)
def test_a_delay_is_real_or_working_time(tmp_path: Path, after: str, delay: Delay) -> None:
    rules = load(
        tmp_path, a_file(f"policies: {{high: {{in_hours: [{{tell: squad}}, {{after: {after}, tell: asha}}]}}}}")
    )

    assert rules.policies["high"].in_hours.steps[1].after == delay


def test_calendars_take_several_windows_ranges_lists_and_extra_days(tmp_path: Path) -> None:
    morning, afternoon = (time(9), time(12)), (time(13), time(16))

    office = load(
        tmp_path,
        a_file("""
            calendars:
              office:
                timezone: Europe/Berlin
                hours: {"mon,Wednesday": ["13:00-16:00", "09:00-12:00"], sat-sun: "00:00-24:00"}
                holidays: [DE-BY, GB-SCT]
                closed: {2026-07-01: Summer}
                open: [2026-12-25: ["09:00-12:00"], 2026-12-26, 2026-12-28, 2026-12-29]
            """),
    ).calendars["office"]

    day, none, whole = (morning, afternoon), (), ((time(0), time(0)),)
    assert (office.zone, office.week) == (ZoneInfo("Europe/Berlin"), (day, none, day, none, none, whole, whole))
    assert (office.holiday(date(2026, 1, 6)), office.holiday(date(2026, 11, 30))) == (
        "Epiphany",
        "Saint Andrew's Day",
    )
    assert office.holiday(date(2026, 7, 1)) is None
    assert office.closed == {date(2026, 7, 1): "Summer"}
    assert office.opened == {
        date(2026, 12, 25): (morning,),
        date(2026, 12, 26): whole,
        date(2026, 12, 28): day,
        date(2026, 12, 29): day,
    }


def test_without_calendars_there_is_an_office(tmp_path: Path) -> None:
    rules = load(tmp_path, a_file())

    assert rules.default_calendar == "office"
    assert (rules.calendars["office"].zone, rules.calendars["office"].week) == (LONDON, (*[OFFICE_DAY] * 5, (), ()))


@pytest.mark.parametrize(
    ("calendars", "default"),
    [("{night: {}}", "night"), ("{night: {}, office: {}}", "office"), ("{day: {}}", "day")],
)
def test_the_usual_calendar_is_the_office_or_the_only_one(tmp_path: Path, calendars: str, default: str) -> None:
    assert load(tmp_path, a_file(f"calendars: {calendars}")).default_calendar == default


def test_methods_keep_the_order_of_the_file_and_end_with_the_console(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            people:
              asha: {phone: +44 (1632) 960-001, webhook: "https://push.example.com/a?b=c", email: asha@example.com}
              eve: {console: boss, ladders: {urgent: loud}}
            ladders: {loud: [{send: voice}]}
            squads: {}
            rotas: {}
            """),
    )

    assert rules.people["asha"].methods == (
        ContactMethod("sms", "+441632960001"),
        ContactMethod("voice", "+441632960001"),
        ContactMethod("webhook", "https://push.example.com/a?b=c"),
        ContactMethod("email", "asha@example.com"),
        ContactMethod("console", "asha"),
    )
    assert rules.people["eve"].methods == (ContactMethod("console", "boss"),)
    assert rules.people["eve"].ladders == ((Urgency.URGENT, "loud"),)
    assert rules.ladder_for(rules.people["eve"], Urgency.URGENT).rungs == (Rung(timedelta(0), ("voice",)),)


def test_a_person_is_told_on_any_chat_they_have_without_a_ladder_of_their_own(tmp_path: Path) -> None:
    teams, discord = (
        "https://x.logic.azure.com/workflows/1?sig=s",
        "https://discord.com/api/v10/webhooks/1/a-b?thread_id=2",
    )
    rules = load(
        tmp_path,
        a_file(
            f"""
            people: {{eve: {{teams: "{teams}", discord: "{discord}", email: eve@example.com}}}}
            squads: {{web: {{discord: "{discord}", teams: "{teams}"}}}}
            rotas: {{}}
            """
        ),
    )

    plans = [
        tuple(rung.channel for rung in plan_for(rules.people["eve"], rules.ladders[name], Urgency(name))[0])
        for name in ("urgent", "quiet")
    ]
    assert plans == [("teams", "discord"), ("teams", "discord", "email")]
    assert rules.squads["web"].post == (
        ContactMethod("teams", teams),
        ContactMethod("discord", discord),
        ContactMethod("console", "squad-web"),
    )


def test_a_squad_reads_slack_then_mail_then_webhook_then_console(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            squads:
              web:
                {webhook: https://x.example.com, email: web@example.com, channel: C123, calendar: office, members: asha}
            """),
    )

    assert rules.squads["web"] == Squad(
        "web",
        "web",
        ("asha",),
        (
            ContactMethod("slack", "C123"),
            ContactMethod("email", "web@example.com"),
            ContactMethod("webhook", "https://x.example.com"),
            ContactMethod("console", "squad-web"),
        ),
        "office",
    )


@pytest.mark.parametrize(
    ("written", "tracker"),
    [
        ("github: example/payments.api", ContactMethod("github", "example/payments.api")),
        ("github: https://github.com/example/payments", ContactMethod("github", "example/payments")),
        ("jira: PAY", ContactMethod("jira", "PAY")),
        ("jira: PAY/Service Request", ContactMethod("jira", "PAY/Service Request")),
        ("linear: PAY", ContactMethod("linear", "PAY")),
    ],
)
def test_a_squad_names_its_tracker(tmp_path: Path, written: str, tracker: ContactMethod) -> None:
    rules = load(tmp_path, a_file(f"squads: {{web: {{channel: C1, tickets: {{{written}}}}}, ops: {{channel: C2}}}}"))

    assert (rules.squads["web"].tickets, rules.squads["ops"].tickets) == (tracker, None)


def test_a_squad_meets_in_its_own_room_and_all_others_in_that_of_the_defaults(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            defaults: {on_missing_runbook: page, last_resort: eve, call_room: "https://meet.example.com/all"}
            squads: {web: {channel: C1, call_room: "https://meet.example.com/web"}, ops: {channel: C2}}
            """),
    )

    assert [rules.call_room_of(squad) for squad in ("web", "ops", "")] == [
        "https://meet.example.com/web",
        "https://meet.example.com/all",
        "https://meet.example.com/all",
    ]


def test_people_may_live_in_a_file_of_their_own(tmp_path: Path) -> None:
    text = "people_file: people.yaml\n" + a_file("people: {eve: {}}")
    (tmp_path / "people.yaml").write_text("asha: {}\nben: {}\nchen: {}\n")
    bare = load(tmp_path, text)
    (tmp_path / "people.yaml").write_text("people:\n  asha: {}\n  ben: {}\n  chen: {}\n")
    headed = load(tmp_path, text)

    assert list(bare.people) == list(headed.people) == ["eve", "asha", "ben", "chen"]
    assert bare.version != headed.version
    assert str(headed.places["people.ben"]) == "people.yaml:3"


def test_a_rota_takes_every_setting(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            rotas:
              night: {rotate: every 2 weeks, handover: "Friday 17:05", timezone: Asia/Tokyo, members: asha,
                      starts: 2026-02-01, ends: 2026-12-31, opted_out: [asha], shadowing: yes, consent: true}
              shadow: {members: [], shadowing: false}
            """),
    )

    assert rules.rotas["night"] == Rota(
        name="night",
        zone=ZoneInfo("Asia/Tokyo"),
        members=("asha",),
        starts=date(2026, 2, 1),
        weekday=4,
        handover=time(17, 5),
        weeks=2,
        opted_out=frozenset({"asha"}),
        consent_required=True,
        ends=date(2026, 12, 31),
        shadowing=True,
    )
    assert not rules.rotas["shadow"].shadowing


def test_consent_is_needed_where_a_policy_tells_the_rota_out_of_hours(tmp_path: Path) -> None:
    rules = load(tmp_path, a_file("policies: {odd: {out_of_hours: [{tell: first_responder}]}}"))

    assert {name for name, found in rules.rotas.items() if found.consent_required} == {
        "first_responder",
        "primary",
        "shadow",
        "second_line",
    }
    assert not load(tmp_path, a_file()).rotas["first_responder"].consent_required


def test_ladders_replace_the_defaults_by_name(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file(
            """
            ladders:
              urgent: [{send: [console, slack]}, {after: 3m, send: sms}, {after: 3m, send: voice}, {again: 15m}]
            """
        ),
    )

    minutes = timedelta(minutes=1)
    assert rules.ladders == {
        "urgent": Ladder(
            "urgent",
            (
                Rung(timedelta(0), ("console", "slack")),
                Rung(3 * minutes, ("sms",)),
                Rung(3 * minutes, ("voice",)),
            ),
            again=15 * minutes,
        ),
        "quiet": Ladder("quiet", (Rung(timedelta(0), ("slack", "teams", "discord", "email")),)),
    }


def test_push_in_a_ladder_is_whichever_way_of_pushing_a_person_has(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file(
            """
            people:
              asha: {telegram: -1009876543210, email: asha@example.com, ntfy: asha-k3Vw8pQz}
              eve: {pushover: uk3Vw8pQzk3Vw8pQzk3Vw8pQz12RsG}
            squads: {}
            rotas: {}
            ladders: {loud: [{send: [ntfy, push, email]}]}
            """
        ),
    )

    assert rules.people["asha"].methods == (
        ContactMethod("telegram", "-1009876543210"),
        ContactMethod("email", "asha@example.com"),
        ContactMethod("ntfy", "asha-k3Vw8pQz"),
        ContactMethod("console", "asha"),
    )
    assert rules.ladders["loud"].rungs == (Rung(timedelta(0), ("ntfy", "pushover", "telegram", "email")),)
    plans = {
        id: tuple(rung.channel for rung in plan_for(rules.people[id], rules.ladders["urgent"], Urgency.URGENT)[0])
        for id in ("asha", "eve")
    }
    assert plans == {"asha": ("ntfy", "telegram"), "eve": ("pushover",)}


def test_a_rule_takes_every_setting(tmp_path: Path) -> None:
    (rule,) = load(
        tmp_path,
        a_file("""
            policies: {mine: {}}
            rules:
              - name: all of it
                match: '{alertname="Down", service=~"pay.*"}'
                severity: high
                squad: payments
                runbook: https://wiki.example.com/down
                policy: mine
                calendar: office
                on_missing_runbook: triage
                group_by: [labels.cluster, service]
                resolve_with_source: false
            """),
    ).rules

    assert (rule.name, rule.severity, rule.squad, rule.runbook) == (
        "all of it",
        Severity.HIGH,
        "payments",
        "https://wiki.example.com/down",
    )
    assert (rule.policy, rule.calendar, rule.on_missing_runbook) == ("mine", "office", OnMissingRunbook.TRIAGE)
    assert (rule.group_by, rule.resolve_with_source, rule.alert_names) == (("cluster", "service"), False, ("Down",))
    assert rule.matches(an_alert(labels={"alertname": "Down", "service": "payments"}))
    assert not rule.matches(an_alert(labels={"alertname": "Down", "service": "web"}))


def test_source_instances_stand_beside_the_known_types(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            sources:
              alertmanager: {severities: {Warning: triage}}
              printer:
                type: generic
                acknowledge: true
                on_missing_runbook: triage
                mapping: {title: event.title, retries: 3, strict: true, words: ["3", ok], ratio: 0.5}
                options: {depth: {a: [1, "1", null]}}
              goalert: {type: generic, mapping: goalert}
            """),
    )

    assert rules.sources == {
        "alertmanager": SourceSettings(
            "alertmanager", "alertmanager", {"critical": Severity.CRITICAL, "warning": Severity.TRIAGE}
        ),
        "rollbar": SourceSettings("rollbar", "rollbar", TYPES["rollbar"]),
        "generic": SourceSettings("generic", "generic", TYPES["generic"]),
        "goalert": SourceSettings("goalert", "generic", TYPES["generic"], options={"mapping": "goalert"}),
        "printer": SourceSettings(
            "printer",
            "generic",
            TYPES["generic"],
            on_missing_runbook=OnMissingRunbook.TRIAGE,
            acknowledge=True,
            options={
                "depth": {"a": [1, "1", None]},
                "mapping": {"title": "event.title", "retries": 3, "strict": True, "words": ["3", "ok"], "ratio": 0.5},
            },
        ),
        "heartbeats": SourceSettings("heartbeats", "heartbeats", OWN_WORDS),
    }


def test_a_heartbeat_says_how_often_and_the_rest_may_be_left_out(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            heartbeats:
              nightly-backup:
                {every: 24h, grace: 30m, severity: high, squad: payments, runbook: backup, title: No backup}
              cron: {every: 90s}
            """),
    )

    assert rules.heartbeats == {
        "nightly-backup": Heartbeat(
            "nightly-backup",
            timedelta(hours=24),
            timedelta(minutes=30),
            Severity.HIGH,
            squad="payments",
            runbook="backup",
            title="No backup",
        ),
        "cron": Heartbeat("cron", timedelta(seconds=90), timedelta(minutes=1), Severity.CRITICAL),
    }
    assert str(rules.places["heartbeats.cron"]) == "routing_rules.yaml:17"


def test_what_becomes_of_heartbeats_without_a_runbook_can_be_set(tmp_path: Path) -> None:
    rules = load(tmp_path, a_file("sources: {heartbeats: {on_missing_runbook: triage}}"))

    assert rules.sources["heartbeats"] == SourceSettings(
        "heartbeats", "heartbeats", OWN_WORDS, on_missing_runbook=OnMissingRunbook.TRIAGE
    )


def test_limits_are_the_process_s_own_unless_changed(tmp_path: Path) -> None:
    changed = (
        "limits: {reopen_window: 5m, best_effort: 3h, hand_over_step: 2 working hours, storm: 9, shadow_counts: true}"
    )

    assert load(tmp_path, a_file()).limits == Limits()
    assert load(tmp_path, a_file(changed)).limits == Limits(HOUR / 12, 3 * HOUR, 2 * HOUR, 9, True)


def test_the_rota_primary_is_paid_unless_others_are_named(tmp_path: Path) -> None:
    changed = (
        "pay: {roles: [primary, second_line], hourly: 61.5, currency: EUR, round_to: 15m, rounding: nearest, "
        "default: day_off, calendar: office}"
    )

    assert load(tmp_path, a_file()).pay == PayTerms(("primary",))
    assert load(tmp_path, a_file("rotas: {night: {members: [asha]}}")).pay == PayTerms()
    assert load(tmp_path, a_file("pay: {roles: []}")).pay == PayTerms()
    assert load(tmp_path, a_file(changed)).pay == PayTerms(
        roles=("primary", "second_line"),
        hourly=Decimal("61.50"),
        currency="EUR",
        round_to=HOUR / 4,
        rounding=Rounding.NEAREST,
        default=Choice.DAY_OFF,
        calendar="office",
    )


def test_the_weekly_summary_goes_to_every_squad_unless_some_are_named(tmp_path: Path) -> None:
    changed = 'reports: {sleep: "23:00-06:30", noise_under: 5m, weekly: fri 16:00, weekly_to: [payments]}'

    assert load(tmp_path, a_file()).learning == Learning(weekly_to=("payments",))
    assert load(tmp_path, a_file("reports: {weekly_to: []}")).learning == Learning()
    assert load(tmp_path, a_file(changed)).learning == Learning(
        (time(23), time(6, 30)), HOUR / 12, (4, time(16)), ("payments",)
    )


def test_post_mortems_are_due_in_days_of_either_sort(tmp_path: Path) -> None:
    changed = (
        'squads: {web: {}}\npostmortems: {due: 2 weeks, nag_every: 1 working day, publish_to: [web, "#incidents"]}'
    )

    assert load(tmp_path, a_file()).postmortems == PostMortemRules(Days(5), Days(2), ())
    assert load(tmp_path, a_file(changed)).postmortems == PostMortemRules(
        Days(14, working=False), Days(1), ("web", "#incidents")
    )


def test_anchors_and_merge_keys_save_typing(tmp_path: Path) -> None:
    rules = load(
        tmp_path,
        a_file("""
            rules:
              - &pay {match: ['a="1"'], severity: high, squad: payments}
              - {<<: *pay, match: ['a="2"']}
            """),
    )

    assert [(rule.where, rule.severity, rule.squad) for rule in rules.rules] == [
        (Place("routing_rules.yaml", rules.places["rules"].line + n), Severity.HIGH, "payments") for n in (1, 2)
    ]


def test_a_section_whose_lines_are_all_commented_out_is_no_section(tmp_path: Path) -> None:
    assert "rollbar" in load(tmp_path, a_file("sources:\n#  printer: {}\nrules:")).sources


def test_the_version_changes_with_the_text(tmp_path: Path) -> None:
    assert load(tmp_path, a_file()).version != load(tmp_path, a_file() + "#").version
    assert load(tmp_path, a_file()).version == load(tmp_path, a_file()).version
