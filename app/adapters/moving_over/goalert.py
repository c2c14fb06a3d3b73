"""GoAlert's GraphQL API: the answer to the query in docs/moving-over.md.

Shapes as in graphql2/schema.graphql of https://github.com/target/goalert. Everything assigned to a schedule is on call
together, each in its own hours. Whose turn it is, is kept there and does not follow from the start.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.adapters.moving_over.documents import Document, Record, grouped, records
from app.adapters.moving_over.parts import DAYS, clock, once, unreadable, zone_or_utc
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
    Layer,
    Override,
    Stated,
    System,
)
from app.service.moving_over.findings import Finding, changed, left_out
from app.service.moving_over.turns import turn_at
from app.service.moving_over.weekly import ALWAYS, DAY, stretch, union

_KINDS = {
    "users": "users",
    "rotations": "rotations",
    "schedules": "schedules",
    "escalationPolicies": "policies",
    "userOverrides": "overrides",
}
_LENGTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_A_MONDAY = "2024-01-01T00:00:00"
_ROTATION = "rotation:"


def read_goalert(documents: tuple[Document, ...], at: datetime) -> Export:
    """`at` is the instant of the export, for which GoAlert names the active user of each rotation."""
    gathered = records(documents, _KINDS)
    notes: list[Finding] = list(gathered.cut_short)
    sorted_out = {kind: [one.fields for one in found] for kind, found in grouped(gathered, _kind, notes).items()}
    rotations = {word(one, "id"): _rotation(one, at, notes) for one in sorted_out.get("rotations", ())}
    policies = [_policy(fields) for fields in sorted_out.get("policies", ())]
    told = {key for policy in policies for step in policy.steps for key in step.schedules}
    schedules = [_schedule(one, rotations, sorted_out, notes) for one in sorted_out.get("schedules", ())]
    alone = [
        ExportedSchedule(f"{_ROTATION}{key}", word(one, "name"), layer.zone, (layer,))
        for one in sorted_out.get("rotations", ())
        if f"{_ROTATION}{(key := word(one, 'id'))}" in told and (layer := rotations[key])
    ]
    return Export(
        System.GOALERT,
        once(_person(fields) for fields in sorted_out.get("users", ())),
        (*schedules, *alone),
        tuple(policies),
        (),
        tuple(notes),
    )


def _kind(record: Record) -> str:
    fields = record.fields
    if "steps" in fields:
        return "policies"
    if "shiftLength" in fields or "activeUserIndex" in fields:
        return "rotations"
    if "contactMethods" in fields:
        return "users"
    return record.kind


def _person(fields: Fields) -> ExportedPerson:
    methods = [one for one in items(fields, "contactMethods") if dig(one, "disabled") is not True]
    emails = [email_in(word(one, "dest", "args", "email_address") or word(one, "value")) for one in methods]
    phones = [phone_in(word(one, "dest", "args", "phone_number") or word(one, "value")) for one in methods]
    return ExportedPerson(
        key=word(fields, "id"),
        name=word(fields, "name"),
        email=email_in(word(fields, "email")) or next((one for one in emails if one), ""),
        phone=next((one for one in phones if one), ""),
    )


def _rotation(fields: Fields, at: datetime, notes: list[Finding]) -> Layer | None:
    """Its turns from the active user on: that turn ends at the next handover, or by the start's own arithmetic."""
    subject = f'rotation "{word(fields, "name")}"'
    zone = zone_or_utc(dig(fields, "timeZone"), subject, notes)
    unit, start = _LENGTHS.get(word(fields, "type").lower()), instant(fields, "start")
    users = [word(one) for one in items(fields, "userIDs")] or [word(one, "id") for one in items(fields, "users")]
    if unit is None or start is None or not users:
        notes.append(unreadable(subject, "it has no users, or no start or kind of turn, so its turns cannot be said"))
        return None
    active = (number(fields, "activeUserIndex") or 0) % len(users)
    length = unit * min(max(number(fields, "shiftLength") or 1, 1), 1000)
    turns = tuple((user,) for user in users[active:] + users[:active])
    following = next(iter(items(fields, "nextHandoffTimes")), None)
    layer = Layer(subject, zone, turns, start, length)
    ends = instant(following)
    if ends is not None:
        return replace(layer, anchor=ends, turns=turns[1:] + turns[:1])
    before = turn_at(layer, at).number % len(turns)
    return replace(layer, turns=turns[len(turns) - before :] + turns[: len(turns) - before])


