"""Who really held a rota in the past: by the rules that were in force at each instant, and what people have said."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.debts import FilledIn, filled_in
from app.domain.errors import InvalidRules
from app.domain.rota import DatedFacts, OnCall, held
from app.domain.ruleset import Rules
from app.service.in_force import InForce
from app.service.ports import Record
from app.service.reload import KEEP, KIND
from app.service.rota_facts import RotaFacts

MOST_READ = 32
"""How many earlier versions stay read: a report asks for the same few again and again."""


@dataclass(frozen=True, slots=True)
class InForceThen:
    """The rules that were in force from `since` to `until`."""

    rules: Rules
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Layers:
    """Who would have held a rota by its rotation alone, and who holds it with all covers; each without a hole."""

    rotation: tuple[OnCall, ...]
    held: tuple[OnCall, ...]


@dataclass(slots=True)
class RotaHistory:
    """`load` makes rules of a text that was kept; it raises `InvalidRules` for one that this version cannot read."""

    facts: RotaFacts
    in_force: InForce
    load: Callable[[str], Rules]
    _versions: tuple[tuple[datetime, str], ...] = field(default=())
    _newest: str = field(default="")
    _read: dict[str, Rules | None] = field(default_factory=dict)

    async def held(self, rota: str, since: datetime, until: datetime) -> tuple[OnCall, ...]:
        """Who held `rota` from `since` to `until`, without a hole and cut to that stretch, gaps included.

        `until` may lie ahead: what is to come goes by the rules in force now.
        """
        return (await self.held_each((rota,), since, until))[rota]

    async def held_each(
        self, rotas: Iterable[str], since: datetime, until: datetime
    ) -> Mapping[str, tuple[OnCall, ...]]:
        """The same of several rotas, for which all is read once."""
        facts, periods = await self.facts.ever(), await self.rules_between(since, until)
        return {
            rota: _joined(stretch for then in periods for stretch in held_under(rota, then, facts)) for rota in rotas
        }

    async def layers(self, since: datetime, until: datetime) -> Mapping[str, Layers]:
        """Of every rota of today, in that time."""
        facts, found = await self.facts.ever(), await self.rules_between(since, until)
        plain = replace(facts, covers=())

        def of(rota: str, facts: DatedFacts) -> tuple[OnCall, ...]:
            return _joined(one for then in found for one in held_under(rota, then, facts))

        return {rota: Layers(of(rota, plain), of(rota, facts)) for rota in self.in_force.rules.rotas}

    async def filled_in(self, rota: str, since: datetime, until: datetime) -> tuple[FilledIn, ...]:
        """Who had shifts of `rota`, of those that begin in that time, because somebody had opted out."""
        facts = await self.facts.ever()
        return tuple(
            one
            for then in await self.rules_between(since, until)
            if (known := then.rules.rotas.get(rota))
            for one in filled_in(known, then.rules.people, facts, then.since, then.until)
        )

    async def rules_between(self, since: datetime, until: datetime) -> tuple[InForceThen, ...]:
        """Which rules were in force from `since` to `until`, one after another without a hole.

        What was before the first version that is kept goes by today's rules; a version that can no longer be read, by
        the one after it.
        """
        versions = await self._kept_versions()
        now, found, end = self.in_force.rules, list[InForceThen](), until
        rules = now
        for at, text in reversed(versions):
            if end <= since:
                break
            if at < end:
                rules = await self._rules_of(text) or rules
                found.append(InForceThen(rules, max(at, since), end))
                end = at
        if since < end:
            found.append(InForceThen(now, since, end))
        return tuple(reversed(found))

    async def _kept_versions(self) -> tuple[tuple[datetime, str], ...]:
        """When each text came into force, the one in force here last; one that only changed runbooks is the same."""
        store = self.facts.store
        newest = await store.records(KIND, 1)
        if newest and newest[0].id != self._newest:
            self._versions = _texts(reversed(await store.records(KIND, KEEP)))
            self._newest = newest[0].id
        here = (self.in_force.loaded_at, self.in_force.rules.text)
        if self._versions and self._versions[-1][1] == here[1]:
            return self._versions
        return (*(one for one in self._versions if one[0] < here[0]), here)

    async def _rules_of(self, text: str) -> Rules | None:
        if text == self.in_force.rules.text:
            return self.in_force.rules
        if text not in self._read:
            if len(self._read) >= MOST_READ:
                del self._read[next(iter(self._read))]
            self._read[text] = await asyncio.to_thread(self._loaded, text)
        return self._read[text]

    def _loaded(self, text: str) -> Rules | None:
        try:
            return self.load(text)
        except InvalidRules:
            return None


def held_under(rota: str, then: InForceThen, facts: DatedFacts) -> tuple[OnCall, ...]:
    """Who held `rota` while these rules were in force, cut to that time."""
    known = then.rules.rotas.get(rota)
    if known is None:
        why = f"nobody in rota {rota}: the rules of then had no such rota"
        return (OnCall(rota, None, then.since, then.until, why),)
    return held(known, then.rules.people, facts, then.since, then.until)


def _joined(stretches: Iterable[OnCall]) -> tuple[OnCall, ...]:
    """A shift that a change of the rules has cut, but not changed, is whole again."""
    found: list[OnCall] = []
    for one in stretches:
        if found and (found[-1].person, found[-1].why) == (one.person, one.why):
            found[-1] = replace(found[-1], until=one.until)
        else:
            found.append(one)
    return tuple(found)


def _texts(records: Iterable[Record]) -> tuple[tuple[datetime, str], ...]:
    found: list[tuple[datetime, str]] = []
    for record in records:
        body = json.loads(record.body)
        if not found or found[-1][1] != body["text"]:
            found.append((datetime.fromisoformat(body["at"]), body["text"]))
    return tuple(found)
