"""The one road by which anything happens to an incident: load, step, commit, in micro-batches."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from app.domain.alert import Alert
from app.domain.context import Context
from app.domain.errors import AppError, Conflict, NotFound
from app.domain.events import Event
from app.domain.following import follow_up
from app.domain.incident import Decision, Incident, KnownKey, Mark, Outcome
from app.domain.moved import as_it_is, joined
from app.domain.replacing import quick, replace
from app.domain.step import step
from app.domain.suppress import inhibitor_keys
from app.service.in_force import InForce
from app.service.lanes import OWN, Lane, in_turn
from app.service.ports import Clock, Loaded, Record, WorkingStore
from app.service.review_due import review_due

T = TypeVar("T")

MOST_JOBS = 2000
MOST_CONFLICTS = 20
AT_ONCE = 2
"""Tries without a wait: the first, and one after a conflict that was a coincidence."""
PAUSE = 0.001
"""Seconds of waiting at most, for each try so far: other replicas want the same incident."""

_CHANCE = Random()  # noqa: S311


@quick
@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a job: the outcome and the incident as it is now, or the error that refused it."""

    outcome: Outcome
    incident: Incident | None
    error: Exception | None = None


Records = Callable[[Applied], Sequence[Record]]
"""What to keep of a result, in the same commit as the result itself; pure, for a conflict asks again."""


@quick
@dataclass(frozen=True, slots=True)
class Job:
    """One event for one incident, found by the first of `keys` that leads to an open one, or by `id`.

    `event` is handed what the store knows of the first key. `must_exist` turns a missing incident into `NotFound`.
    `quieted` are the keys instead where `alert` is suppressed; `beside` are keys of what may inhibit it.
    `records` is not asked about a job that was refused. `is_done` says of the incident and the first key, as they are
    at the commit, that the event has been applied before. `fresh` is the id that the event would open: where that
    exists, it has been too. `moved` is an incident that was decided on elsewhere, this event included: it is taken as
    it is, once, unless the store has it or another open one of these keys.
    """

    event: Callable[[KnownKey | None], Event]
    keys: tuple[str, ...] = ()
    id: str = ""
    must_exist: bool = False
    records: Records | None = None
    fresh: str = ""
    is_done: Callable[[Incident | None, KnownKey | None], bool] | None = None
    moved: Decision | None = None
    alert: Alert | None = None
    quieted: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def asked(self) -> tuple[str, ...]:
        """Every key that has to be looked up."""
        return (*self.keys, *self.quieted, *self.beside)

    def ids(self) -> tuple[str, ...]:
        """Every incident that has to be looked at beside those of the keys."""
        moved = self.moved.incident.id if self.moved and self.moved.incident else ""
        return tuple(id for id in (self.id, self.fresh, moved) if id)


@dataclass(slots=True)
class _Request:
    jobs: Sequence[Job]
    lane: Lane
    answer: "asyncio.Future[list[Applied]]"