def _schedule(
    fields: Fields,
    rotations: Mapping[str, Layer | None],
    sorted_out: Mapping[str, Sequence[Fields]],
    notes: list[Finding],
) -> ExportedSchedule:
    key, name = word(fields, "id"), word(fields, "name")
    zone = zone_or_utc(dig(fields, "timeZone"), f'schedule "{name}"', notes)
    layers: list[Layer] = []
    for assigned in items(fields, "targets"):
        layer = _assigned(assigned, rotations, zone)
        windows, minutes = _windows(items(assigned, "rules"))
        if layer and minutes:
            layers.append(replace(layer, windows=windows, minutes=minutes))
    return ExportedSchedule(
        key=key,
        name=name,
        zone=zone,
        layers=tuple(layers),
        stated=tuple(_stated(items(fields, "shifts"))),
        overrides=(*_overrides(sorted_out.get("overrides", ()), key), *_temporary(items(fields, "temporarySchedules"))),
        problem="" if layers else "nobody is assigned to it at any time",
    )


def _assigned(assigned: object, rotations: Mapping[str, Layer | None], zone: ZoneInfo) -> Layer | None:
    """What is assigned to a schedule: a rotation, or a user who is always the one."""
    type, key = word(assigned, "target", "type"), word(assigned, "target", "id")
    if type == "rotation":
        return rotations.get(key)
    monday = instant(_A_MONDAY, zone=zone)
    if type == "user" and key and monday:
        return Layer(f'user "{word(assigned, "target", "name") or key}"', zone, ((key,),), monday, timedelta(weeks=1))
    return None


def _windows(rules: Sequence[object]) -> tuple[tuple[str, ...], int]:
    """When an assignment holds, in words and in minutes of the week; its weekdays begin with Sunday."""
    words: list[str] = []
    minutes = 0
    for rule in rules:
        since, until = minutes_of(word(rule, "start")) or 0, minutes_of(word(rule, "end")) or 0
        chosen = items(rule, "weekdayFilter")
        days = [DAYS[(place - 1) % 7] for place, one in enumerate(chosen[:7]) if one is True] if chosen else list(DAYS)
        if days:
            on = "every day" if len(days) == 7 else ", ".join(sorted(days, key=DAYS.index))
            words.append(f"{on} {clock(since)} to {clock(until)}")
            lasts = (until - since) % DAY or DAY
            minutes |= union(stretch(DAYS.index(day) * DAY + since, lasts) for day in days)
    return (tuple(words), minutes) if minutes != ALWAYS else ((), ALWAYS)


def _stated(shifts: Iterable[object]) -> Iterable[Stated]:
    for one in shifts:
        since, until = instant(one, "start"), instant(one, "end")
        user = word(one, "userID") or word(one, "user", "id")
        if user and since and until and since < until:
            yield Stated(user, since, until)


def _overrides(overrides: Iterable[Fields], key: str) -> Iterable[Override]:
    for one in overrides:
        since, until = instant(one, "start"), instant(one, "end")
        if word(one, "target", "id") == key and since and until and since < until:
            added = word(one, "addUserID") or word(one, "addUser", "id")
            removed = word(one, "removeUserID") or word(one, "removeUser", "id")
            yield Override(added, since, until, removed)


def _temporary(schedules: Iterable[object]) -> Iterable[Override]:
    """A temporary schedule stands instead of all else for its time, so each of its shifts is cover."""
    for one in schedules:
        for shift in _stated(items(one, "shifts")):
            if shift.since and shift.until:
                yield Override(shift.person, shift.since, shift.until)


def _policy(fields: Fields) -> ExportedPolicy:
    name = word(fields, "name")
    notes: list[Finding] = []
    steps: list[ExportedStep] = []
    wait = timedelta(0)
    for given in items(fields, "steps"):
        targets = [(word(one, "type"), word(one, "id")) for one in items(given, "targets")]
        others = sorted({type for type, _ in targets} - {"user", "schedule", "rotation"})
        if others:
            reason = f"a step also tells {' and '.join(other or 'something unknown' for other in others)}"
            notes.append(left_out(f'policy "{name}"', reason, "give the squad a channel, and tell `squad` there"))
        keys = [
            f"{_ROTATION}{key}" if type == "rotation" else key
            for type, key in targets
            if type in ("schedule", "rotation")
        ]
        steps.append(ExportedStep(wait, tuple(key for type, key in targets if type == "user"), tuple(keys)))
        wait = timedelta(minutes=max(number(given, "delayMinutes") or 0, 0))
    repeat = number(fields, "repeat") or 0
    if repeat < 0:
        notes.append(changed(f'policy "{name}"', "it repeats without end; here the last resort follows 100 passes"))
    return ExportedPolicy(
        key=first_word(fields, "id"),
        name=name,
        steps=tuple(steps),
        passes=1 + repeat if repeat >= 0 else 100,
        last_wait=wait if steps else None,
        notes=tuple(notes),
    )
