"""Grafana OnCall's public API: users, schedules with their shifts, escalation chains with their steps, and teams.

Shapes as in https://grafana.com/docs/oncall/latest/oncall-api-reference/ and the types of its Go client. Of the shifts
of a schedule a higher level goes before a lower one, and those of one level are on call together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.moving_over.documents import Document, Record, grouped, records
from app.adapters.moving_over.grafana_shifts import layer_of, overrides_of
from app.adapters.moving_over.parts import once, zone_or_utc
from app.adapters.moving_over.reading import Fields, dig, email_in, first_word, items, number, slack_in, word
from app.service.moving_over.exported import (
    Export,
    ExportedPerson,
    ExportedPolicy,
    ExportedSchedule,
    ExportedStep,
    ExportedTeam,
    Stated,
    System,
)
from app.service.moving_over.findings import Finding, changed, left_out

_KINDS = {
    "users": "users",
    "on_call_shifts": "shifts",
    "shifts": "shifts",
    "schedules": "schedules",
    "escalation_chains": "chains",
    "escalation_policies": "steps",
    "integrations": "integrations",
    "teams": "teams",
}
_PASSES_WHEN_REPEATED = 6
"""The first, and five repetitions, which is where Grafana OnCall ends."""

_NOT_STEPS = {
    "resolve": "resolves the alert group by itself",
    "trigger_webhook": "triggers a webhook",
    "trigger_action": "triggers a webhook",
    "notify_whole_channel": "notifies a whole Slack channel",
    "notify_user_group": "notifies a Slack user group",
    "notify_if_time_from_to": "goes on in some hours only",
    "notify_if_num_alerts_in_window": "goes on when there are many alerts only",
    "declare_incident": "declares an incident",
}


def read_grafana_oncall(documents: tuple[Document, ...], at: datetime) -> Export:
    """`at` is not needed: the turns are fixed by their start, and `on_call_now` holds at the export."""
    gathered = records(documents, _KINDS)
    notes: list[Finding] = list(gathered.cut_short)
    found = grouped(gathered, _kind, notes)
    shifts = found.get("shifts", ())
    users = found.get("users", ())
    schedules = [_schedule(record.fields, shifts, notes) for record in found.get("schedules", ())]
    teams = [ExportedTeam(*_named(record.fields), _members(record, users)) for record in found.get("teams", ())]
    return Export(
        System.GRAFANA_ONCALL,
        once(_person(record.fields) for record in users),
        tuple(schedules),
        tuple(_policies(found, {team.key: team for team in teams})),
        tuple(teams),
        tuple(notes),
    )


def _kind(record: Record) -> str:
    fields = record.fields
    if "escalation_chain_id" in fields and "position" in fields:
        return "steps"
    if "default_route" in fields or "default_route_id" in fields:
        return "integrations"
    if "username" in fields:
        return "users"
    if "on_call_now" in fields or "ical_url_overrides" in fields:
        return "schedules"
    if "rolling_users" in fields or ("duration" in fields and "start" in fields):
        return "shifts"
    return record.kind


def _named(fields: Fields) -> tuple[str, str]:
    key = word(fields, "id")
    return key, word(fields, "name") or key


def _members(team: Record, users: Sequence[Record]) -> tuple[str, ...]:
    key = word(team.fields, "id")
    return tuple(
        word(user.fields, "id")
        for user in users
        if key in [word(one, "id") or word(one) for one in items(user.fields, "teams")]
    )


def _person(fields: Fields) -> ExportedPerson:
    """The public API gives no phone numbers, only whether there is one."""
    slack = next(iter(items(fields, "slack")), dig(fields, "slack"))
    email = email_in(word(fields, "email"))
    username = word(fields, "username")
    name = word(fields, "name") or username
    return ExportedPerson(word(fields, "id"), name, email or email_in(username), slack=slack_in(word(slack, "user_id")))


def _schedule(fields: Fields, shifts: Sequence[Record], notes: list[Finding]) -> ExportedSchedule:
    key, name = _named(fields)
    subject = f'schedule "{name}"'
    zone = zone_or_utc(dig(fields, "time_zone") or "UTC", subject, notes)
    listed = {word(one) for one in items(fields, "shifts")}
    ours = [one.fields for one in shifts if word(one.fields, "id") in listed or word(one.fields, "schedule") == key]
    layers = [layer_of(one, zone, subject, notes) for one in ours]
    usable = tuple(layer for layer in layers if layer)
    problem = "" if usable else "it has no shift that can be read"
    if word(fields, "type") == "ical" or (not listed and word(fields, "ical_url_primary")):
        problem = "its turns are in an iCal calendar, which is not in the export"
    elif not usable and listed and not ours:
        problem = "its shifts are not in the export: fetch /api/v1/on_call_shifts too"
    return ExportedSchedule(
        key=key,
        name=name,
        zone=zone,
        layers=usable,
        stated=tuple(Stated(word(one)) for one in items(fields, "on_call_now") if word(one)),
        overrides=tuple(one for shift in ours for one in overrides_of(shift, zone)),
        problem=problem,
    )


def _policies(found: Mapping[str, Sequence[Record]], teams: Mapping[str, ExportedTeam]) -> Iterable[ExportedPolicy]:
    """The escalation chains; the one that most integrations use comes first."""
    used = [_chain_used(record.fields) for record in found.get("integrations", ())]
    chains = sorted(found.get("chains", ()), key=lambda record: -used.count(word(record.fields, "id")))
    for chain in chains:
        key, name = _named(chain.fields)
        steps = [one.fields for one in found.get("steps", ()) if word(one.fields, "escalation_chain_id") == key]
        yield _Climb(name, teams).policy(key, sorted(steps, key=lambda one: number(one, "position") or 0))


def _chain_used(integration: Fields) -> str:
    return word(integration, "default_route", "escalation_chain_id") or word(integration, "escalation_chain_id")


@dataclass(slots=True)
class _Climb:
    """Goes through a chain's steps, among which waiting is a step of its own."""

    name: str
    teams: Mapping[str, ExportedTeam]

    def policy(self, key: str, given: Sequence[Fields]) -> ExportedPolicy:
        steps: list[ExportedStep] = []
        notes: list[Finding] = []
        waited, passes = timedelta(0), 1
        for one in given:
            type = word(one, "type") or "unknown"
            if type == "wait":
                waited += timedelta(seconds=max(number(one, "duration") or 0, 0))
            elif type == "repeat_escalation":
                passes = _PASSES_WHEN_REPEATED
            elif told := self._told(type, one, waited, notes):
                steps.append(told)
                waited = timedelta(0)
            else:
                reason = f"a step {_NOT_STEPS.get(type, f'is of a kind not known here ({type})')}"
                notes.append(left_out(f'policy "{self.name}"', reason, "see whether you need it"))
        return ExportedPolicy(key, self.name, tuple(steps), passes, waited or None, tuple(notes))

    def _told(self, type: str, fields: Fields, after: timedelta, notes: list[Finding]) -> ExportedStep | None:
        subject = f'policy "{self.name}"'
        if type == "notify_on_call_from_schedule" or type == "notify_next_on_call_from_schedule":
            if type == "notify_next_on_call_from_schedule":
                reason = "a step tells whoever is on call next; here it tells whoever is on call now"
                notes.append(changed(subject, reason, "see the policy's steps"))
            key = first_word(fields, "notify_on_call_from_schedule", "notify_next_on_call_from_schedule", "schedule")
            return ExportedStep(after, schedules=(key,))
        if type == "notify_persons":
            return ExportedStep(after, people=tuple(word(one) for one in items(fields, "persons_to_notify")))
        if type == "notify_person_next_each_time":
            people = tuple(word(one) for one in items(fields, "persons_to_notify_next_each_time"))
            if len(people) > 1:
                reason = f"a step tells one of {len(people)} in turn (round robin); here all of them are told at once"
                notes.append(changed(subject, reason, "keep only whom you want told at once"))
            return ExportedStep(after, people=people)
        if type == "notify_team_members":
            key = first_word(fields, "notify_to_team_members", "team_to_notify")
            team = self.teams.get(key, ExportedTeam(key, key))
            reason = f'a step tells the team "{team.name}"; here it tells its members one by one'
            notes.append(changed(subject, reason, "tell fewer of them, or the rota that you mean"))
            return ExportedStep(after, people=team.members)
        return None
