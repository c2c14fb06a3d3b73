"""What would happen: the functions that the service runs, over a state in memory and a clock that jumps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.alert import Alert, AlertStatus
from app.domain.context import Context
from app.domain.digest import Bundle, Due, bundle
from app.domain.events import Acknowledge, Actor, TimerDue
from app.domain.incident import Decision, Incident, KnownKey, Outcome, Status
from app.domain.notification import Notification, Sent
from app.domain.rota import DatedFacts
from app.domain.ruleset import Rules
from app.domain.sending import begin, due_sends, record
from app.service.dispatch import refusal
from app.service.fold import Fold
from app.service.ingest import job_for
from app.service.job import Applied, Job
from app.service.ports import Loaded
from app.service.simulated import Line, What, line_of, lines_of, remarks_of


def simulate(
    alerts: Sequence[Alert],
    rules: Rules,
    at: datetime,
    length: timedelta,
    acknowledge_after: timedelta | None = None,
    facts: DatedFacts | None = None,
) -> tuple[Line, ...]:
    """Who would be told what and when, if these alerts came at `at` and every sending succeeded, until `at + length`.

    With `acknowledge_after`, each incident is acknowledged once, so long after its first message to a person who is
    not shadowing, and as that person. Nothing is stored or sent.
    """
    world = _World(rules, facts or DatedFacts(), acknowledge_after)
    world.report(alerts, at)
    now: datetime | None = at
    while now is not None and now <= at + length:
        world.pass_through(now)
        now = world.next_due(now)
    return tuple(world.lines)


@dataclass(slots=True)
class _World:
    """All that the store would hold: of `rows` those that still have something to send, of `remarks` one for every row.

    `answers` are the acknowledgements to come, by incident; `answered` the incidents that had theirs.
    """

    rules: Rules
    facts: DatedFacts
    acknowledge_after: timedelta | None
    lines: list[Line] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    keys: dict[str, KnownKey] = field(default_factory=dict)
    rows: dict[str, Notification] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    def report(self, alerts: Sequence[Alert], now: datetime) -> None:
        """The alerts come in, as one body does."""
        numbers = iter(range(1, len(alerts) + 1))
        jobs = [job_for(alert, self.rules, lambda: f"{next(numbers):016x}") for alert in alerts]
        for alert, result in zip(alerts, self._commit(jobs, now), strict=True):
            if alert.status is AlertStatus.RESOLVED and result.outcome is Outcome.IGNORED:
                reason = f"{alert.title} is over, and nothing of it was open"
                self.lines.append(Line(now, What.RESOLVED, "", "", "", reason))

    def next_due(self, now: datetime) -> datetime | None:
        """The first instant after `now` at which there is something to do."""
        timers = (incident.due_at for incident in self.incidents.values())
        rows = (row.due_at for row in self.rows.values())
        answers = (due for due, _ in self.answers.values())
        return min((due for due in (*timers, *rows, *answers) if due and due > now), default=None)

    def pass_through(self, now: datetime) -> None:
        """One instant: answers, then timers until none is due, then what is to be sent. Told to stop, then parked."""
        said = len(self.lines)
        self._answer(now)
        while self._tick(now):
            pass
        self._send(now)
        self._answer(now)
        self.lines[said:] = sorted(self.lines[said:], key=lambda line: line.what is What.PARK)

    def _tick(self, now: datetime) -> bool:
        """Whether a timer that was due has done something."""
        due = [one.id for one in self.incidents.values() if one.due_at and one.due_at <= now]
        jobs = [Job(lambda _: TimerDue(), id=id, must_exist=True) for id in due]
        return any(result.outcome is Outcome.DONE for result in self._commit(jobs, now))

    def _answer(self, now: datetime) -> None:
        for id, (due, person) in list(self.answers.items()):
            if due <= now:
                del self.answers[id]
                if self.incidents[id].status is Status.TRIGGERED:
                    self._commit([_acknowledgement(id, person)], now)

    def _commit(self, jobs: Sequence[Job], now: datetime) -> list[Applied]:
        """What the applier does with a batch, and the store with its decisions."""
        fold = Fold(Loaded(self.incidents, self.keys), Context(now, self.rules, self.facts))
        results = [fold.apply(job) for job in jobs]
        for result in results:
            if result.error:
                raise result.error
        for decision in fold.decisions():
            self._keep(decision)
        return results

    def _keep(self, decision: Decision) -> None:
        incident = decision.incident
        if incident is None:
            return
        self.incidents[incident.id] = incident
        self.keys.update({row.key: KnownKey(incident.id, row.firing, row.episode) for row in decision.alerts})
        self.keys.update({key: KnownKey(incident.id, False, incident.episode) for key in decision.keys})
        said = list(lines_of(decision))
        for row in decision.notifications:
            if row.key not in self.remarks:
                self.rows[row.key] = row
                self.remarks[row.key] = "" if said else remarks_of(decision)
        self.lines.extend(said)

    def _send(self, now: datetime) -> None:
        """One round of the dispatcher, in which every sending succeeds."""
        due = sorted((row for row in self.rows.values() if row.due_at and row.due_at <= now), key=_due_at)
        begun = [begin(row) for row in due if not refusal(row, self.incidents.get(row.incident), now)]
        wanted = [(row, due_sends(row, now)) for row in begun]
        dues = [Due(row, position, self.incidents[row.incident]) for row, positions in wanted for position in positions]
        for one in bundle(dues, self.rules.limits.storm):
            self._say(one, now)
        after = {row.key: record(row, dict.fromkeys(positions, Sent()), now) for row, positions in wanted}
        over = {row.key for row in due if row.key not in after or after[row.key].due_at is None}
        self.rows = {key: row for key, row in {**self.rows, **after}.items() if key not in over}

    def _say(self, one: Bundle, now: datetime) -> None:
        remark = "; ".join(filter(None, dict.fromkeys(self.remarks[due.notification.key] for due in one.dues)))
        self.lines.append(line_of(one, remark, self.rules, now))
        for due in one.dues:
            self._expect_answer(due, now)

    def _expect_answer(self, due: Due, now: datetime) -> None:
        page, id = due.incident.page(due.notification.key), due.incident.id
        if self.acknowledge_after is None or id in self.answered:
            return
        if page and not page.shadowing and not due.notification.squad:
            self.answered.add(id)
            self.answers[id] = (now + self.acknowledge_after, due.notification.reader)


def _acknowledgement(id: str, person: str) -> Job:
    return Job(lambda _: Acknowledge(Actor(person, "cli")), id=id, must_exist=True)


def _due_at(row: Notification) -> datetime:
    return row.due_at or row.created_at
