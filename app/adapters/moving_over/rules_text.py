"""The text of a rules file for what was carried over, in the order of the shipped one, with what to look at."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from app.adapters.moving_over.parts import clock
from app.adapters.moving_over.yaml_text import Value, comment, entry, flow, heading, scalar
from app.domain.calendar import WEEKDAYS
from app.domain.people import Person, Squad
from app.domain.policy import Chain, Policy, Step
from app.domain.rota import Rota
from app.domain.spoken import spoken
from app.service.moving_over.chains import length
from app.service.moving_over.draft import Draft
from app.service.moving_over.weekly import DAY

_LADDERS = """\
# How a person is told, ever louder. Nobody's own notification rules were carried.
ladders:
  urgent:
    - send: [console, slack, email]
    - {after: 3m, send: [sms]}
    - {after: 5m, send: [voice]}
    - again: 15m
  quiet:
    - send: [console, slack, email]
"""

_RULES = """\
# check: the first rule that matches decides. Without one an alert takes the severity that its source says, and the
# policy of that severity. For example:
#   - name: payments
#     match: ['service="payments"', 'severity="critical"']
#     severity: critical
#     squad: payments
rules: []
"""


_BY_DAY = (
    " check: in working hours these tell nobody else; with a rota `first_responder: {members: all}` named in the "
    "policies' in_hours, every engineer takes a turn by day."
)


def rules_text(draft: Draft) -> str:
    """YAML that the loader accepts."""
    lines = [
        *_top(draft),
        *_defaults(draft),
        *heading("When we work"),
        *_calendars(draft),
        *heading("People and squads"),
        *_people(draft),
        *_squads(draft.squads),
        *heading("Who is on call"),
        *_rotas(draft),
        *heading("Who is told, and what happens when nobody answers"),
        *_policies(draft),
        "",
        *_LADDERS.splitlines(),
        *heading("What an alert is"),
        *_RULES.splitlines(),
    ]
    return "\n".join(lines) + "\n"


def _top(draft: Draft) -> Iterable[str]:
    brand, when = draft.system.brand, f"{draft.at.astimezone(draft.zone):%a %d %b %Y %H:%M %Z}"
    text = (
        f"The rules of oncall-router, made by `oncall-router import {draft.system}` from an export of {brand}, as of "
        f'{when}. Look at every line that says "check:", and at the report of '
        "the import. Every key is explained in docs/rules.md; `oncall-router check` reads this file as the server does."
    )
    return (*comment(text), "", "version: 1", "")


def _defaults(draft: Draft) -> Iterable[str]:
    return (
        "defaults:",
        f"  timezone: {draft.zone.key}",
        "  calendar: office",
        *comment(
            f"check: {draft.system.brand} pages without a runbook, and so does this. `triage` makes an alert without "
            "one a bug for its squad.",
            2,
        ),
        "  on_missing_runbook: page",
        *comment(f"check: {draft.last_resort_reason}. Told when nobody else is there, or nobody answers.", 2),
        f"  last_resort: {scalar(draft.last_resort)}",
    )


def _calendars(draft: Draft) -> Iterable[str]:
    said = "check: no export knows when you work. Put in your hours, and"
    days, window = "mon-fri", "09:00-17:30"
    if draft.office:
        said = "check: these are the hours in which other layers are on call than out of hours. Put in"
        days = _days(draft.office.days)
        window = f"{clock(draft.office.opens)}-{'24:00' if draft.office.closes == DAY else clock(draft.office.closes)}"
    yield from comment(f"{said} public holidays such as `holidays: GB-ENG`.")
    yield "calendars:"
    zone = draft.office.zone if draft.office else draft.zone
    elsewhere = f"timezone: {zone.key}, " if zone != draft.zone else ""
    yield f'  office: {{{elsewhere}hours: {{{flow(days)}: "{window}"}}}}'


def _days(days: tuple[int, ...]) -> str:
    """`mon-fri` for days in a row, else `mon,wed`."""
    short = [WEEKDAYS[day][:3].lower() for day in days]
    in_a_row = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))
    return f"{short[0]}-{short[-1]}" if in_a_row else ",".join(short)


def _people(draft: Draft) -> Iterable[str]:
    yield from comment(
        "`on_call_since` is the day from which somebody agrees to be on call out of hours; without it nobody is ever "
        "paged at night. To keep addresses out of this file, move the section to a file of its own: people_file."
    )
    if any(person.on_call_since for person in draft.people.values()):
        yield from comment("check: these days come from the import, not from the people. Ask them.")
    yield "people:"
    for id, person in draft.people.items():
        yield from entry(id, _of_person(person))


def _of_person(person: Person) -> Mapping[str, Value]:
    methods = {method.channel: method.address for method in person.methods}
    given = {
        "name": person.name,
        "email": methods.get("email", ""),
        "slack": methods.get("slack", ""),
        "phone": methods.get("sms", ""),
        "on_call_since": str(person.on_call_since or ""),
    }
    return {key: value for key, value in given.items() if value}


def _squads(squads: tuple[Squad, ...]) -> Iterable[str]:
    if not squads:
        return
    yield from (
        "",
        '# check: give each squad the Slack channel that it reads, as channel: "#squad-payments".',
        "squads:",
    )
    for squad in squads:
        pairs: dict[str, Value] = {"name": squad.name}
        pairs |= {method.channel: method.address for method in squad.post}
        pairs |= {"members": squad.members} if squad.members else {}
        yield from entry(squad.id, pairs)


def _rotas(draft: Draft) -> Iterable[str]:
    if not draft.rotas:
        yield "rotas: {}"
        return
    yield from comment(f"Each goes on with the turn that was under way.{'' if draft.office else _BY_DAY}")
    yield "rotas:"
    for one in draft.rotas:
        until = f" until {spoken(one.until, one.rota.zone)}" if one.until else ""
        who = f"{draft.people[one.holder].name}{until}" if one.holder else f"nobody{until}"
        yield from comment(
            f'The schedule "{one.schedule}"{f" {one.hours}" if one.hours else ""}; on call at the import: {who}.', 2
        )
        for remark in one.check:
            yield from comment(f"check: {remark}.", 2)
        yield from entry(one.rota.name, _of_rota(one.rota, draft.zone))


def _of_rota(rota: Rota, zone: ZoneInfo) -> Mapping[str, Value]:
    handover = f"{WEEKDAYS[rota.weekday][:3].lower()} {rota.handover:%H:%M}"
    pairs: dict[str, Value] = {
        "rotate": "weekly" if rota.weeks == 1 else f"{rota.weeks} weeks",
        "handover": handover,
        "timezone": rota.zone.key if rota.zone != zone else "",
        "members": rota.members,
        "starts": str(rota.starts),
        "ends": str(rota.ends or ""),
    }
    return {key: value for key, value in pairs.items() if value}


def _policies(draft: Draft) -> Iterable[str]:
    yield "policies:"
    for policy in draft.policies:
        yield from comment(f'From the policy "{draft.origins[policy.name]}".{_remark(policy)}', 2)
        yield f"  {scalar(policy.name)}:"
        yield from _chain("in_hours", policy.in_hours)
        yield from _chain("out_of_hours", policy.out_of_hours)
        yield f"    repeat: {policy.repeat}{' ' * 22}# passes in all, then the last resort"
        if policy.name not in ("critical", "high"):
            yield f"    urgency: {policy.urgency}"


def _remark(policy: Policy) -> str:
    if policy.out_of_hours.hold:
        return " check: what is high waits for working hours; to page at night, write out_of_hours as in critical."
    return "" if policy.name == "critical" else " check: used once a rule names it."


def _chain(half: str, chain: Chain) -> Iterable[str]:
    if chain.hold:
        yield f"    {half}: hold"
        return
    yield f"    {half}:"
    for step in chain.steps:
        yield f"      - {_step(step)}"


def _step(step: Step) -> str:
    told = flow([target.name for target in step.tell])
    if not step.after.length:
        return f"tell: {told}"
    return f"{{after: {_working(step) if step.after.working else length(step.after.length)}, tell: {told}}}"


def _working(step: Step) -> str:
    """Working time is counted in hours and minutes, for working days differ in length."""
    minutes = int(step.after.length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if rest:
        return f"{minutes} working minutes"
    return f"{hours} working hour{'' if hours == 1 else 's'}"
