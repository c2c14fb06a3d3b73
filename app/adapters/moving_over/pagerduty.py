"""PagerDuty's REST API v2: users, schedules with their layers, escalation policies and teams.

Shapes as in https://developer.pagerduty.com/api-reference and the types of its Go client. The layers of a schedule come
with the one that goes before all others first, which is not documented; where the final schedule says otherwise, it
counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.adapters.moving_over.documents import Document, Record, grouped, records
from app.adapters.moving_over.parts import DAYS, clock, once, unreadable, unusable_address, zone_or_utc
from app.adapters.moving_over.reading import (
    Fields,
    dig,
    email_in,
    first_word,
    instant,
    items,
    minutes_of,
    number,
    phone_in,
    word,
)
from app.service.moving_over.exported import (
    Export,
    ExportedPerson,
    ExportedPolicy,
    ExportedSchedule,
    ExportedStep,
    ExportedTeam,
    Layer,
    Override,
    Stated,
    System,
)
from app.service.moving_over.findings import Finding, changed
from app.service.moving_over.precedence import in_stated_order
from app.service.moving_over.weekly import ALWAYS, DAY, every_day, stretch

_KINDS = {
    "users": "users",
    "user": "users",
    "overrides": "overrides",
    "schedules": "schedules",
    "schedule": "schedules",
    "escalation_policies": "escalation_policies",
    "escalation_policy": "escalation_policies",
    "teams": "teams",
    "team": "teams",
    "members": "members",
}
_PHONES = ("phone_contact_method", "sms_contact_method")
_DEFAULT_DELAY = 30


def read_pagerduty(documents: tuple[Document, ...], at: datetime) -> Export:
    """`at` is not needed: PagerDuty's turns are fixed by their start."""
    gathered = records(documents, _KINDS)
    notes: list[Finding] = list(gathered.cut_short)
    sorted_out = grouped(gathered, _kind, notes)
    listed = [record.fields for record in sorted_out.get("schedules", ())]
    schedules = [_schedule(fields, sorted_out.get("overrides", ()), notes) for fields in _fullest(listed)]
    return Export(
        System.PAGERDUTY,
        once(_person(record.fields, notes) for record in sorted_out.get("users", ())),
        tuple(schedules),
        tuple(_policy(record.fields) for record in sorted_out.get("escalation_policies", ())),
        tuple(_teams(sorted_out)),
        tuple(notes),
    )


def _kind(record: Record) -> str:
    fields = record.fields
    if "escalation_rules" in fields:
        return "escalation_policies"
    if "schedule_layers" in fields or ("time_zone" in fields and "final_schedule" in fields):
        return "schedules"
    if "contact_methods" in fields:
        return "users"
    return record.kind


def _fullest(listed: Sequence[Fields]) -> Iterable[Fields]:
    """Each schedule once: the list has them without layers, a schedule's own answer with them."""
    found: dict[str, Fields] = {}
    for fields in listed:
        key = word(fields, "id")
        if key not in found or "schedule_layers" in fields:
            found[key] = fields
    return found.values()


def _person(fields: Fields, notes: list[Finding]) -> ExportedPerson:
    name = first_word(fields, "name", "summary")
    methods = items(fields, "contact_methods")
    phones = [one for one in methods if word(one, "type") in _PHONES and word(one, "address")]
    found = [phone_in(word(one, "address"), word(one, "country_code")) for one in phones]
    if phones and not any(found):
        notes.append(unusable_address(name, "a phone number"))
    return ExportedPerson(
        key=word(fields, "id"),
        name=name,
        email=email_in(word(fields, "email")),
        phone=next((phone for phone in found if phone), ""),
    )


def _schedule(fields: Fields, overrides: Iterable[Record], notes: list[Finding]) -> ExportedSchedule:
    key, name = word(fields, "id"), first_word(fields, "name", "summary")
    subject = f'schedule "{name}"'
    if "schedule_layers" not in fields:
        problem = "the export holds it without its layers: fetch it by its own address, /schedules/ID"
        return ExportedSchedule(key, name, ZoneInfo("UTC"), problem=problem)
    zone = zone_or_utc(dig(fields, "time_zone"), subject, notes)
    given = items(fields, "schedule_layers")
    read = [_layer(one, zone, len(given) - place, subject, notes) for place, one in enumerate(given)]
    rendered = items(fields, "overrides_subschedule", "rendered_schedule_entries")
    own = [one.fields for one in overrides if one.stem.endswith(key)]
    stated = tuple(_stated(items(fields, "final_schedule", "rendered_schedule_entries")))
    overriding = tuple(dict.fromkeys(_overrides([*rendered, *own])))
    layers = in_stated_order(tuple(layer for layer in read if layer), stated, overriding)
    problem = "" if layers else "it has no layer that can be read"
    return ExportedSchedule(key, name, zone, layers, stated, overriding, problem)


