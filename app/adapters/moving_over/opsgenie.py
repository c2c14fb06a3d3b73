"""Opsgenie's REST API v2: users, schedules with their rotations, overrides, escalations and teams.

Shapes as in https://docs.opsgenie.com/docs/api-overview and the types of its Go client. All rotations of a schedule are
on call together, each in its own hours. An escalation's delays count from the alert.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.adapters.moving_over.documents import Document, Record, grouped, records
from app.adapters.moving_over.opsgenie_escalations import Escalations, user_key
from app.adapters.moving_over.parts import DAYS, clock, once, unreadable, unusable_address, zone_or_utc
from app.adapters.moving_over.reading import (
    Fields,
    dig,
    email_in,
    first_word,
    instant,
    items,
    number,
    phone_in,
    word,
)
from app.service.moving_over.exported import (
    Export,
    ExportedPerson,
    ExportedSchedule,
    ExportedTeam,
    Layer,
    Override,
    Stated,
    System,
)
from app.service.moving_over.findings import Finding, changed
from app.service.moving_over.weekly import ALWAYS, DAY, WEEK, every_day, stretch

_KINDS = {
    "users": "users",
    "overrides": "overrides",
    "on_calls": "on_calls",
    "schedules": "schedules",
    "escalations": "escalations",
    "teams": "teams",
}
_LENGTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


def read_opsgenie(documents: tuple[Document, ...], at: datetime) -> Export:
    """`at` is not needed: Opsgenie's turns are fixed by their start."""
    gathered = records(documents, _KINDS)
    notes: list[Finding] = list(gathered.cut_short)
    sorted_out = grouped(gathered, _kind, notes)
    people = once(_person(record.fields, notes) for record in sorted_out.get("users", ()))
    keys = {person.email.casefold(): person.key for person in people if person.email}
    teams = tuple(_teams(record.fields for record in sorted_out.get("teams", ())))
    schedules = _Schedules(keys, notes)
    read = [schedules.read(record.fields, sorted_out) for record in sorted_out.get("schedules", ())]
    escalations = Escalations(keys, {team.key: team for team in teams}, read)
    return Export(
        System.OPSGENIE,
        people,
        tuple(read),
        tuple(escalations.read(record.fields) for record in sorted_out.get("escalations", ())),
        teams,
        tuple(notes),
    )


def _kind(record: Record) -> str:
    fields = record.fields
    if "onCallParticipants" in fields or "onCallRecipients" in fields:
        return "on_calls"
    if "alias" in fields and "startDate" in fields:
        return "overrides"
    if "rotations" in fields or ("timezone" in fields and "enabled" in fields):
        return "schedules"
    if "rules" in fields and "name" in fields:
        return "escalations"
    if "username" in fields:
        return "users"
    return record.kind


def _person(fields: Fields, notes: list[Finding]) -> ExportedPerson:
    username = word(fields, "username")
    name = word(fields, "fullName") or username
    contacts = items(fields, "userContacts") or items(fields, "contacts")
    given = [
        first_word(one, "to") or word(one, "contactMethod", "to")
        for one in contacts
        if first_word(one, "contactMethod", "method") in ("sms", "voice")
    ]
    phones = [_phone(text) for text in given if text]
    if phones and not any(phones):
        notes.append(unusable_address(name, "a phone number"))
    return ExportedPerson(word(fields, "id"), name, email_in(username), next((one for one in phones if one), ""))


def _phone(text: str) -> str:
    """`44-7911123456`: the country's code, a dash, the number."""
    country, dash, rest = text.lstrip("+").partition("-")
    return phone_in(rest, country) if dash else phone_in(text)


def _teams(listed: Iterable[Fields]) -> Iterable[ExportedTeam]:
    """Each team once: the list has them without members, a team's own answer with them."""
    found: dict[str, Fields] = {}
    for fields in listed:
        if word(fields, "id") not in found or "members" in fields:
            found[word(fields, "id")] = fields
    for key, fields in found.items():
        members = [word(one, "user", "id") for one in items(fields, "members")]
        yield ExportedTeam(key, word(fields, "name"), tuple(member for member in members if member))


