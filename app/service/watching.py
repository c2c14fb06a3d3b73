"""Heartbeats are watched: a silence that has lasted too long raises an alert, once, and what is over ends."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import StoreUnavailable
from app.domain.heartbeat import Gap, Heartbeat, Standing, Watched, deadline, gone_quiet, is_quiet, standing
from app.domain.incident import Incident, KnownKey, Outcome
from app.domain.replacing import replace
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.heartbeat_records import Watch, forget, watch, watch_record, watched, watched_record
from app.service.in_force import InForce
from app.service.ingest import Taken, job_for, taken
from app.service.job import Job
from app.service.pinging import over
from app.service.ports import Clock, Store
from app.service.replicas import replicas

MARKED_EVERY = timedelta(seconds=20)
GAP = timedelta(seconds=60)
"""When nobody has watched for longer than this, pings may have been lost; shorter trouble they outlive in memory."""

SETTLING = timedelta(seconds=5)
"""After the store was away, the processes that take pings have so long to give it those that wait there."""

MOST_GAPS = 20
GONE = "the heartbeat is not in the rules file any more"
NOT_DUE = "by its new interval the heartbeat is not late"
HEARD = "the heartbeat has pinged since"


@dataclass(frozen=True, slots=True)
class Round:
    """What one look has to go by. `agree`: every process has these rules, so that what looks wrong here is not right
    elsewhere."""

    rules: Rules
    known: Mapping[str, Watched]
    mark: Watch
    now: datetime
    agree: bool

    def deadline(self, one: Heartbeat) -> datetime:
        return deadline(one, self.known[one.name], self.mark.gaps)

    def is_quiet(self, one: Heartbeat) -> bool:
        return is_quiet(one, self.known[one.name], self.mark.gaps, self.now)

    def untold(self) -> list[Heartbeat]:
        """Those that have gone quiet, while people know of no silence or of another."""
        every = self.rules.heartbeats.values()
        return [one for one in every if self.is_quiet(one) and not self.known[one.name].is_told]

    def gone(self) -> list[str]:
        return [name for name in self.known if name not in self.rules.heartbeats] if self.agree else []

    def heard(self) -> dict[str, str]:
        """Names and reasons of those whose silence is over, though it has been told of. That has ended with the ping,
        unless the ping came while it was being told. What a heartbeat says of itself is not over with its silence."""
        found: dict[str, str] = {}
        for one in self.rules.heartbeats.values():
            state = self.known[one.name]
            if state.told is None or self.is_quiet(one) or (state.ping and state.ping.failed):
                continue
            if not state.is_told:
                found[one.name] = HEARD
            elif self.agree:
                found[one.name] = NOT_DUE
        return found

    def standings(self) -> Mapping[Standing, int]:
        every = self.rules.heartbeats.values()
        return Counter(standing(one, self.known[one.name], self.mark.gaps, self.now) for one in every)

    def again(self) -> datetime:
        """When the next one becomes quiet, or the mark is to be renewed."""
        deadlines = (self.deadline(one) for one in self.rules.heartbeats.values() if not self.is_quiet(one))
        return min((*deadlines, self.mark.at + MARKED_EVERY))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look did: of whom it told, whose alert it ended, and what became of these. `standings` says how many stand
    how; `again` is when to look next (None: nothing is watched)."""

    quiet: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    taken: tuple[Taken, ...] = ()
    standings: Mapping[Standing, int] = field(default_factory=dict)
    again: datetime | None = None


