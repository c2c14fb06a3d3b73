"""The one road by which anything happens to an incident: load, step, commit, in micro-batches."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from app.domain.errors import AppError, Conflict
from app.domain.suppress import inhibitor_keys
from app.service.fold import Fold
from app.service.in_force import InForce
from app.service.job import Applied, Job
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


def _records(jobs: Sequence[Job], results: Sequence[Applied]) -> list[Record]:
    return [
        record
        for job, result in zip(jobs, results, strict=True)
        if job.records and not result.error
        for record in job.records(result)
    ]
