"""Takes a calendar over into a rota: the covers that make it so, all in one commit, everybody concerned told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.cover import Actor, Scene, rota_of
from app.domain.cover_told import told_of_covers
from app.domain.errors import Forbidden
from app.domain.notification import Notification
from app.domain.rota_facts import Kept, KeptCover
from app.domain.rota_import import CalendarEntry, ImportPlan, plan_import
from app.domain.ruleset import Rules
from app.service.respond import must_be_person
from app.service.rota_facts import Change, Records, RotaFacts, later_ids


@dataclass(frozen=True, slots=True)
class ShiftImport:
    facts: RotaFacts
    new_id: Callable[[], str]

    def plan(self, rota: str, entries: Sequence[CalendarEntry]) -> ImportPlan:
        """What it would come to now; nothing is changed. Raises `InvalidPayload` for a rota that is not there."""
        in_force = self.facts.in_force
        return _plan(rota, entries, Scene(self.facts.clock.now(), in_force.rules, in_force.facts))

    async def carry_out(
        self, rota: str, entries: Sequence[CalendarEntry], by: Actor, note: str, records: Records
    ) -> Change:
        """Have it so. Asked again with the same calendar, nothing is left to do. Raises `Forbidden` for whoever may not
        act for others."""
        if not by.manages:
            raise Forbidden("an import changes what others hold: that takes the scope manage")

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            plan = _plan(rota, entries, scene)
            ids = later_ids(kept.covers, self.new_id)
            covers = tuple(_covers(ids, rota, plan, by, note, scene.now))
            return Change(covers, _told(covers, scene.rules, scene.now))

        return await self.facts.change(decide, records)


def _covers(
    ids: Iterator[str], rota: str, plan: ImportPlan, by: Actor, note: str, now: datetime
) -> Iterator[KeptCover]:
    for one in plan.covers:
        yield KeptCover(next(ids), rota, one.person, one.instead_of, one.since, one.until, by.person, now, note)


def _plan(rota: str, entries: Sequence[CalendarEntry], scene: Scene) -> ImportPlan:
    return plan_import(rota_of(scene.rules, rota), scene.rules.people, scene.facts, entries, scene.now)


def _told(covers: Sequence[KeptCover], rules: Rules, now: datetime) -> tuple[Notification | str, ...]:
    """One message a person, of theirs alone."""
    readers = dict.fromkeys(who for one in covers for who in (one.person, one.instead_of) if who)
    rows: dict[Notification | str, None] = {}
    for reader in readers:
        theirs = [one for one in covers if reader in (one.person, one.instead_of)]
        told = told_of_covers(theirs, rules, now)
        rows |= dict.fromkeys(row for row in told if isinstance(row, str) or row.reader == reader)
    return tuple(rows)
