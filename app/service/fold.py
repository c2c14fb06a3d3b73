"""Deciding a batch: `step` for one job after another, over what was loaded for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from app.domain.context import Context
from app.domain.errors import NotFound
from app.domain.following import follow_up
from app.domain.incident import Decision, Incident, KnownKey, Mark, Outcome
from app.domain.moved import as_it_is, joined
from app.domain.replacing import replace
from app.domain.step import step
from app.service.job import Applied, Job
from app.service.ports import Loaded

T = TypeVar("T")


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


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(item for part in parts for item in part)
