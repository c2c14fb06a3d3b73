"""Opsgenie's escalations: rules whose delays count from the alert, telling schedules, users and teams."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.adapters.moving_over.reading import Fields, dig, items, number, word
from app.service.moving_over.exported import ExportedPolicy, ExportedSchedule, ExportedStep, ExportedTeam
from app.service.moving_over.findings import Finding, changed, left_out

_UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_NOTIFIES = {
    "next": "whoever is on call next",
    "previous": "whoever was on call before",
    "admins": "the admins of the team",
    "random": "somebody at random",
}


def user_key(reference: object, keys: Mapping[str, str]) -> str:
    """The id of a user who is referred to by id, or by a username of `keys`."""
    return word(reference, "id") or keys.get(word(reference, "username").casefold(), "")


class Escalations:
    """Reads escalations, whose recipients may be called by id or by name."""

    def __init__(
        self, keys: Mapping[str, str], teams: Mapping[str, ExportedTeam], schedules: Sequence[ExportedSchedule]
    ) -> None:
        self._keys = keys
        self._teams = teams
        self._schedules = schedules

    def read(self, fields: Fields) -> ExportedPolicy:
        name = word(fields, "name")
        notes: list[Finding] = []
        rules = sorted(items(fields, "rules"), key=_delay)
        steps: list[ExportedStep] = []
        reached = timedelta(0)
        for rule in rules:
            steps.append(self._step(rule, _delay(rule) - reached, f'policy "{name}"', notes))
            reached = _delay(rule)
        repeats, wait = number(fields, "repeat", "count") or 0, number(fields, "repeat", "waitInterval")
        if dig(fields, "repeat", "closeAlertAfterAll") is True:
            notes.append(
                left_out(f'policy "{name}"', "it closes the alert in the end; nothing is closed unanswered here")
            )
        return ExportedPolicy(
            key=word(fields, "id"),
            name=name,
            steps=tuple(steps),
            passes=1 + max(repeats, 0),
            last_wait=timedelta(minutes=wait) if wait and repeats > 0 else None,
            notes=tuple(notes),
        )

    def _step(self, rule: object, after: timedelta, subject: str, notes: list[Finding]) -> ExportedStep:
        recipient = dig(rule, "recipient")
        kind, called = word(recipient, "type"), word(recipient, "name")
        notify = word(rule, "notifyType")
        if notify in _NOTIFIES:
            reason = f'a level tells {_NOTIFIES[notify]} of {kind} "{called}"; here it tells whoever is on call now'
            notes.append(changed(subject, reason, "see the policy's steps"))
        if word(rule, "condition") == "if-not-closed":
            notes.append(
                changed(subject, "a level is told even after an acknowledgement; here that ends the escalation")
            )
        if kind == "user":
            return ExportedStep(after, people=(user_key(recipient, self._keys),))
        if kind == "team":
            team = self._team(recipient)
            reason = f'a level tells the team "{team.name or called}"; here it tells its members one by one'
            notes.append(changed(subject, reason, "tell fewer of them, or the rota that you mean"))
            return ExportedStep(after, people=team.members)
        named = [one.key for one in self._schedules if called and one.name == called]
        return ExportedStep(after, schedules=tuple([word(recipient, "id")] if word(recipient, "id") else named))

    def _team(self, recipient: object) -> ExportedTeam:
        key, called = word(recipient, "id"), word(recipient, "name")
        named = (team for team in self._teams.values() if called and team.name == called)
        return self._teams.get(key) or next(named, ExportedTeam(key, called))


def _delay(rule: object) -> timedelta:
    amount = number(rule, "delay", "timeAmount") or 0
    return timedelta(minutes=max(amount, 0) * _UNITS.get(word(rule, "delay", "timeUnit"), 1))