@dataclass(slots=True)
class Watching:
    """Any number of processes may look at once: what one has told of another finds told of, at the latest when it
    commits. `name` is this process's own among the replicas."""

    store: Store
    applier: Applier
    in_force: InForce
    clock: Clock
    new_id: Callable[[], str]
    name: str
    _was_away: bool = False
    _settled_at: datetime | None = None

    async def look(self) -> Looked:
        """Tell of what has gone quiet, end what is over, and begin to watch what is new. Raises `StoreUnavailable`."""
        try:
            return await self._look()
        except StoreUnavailable:
            self._was_away = True
            raise

    async def _look(self) -> Looked:
        rules, now = self.in_force.rules, self.clock.now()
        known = await watched(self.store)
        if not rules.heartbeats and not known:
            return Looked()
        round = await self._round(rules, known, now)
        settled_at = self._settling(now)
        quiet = [] if settled_at else round.untold()
        heard, gone = round.heard(), round.gone()
        jobs = [
            *(self._telling(one, round) for one in quiet),
            *(self._ending(name, reason, round) for name, reason in heard.items()),
            *(over(name, GONE, lambda: ()) for name in gone),
        ]
        outcomes = taken(await self.applier.submit(jobs)) if jobs else []
        for name in gone:
            await forget(self.store, name)
        again = min(settled_at or round.again(), round.again())
        done = tuple(one for one in outcomes if one.outcome not in (Outcome.IGNORED, Outcome.ALREADY))
        return Looked(tuple(one.name for one in quiet), (*heard, *gone), done, round.standings(), again)

    async def _round(self, rules: Rules, known: Mapping[str, Watched], now: datetime) -> Round:
        """With the mark renewed, and what is newly defined counting from now. Of several who see it first, one is."""
        mark = await self._marked(now)
        fresh = {name: Watched(now) for name in rules.heartbeats if name not in known}
        for name, one in fresh.items():
            await self.store.add_record(watched_record(name, one))
        return Round(rules, {**known, **fresh}, mark, now, await self._agree(rules, known, now))

    async def _marked(self, now: datetime) -> Watch:
        """The mark that somebody is watching, renewed when that is due; with a gap, if there was one."""
        mark = await watch(self.store)
        if mark and now - mark.at < MARKED_EVERY:
            return mark
        before = mark or Watch(now)
        gaps = (*before.gaps, Gap(before.at, now)) if now - before.at > GAP else before.gaps
        renewed = Watch(now, gaps[-MOST_GAPS:])
        await self.store.put_record(watch_record(renewed))
        return renewed

    async def _agree(self, rules: Rules, known: Mapping[str, Watched], now: datetime) -> bool:
        """Asked of the others only where it matters."""
        if all(name in rules.heartbeats and not one.told for name, one in known.items()):
            return True
        others = [one for one in await replicas(self.store, now) if one.name != self.name]
        return all(one.rules == rules.version for one in others)

    def _settling(self, now: datetime) -> datetime | None:
        """Until when nobody is told, if that is still to come."""
        if self._was_away:
            self._was_away, self._settled_at = False, now + SETTLING
        if self._settled_at and self._settled_at <= now:
            self._settled_at = None
        return self._settled_at

    def _telling(self, one: Heartbeat, round: Round) -> Job:
        """As of when it became quiet. The mark goes along, for a gap that begins now can have held no ping of it."""
        state, due = round.known[one.name], round.deadline(one)
        told = watched_record(one.name, replace(state, told=state.silent_since))
        mark = watch_record(replace(round.mark, at=round.now))
        job = job_for(gone_quiet(one, state, round.rules.zone), round.rules, self.new_id, due)
        return replace(job, records=lambda _: (told, mark), is_done=_fired_since(due))

    def _ending(self, name: str, reason: str, round: Round) -> Job:
        """What has fired after the look began is of a silence that this look knew nothing of."""
        record = watched_record(name, replace(round.known[name], told=None))
        ending = over(name, reason, lambda: (record,))
        return replace(ending, is_done=_fired_since(round.now + timedelta.resolution))


def _fired_since(at: datetime) -> Callable[[Incident | None, KnownKey | None], bool]:
    """Whether the alert has fired as of then or later, whoever told of it and whatever people did after that."""

    def has(incident: Incident | None, known: KnownKey | None) -> bool:
        if incident is None or known is None or incident.fired_at is None:
            return False
        same = known.firing and (known.incident, known.episode) == (incident.id, incident.episode)
        return same and incident.fired_at >= at

    return has