def _layer(fields: object, zone: ZoneInfo, rank: int, subject: str, notes: list[Finding]) -> Layer | None:
    name = f'layer "{first_word(fields, "name", "id") or rank}"'
    anchor, seconds = instant(fields, "rotation_virtual_start"), number(fields, "rotation_turn_length_seconds")
    users = tuple((word(one, "user", "id") or word(one, "id"),) for one in items(fields, "users"))
    if anchor is None or not seconds or seconds < 60 or not users:
        reason = "it has no users, or no start or length of a turn, so whose turn it is cannot be said"
        notes.append(unreadable(f"{subject}, {name}", reason))
        return None
    windows, minutes = _windows(items(fields, "restrictions"))
    return Layer(
        name=name,
        zone=zone,
        turns=users,
        anchor=anchor,
        length=timedelta(seconds=seconds),
        rank=rank,
        starts=instant(fields, "start"),
        ends=instant(fields, "end"),
        windows=windows,
        minutes=minutes,
    )


def _windows(restrictions: Sequence[object]) -> tuple[tuple[str, ...], int]:
    """When a layer is on call, in words and in minutes of the week; no words where that is always."""
    words: list[str] = []
    minutes = 0
    for one in restrictions:
        since, seconds = minutes_of(word(one, "start_time_of_day")) or 0, number(one, "duration_seconds") or 0
        until = clock(since + seconds // 60)
        day = number(one, "start_day_of_week")
        if word(one, "type") == "weekly_restriction" and day is not None:
            ends = DAYS[(day - 1 + (since + seconds // 60) // 1440) % 7]
            words.append(f"{DAYS[(day - 1) % 7]} {clock(since)} to {ends} {until}")
            minutes |= stretch((day - 1) * DAY + since, seconds // 60)
        else:
            words.append(f"every day {clock(since)} to {until}")
            minutes |= every_day(since, seconds // 60)
    return (tuple(words), minutes) if words and minutes != ALWAYS else ((), ALWAYS)


def _stated(entries: Iterable[object]) -> Iterable[Stated]:
    for one in entries:
        since, until = instant(one, "start"), instant(one, "end")
        if since and until and since < until and word(one, "user", "id"):
            yield Stated(word(one, "user", "id"), since, until)


def _overrides(entries: Iterable[object]) -> Iterable[Override]:
    for one in _stated(entries):
        if one.since and one.until:
            yield Override(one.person, one.since, one.until)


def _policy(fields: Fields) -> ExportedPolicy:
    name = first_word(fields, "name", "summary")
    steps: list[ExportedStep] = []
    wait, notes = timedelta(0), []
    for level, rule in enumerate(items(fields, "escalation_rules"), 1):
        targets = [(word(one, "type"), word(one, "id")) for one in items(rule, "targets")]
        steps.append(
            ExportedStep(
                wait,
                people=tuple(key for type, key in targets if type.startswith("user")),
                schedules=tuple(key for type, key in targets if type.startswith("schedule")),
            )
        )
        delay = number(rule, "escalation_delay_in_minutes")
        wait = timedelta(minutes=_DEFAULT_DELAY if delay is None else max(delay, 0))
        if "round_robin" in (word(rule, "escalation_rule_assignment_strategy"), _strategy(rule)) and len(targets) > 1:
            reason = (
                f"level {level} tells one of {len(targets)} in turn (round robin); here all of them are told at once"
            )
            notes.append(changed(f'policy "{name}"', reason, "keep only whom you want told at once"))
    return ExportedPolicy(
        key=word(fields, "id"),
        name=name,
        steps=tuple(steps),
        passes=1 + max(number(fields, "num_loops") or 0, 0),
        last_wait=wait if steps else None,
        notes=tuple(notes),
    )


def _strategy(rule: object) -> str:
    return word(rule, "escalation_rule_assignment_strategy", "type")


def _teams(sorted_out: dict[str, list[Record]]) -> Iterable[ExportedTeam]:
    """A team's members are at /teams/ID/members, in a file called after it; users name their teams too."""
    users = [record.fields for record in sorted_out.get("users", ())]
    for record in sorted_out.get("teams", ()):
        key, name = word(record.fields, "id"), first_word(record.fields, "name", "summary")
        listed = [word(one.fields, "user", "id") for one in sorted_out.get("members", ()) if one.stem.endswith(key)]
        named = [word(user, "id") for user in users if key in [word(team, "id") for team in items(user, "teams")]]
        yield ExportedTeam(key, name, tuple(dict.fromkeys(key for key in (*listed, *named) if key)))