class Applier:
    """Takes all that is queued together: one load, one fold of `step` in order, one commit, then every answer.

    A storm on one incident costs one load and one commit a batch; one fsync serves many requests. On `Conflict` the
    whole batch is loaded and decided again, which is safe because deciding is pure. `taken` counts jobs.
    """

    def __init__(self, store: WorkingStore, in_force: InForce, clock: Clock, ring: Callable[[], None]) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._ring = ring
        self.taken = 0
        self._waiting: list[_Request] = []
        self._arrived = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def submit(self, jobs: Sequence[Job], lane: Lane = OWN) -> list[Applied]:
        """Each job's result, in order, once all of them are durable. When more wait than one commit takes, `lane` says
        whose turn it is.

        Raises `StoreUnavailable` when the store cannot keep the promise; then nothing of these jobs has happened.
        """
        answer: asyncio.Future[list[Applied]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Request(jobs, lane, answer))
        self._arrived.set()
        return await answer

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="apply")

    async def stop(self) -> None:
        """Finish what has been submitted, then end."""
        self._stopping = True
        self._arrived.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not (self._stopping and not self._waiting):
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._answer(self._take())

    def _take(self) -> list[_Request]:
        waiting = [(request.lane, request) for request in self._waiting]
        taken = in_turn(waiting, lambda request: len(request.jobs), MOST_JOBS)
        gone = {id(request) for request in taken}
        self._waiting = [request for request in self._waiting if id(request) not in gone]
        self.taken += sum(len(request.jobs) for request in taken)
        return taken

    async def _answer(self, requests: list[_Request]) -> None:
        try:
            results = await self._decide([job for request in requests for job in request.jobs])
        except Exception as error:
            if len(requests) > 1 and not isinstance(error, AppError):
                for request in requests:  # A fault in one of them: none shall suffer from another's.
                    await self._answer([request])
                return
            for request in requests:
                if not request.answer.done():
                    request.answer.set_exception(error)
            return
        start = 0
        for request in requests:
            end = start + len(request.jobs)
            if not request.answer.done():
                request.answer.set_result(results[start:end])
            start = end

    async def _decide(self, jobs: list[Job]) -> list[Applied]:
        keys = tuple(dict.fromkeys(key for job in jobs for key in job.asked()))
        ids = tuple(dict.fromkeys(id for job in jobs for id in job.ids()))
        for tries in range(MOST_CONFLICTS):
            if tries >= AT_ONCE:
                await asyncio.sleep(_CHANCE.uniform(0, tries * PAUSE))  # So that replicas do not stay in step.
            fold = Fold(await self._load(keys, ids), self._in_force.context(self._clock.now()))
            results = [fold.apply(job) for job in jobs]
            decisions = fold.followed()
            records = [*_records(jobs, results), *review_due(decisions)]
            if not decisions and not records:
                return results
            with suppress(Conflict):
                await self._store.commit(decisions, records, fold.seen(decisions, keys))
                self._ring()
                return results
        raise Conflict(f"others kept changing the same incidents ({MOST_CONFLICTS} tries)")

    async def _load(self, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
        """And what may inhibit the alerts that the incidents found keep quiet about."""
        found = await self._store.load(keys, ids)
        inhibitions = self._in_force.rules.inhibitions
        incidents = found.incidents.values() if inhibitions else ()
        quiet = [alert for one in incidents if one.quiet for alert in one.quiet.alerts]
        more = {key for alert in quiet for key in inhibitor_keys(alert, inhibitions)}.difference(keys)
        if not more:
            return found
        beside = await self._store.load(tuple(more), ())
        return Loaded({**beside.incidents, **found.incidents}, {**beside.keys, **found.keys})


@dataclass(slots=True)
class Fold:
    """Decides one job after another over what was loaded, each seeing what those before it did."""

    loaded: Loaded
    ctx: Context
    _incidents: dict[str, Incident] = field(default_factory=dict)
    _keys: dict[str, KnownKey] = field(default_factory=dict)
    _made: dict[str, list[Decision]] = field(default_factory=dict)
    _moved: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.ctx.rules.inhibitions:
            self.ctx = replace(self.ctx, fires=self._fires)

    def apply(self, job: Job) -> Applied:
        """The job's result; an error of its own leaves everything as it was."""
        incident = self._find(job)
        if incident is None and job.must_exist:
            return Applied(Outcome.IGNORED, None, NotFound(f"there is no incident {job.id}"))
        known = self._key(job.keys[0]) if job.keys else None
        try:
            decision = self._decide(job, incident, known)
        except Exception as error:
            return Applied(Outcome.IGNORED, incident, error)
        if decision.incident is None:
            return Applied(decision.outcome, incident)
        self._take_in(decision, decision.incident)
        return Applied(decision.outcome, decision.incident)

    def _decide(self, job: Job, incident: Incident | None, known: KnownKey | None) -> Decision:
        if job.moved and job.moved.incident:
            return self._moving(job, job.moved, job.moved.incident.id, incident, known)
        if job.fresh and self._incident(job.fresh):
            return Decision(None, Outcome.ALREADY)
        if job.is_done and job.is_done(incident, known):
            return Decision(None, Outcome.ALREADY)
        return step(incident, job.event(known), self.ctx)

    def _moving(
        self, job: Job, moved: Decision, id: str, incident: Incident | None, known: KnownKey | None
    ) -> Decision:
        """`_moved` says of each that has been met here whether it was taken as it is."""
        first = id not in self._moved
        if first:
            self._moved[id] = self._incident(id) is None and not (incident and incident.is_open)
        if self._moved[id]:
            return as_it_is(moved, self.ctx.now) if first else Decision(None, Outcome.ALREADY)
        decision = self._decide(replace(job, moved=None), incident, known)
        return joined(decision, moved, self.ctx.now) if first else decision

    def decisions(self) -> list[Decision]:
        """One decision an incident, at the version after the one that was loaded."""
        return [self._merged(id, made) for id, made in self._made.items()]

    def followed(self) -> list[Decision]:
        """The same, each with what brings up to date the messages that stand on a channel."""
        return [self._with_follow_up(decision) for decision in self.decisions()]

    def seen(self, decisions: Sequence[Decision], asked: Sequence[str]) -> dict[str, KnownKey | None]:
        """What was found of those asked keys that open an incident. One that changes has a version to compare."""
        opening = {
            key
            for decision in decisions
            if decision.incident and decision.incident.version == 1
            for key in (*decision.keys, *(row.key for row in decision.alerts))
        }
        return {key: self.loaded.keys.get(key) for key in asked if key in opening}

    def _fires(self, key: str, observed: bool) -> bool:
        """Whether the alert that this key speaks of fires in an incident that is open; one that is only observed counts
        where `observed`. A tool's word that it is over may lack the labels by which it inhibits, so it is not asked for
        where nothing fires any more."""
        known = self._key(key)
        incident = self._incident(known.incident) if known else None
        if not (known and known.firing and incident and incident.is_open and incident.firing):
            return False
        is_live = not (Mark.OBSERVED in incident.marks and self.ctx.rules.is_observed(incident.source))
        return incident.episode == known.episode and (observed or is_live)

    def _find(self, job: Job) -> Incident | None:
        """By id; by keys the first open one, else the one that was resolved last."""
        if job.id:
            return self._incident(job.id)
        keys = job.quieted if job.alert and job.quieted and self.ctx.suppression(job.alert) else job.keys
        found = [incident for incident in map(self._of_key, keys) if incident]
        if not found:
            return None
        return next((one for one in found if one.is_open), None) or max(found, key=lambda one: one.updated_at)

    def _of_key(self, key: str) -> Incident | None:
        known = self._key(key)
        return self._incident(known.incident) if known else None

    def _key(self, key: str) -> KnownKey | None:
        return self._keys.get(key) or self.loaded.keys.get(key)

    def _incident(self, id: str) -> Incident | None:
        return self._incidents.get(id) or self.loaded.incidents.get(id)

    def _take_in(self, decision: Decision, incident: Incident) -> None:
        self._incidents[incident.id] = incident
        self._made.setdefault(incident.id, []).append(decision)
        for row in decision.alerts:
            for key in row.keys:
                self._keys[key] = KnownKey(incident.id, row.firing, row.episode)
        for key in decision.keys:
            self._keys[key] = KnownKey(incident.id, False, incident.episode)

    def _with_follow_up(self, decision: Decision) -> Decision:
        before = self.loaded.incidents.get(decision.incident.id) if decision.incident else None
        row = follow_up(before, decision, self.ctx)
        return replace(decision, notifications=(*decision.notifications, row)) if row else decision

    def _merged(self, id: str, made: list[Decision]) -> Decision:
        before = self.loaded.incidents.get(id)
        incident = replace(self._incidents[id], version=(before.version if before else 0) + 1)
        if len(made) == 1:
            return replace(made[0], incident=incident)
        return Decision(
            incident=incident,
            outcome=made[-1].outcome,
            alerts=tuple({row.key: row for one in made for row in one.alerts}.values()),
            keys=tuple(dict.fromkeys(key for one in made for key in one.keys)),
            notifications=_joined(one.notifications for one in made),
            timeline=_joined(one.timeline for one in made),
        )


def _records(jobs: Sequence[Job], results: Sequence[Applied]) -> list[Record]:
    return [
        record
        for job, result in zip(jobs, results, strict=True)
        if job.records and not result.error
        for record in job.records(result)
    ]


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(item for part in parts for item in part)