class _Schedules:
    """Reads schedules, whose users may be called by id or by name."""

    def __init__(self, keys: dict[str, str], notes: list[Finding]) -> None:
        self._keys = keys
        self._notes = notes

    def read(self, fields: Fields, sorted_out: dict[str, list[Record]]) -> ExportedSchedule:
        key, name = word(fields, "id"), word(fields, "name")
        subject = f'schedule "{name}"'
        zone = zone_or_utc(dig(fields, "timezone"), subject, self._notes)
        layers = [self._layer(one, zone, subject) for one in items(fields, "rotations")]
        usable = tuple(layer for layer in layers if layer)
        problem = "" if usable else "it has no rotation that can be read"
        if fields.get("enabled") is False:
            usable, problem = (), "it is disabled"
        return ExportedSchedule(
            key=key,
            name=name,
            zone=zone,
            layers=usable,
            stated=tuple(self._stated(sorted_out.get("on_calls", ()), key)),
            overrides=tuple(self._overrides(sorted_out.get("overrides", ()), fields)),
            problem=problem,
        )

    def _layer(self, fields: object, zone: ZoneInfo, subject: str) -> Layer | None:
        name = f'rotation "{first_word(fields, "name", "id")}"'
        anchor, unit = instant(fields, "startDate"), _LENGTHS.get(word(fields, "type").lower())
        participants = items(fields, "participants")
        if anchor is None or unit is None or not participants:
            reason = "it has no participants, or no start or kind of turn, so whose turn it is cannot be said"
            self._notes.append(unreadable(f"{subject}, {name}", reason))
            return None
        others = {word(one, "type") for one in participants} - {"user", "none"}
        if others:
            reason = f"some of its turns are a whole {' or '.join(sorted(others))}'s; here the next person has them"
            self._notes.append(changed(f"{subject}, {name}", reason, "put people in their place"))
        users = [user_key(one, self._keys) if word(one, "type") == "user" else "" for one in participants]
        windows, minutes = _windows(dig(fields, "timeRestriction"))
        return Layer(
            name=name,
            zone=zone,
            turns=tuple((user,) if user else () for user in users),
            anchor=anchor,
            length=unit * min(max(number(fields, "length") or 1, 1), 1000),
            starts=anchor,
            ends=instant(fields, "endDate"),
            windows=windows,
            minutes=minutes,
        )

    def _stated(self, on_calls: Iterable[Record], key: str) -> Iterable[Stated]:
        """/v2/schedules/ID/on-calls, at the instant of the export; flat, it has usernames only."""
        for record in on_calls:
            if word(record.fields, "_parent", "id") == key or record.stem.endswith(key):
                for one in items(record.fields, "onCallParticipants"):
                    user = word(one, "id") if word(one, "type") == "user" else ""
                    if user:
                        yield Stated(user)
                for one in items(record.fields, "onCallRecipients"):
                    if word(one).casefold() in self._keys:
                        yield Stated(self._keys[word(one).casefold()])

    def _overrides(self, overrides: Iterable[Record], schedule: Fields) -> Iterable[Override]:
        """Those of the schedule: they name it, or one of its rotations, or their file is called after it."""
        key = word(schedule, "id")
        rotations = {word(one, "id") for one in items(schedule, "rotations")}
        for record in overrides:
            named = {word(one, "id") for one in items(record.fields, "rotations")}
            parent = word(record.fields, "_parent", "id")
            ours = parent == key or bool(named & rotations) or (not parent and record.stem.endswith(key))
            since, until = instant(record.fields, "startDate"), instant(record.fields, "endDate")
            if ours and since and until and since < until:
                yield Override(user_key(record.fields.get("user"), self._keys), since, until)


def _windows(restriction: object) -> tuple[tuple[str, ...], int]:
    """When a rotation is on call, in words and in minutes of the week; no words where that is always."""
    given = [*items(restriction, "restrictions"), *([one] if (one := dig(restriction, "restriction")) else [])]
    words: list[str] = []
    minutes = 0
    for one in given:
        since = (number(one, "startHour") or 0) * 60 + (number(one, "startMin") or 0)
        until = (number(one, "endHour") or 0) * 60 + (number(one, "endMin") or 0)
        first, last = word(one, "startDay").capitalize(), word(one, "endDay").capitalize()
        if first in DAYS and last in DAYS:
            words.append(f"{first} {clock(since)} to {last} {clock(until)}")
            begins = DAYS.index(first) * DAY + since
            minutes |= stretch(begins, (DAYS.index(last) * DAY + until - begins) % WEEK or WEEK)
        else:
            words.append(f"every day {clock(since)} to {clock(until)}")
            minutes |= every_day(since, (until - since) % DAY or DAY)
    return (tuple(words), minutes) if words and minutes != ALWAYS else ((), ALWAYS)
