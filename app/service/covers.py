"""Cover on an honour system: taken, given, offered, swapped and withdrawn by people, in effect at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.domain.cover import Actor, Scene, Stretch, must_be_fit, to_accept, to_cover, to_offer, to_swap, who_is_asked
from app.domain.cover_told import linked, told_of_covers, told_of_offer, told_of_withdrawal
from app.domain.errors import Conflict, Forbidden, NotFound
from app.domain.incident import Incident, Status
from app.domain.notification import Notification
from app.domain.rota import OnCall, held
from app.domain.rota_facts import Kept, KeptCover, KeptOffer, dated
from app.service.ports import IncidentQuery
from app.service.respond import must_be_person
from app.service.rota_facts import Change, Records, RotaFacts, later_ids

MOST = 2000
"""How many covers and offers may be to come."""

OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
MOST_INCIDENTS = 200
"""Of the newest open ones is said whom they stay with."""

T = TypeVar("T", KeptCover, KeptOffer)


@dataclass(slots=True)
class Covers:
    """Each use case stores with the change what its `records` make of it, and says whom it could not tell. `page` is
    the address where all of it can be seen."""

    facts: RotaFacts
    new_id: Callable[[], str]
    page: str

    async def take(self, asked: Stretch, person: str, by: Actor, note: str, records: Records) -> Change:
        """`person` holds the stretch from now on: taken by themselves, or given by who holds it.

        Raises `InvalidPayload`, `Conflict` when they hold it already, `Forbidden` when it is no affair of `by`'s.
        """

        incidents = await self._open_incidents()

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            must_have_room(kept, scene)
            ids = later_ids(kept.covers, self.new_id)
            covers = _covers(ids, to_cover(scene, asked, person, by), person, by, scene.now, note)
            return Change(covers, self._told(covers, scene, incidents))

        return await self.facts.change(decide, records)

    async def offer(self, asked: Stretch, person: str, to: str, by: Actor, note: str, records: Records) -> Change:
        """Ask one person, or (`to` empty) everybody of the rota; nothing changes before somebody says yes. Asked again
        while that is open, nobody is asked a second time."""

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            offered = to_offer(scene, asked, person, by)
            if to:
                must_be_fit(scene, asked.rota, to, offered.since)
            offer = KeptOffer(
                self.new_id(), offered.rota, person, to, offered.since, offered.until, by.person, scene.now, note
            )
            if same := next((one for one in kept.offers if one.is_open(scene.now) and _is_part_of(offer, one)), None):
                return Change(already=(same,))
            must_have_room(kept, scene)
            readers = who_is_asked(scene, offer)
            if not readers:
                raise Conflict(f"nobody else of rota {asked.rota} could take it: ask a person of your choice")
            return Change((offer,), linked(told_of_offer(offer, readers, scene.rules, scene.now), self.page))

        return await self.facts.change(decide, records)

    async def accept(self, id: str, by: Actor, records: Records) -> Change:
        """The first to say yes has it, once and for all; they may say it again. Raises `NotFound` or `Conflict`."""

        incidents = await self._open_incidents()

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            offer = _the(id, kept.offers, "offer")
            if offer.taken_by == by.person:
                return Change(already=(*(one for one in kept.covers if one.offer == id), offer))
            parts = to_accept(scene, offer, by.person)
            ids = later_ids(kept.covers, self.new_id)
            covers = _covers(ids, parts, by.person, by, scene.now, offer.note, offer=offer.id)
            taken = replace(offer, taken_at=scene.now, taken_by=by.person)
            return Change((*covers, taken), self._told(covers, scene, incidents))

        return await self.facts.change(decide, records)

    async def swap(self, mine: Stretch, theirs: Stretch, other: str, by: Actor, note: str, records: Records) -> Change:
        """`by` takes theirs and `other` takes mine, both or neither."""

        incidents = await self._open_incidents()

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            must_be_person(other, "with", scene.rules)
            must_have_room(kept, scene)
            pair, giver, ids = self.new_id(), by.person, later_ids(kept.covers, self.new_id)
            covers = (
                *_covers(ids, to_swap(scene, mine, giver, other), other, by, scene.now, note, swap=pair),
                *_covers(ids, to_swap(scene, theirs, other, giver), giver, by, scene.now, note, swap=pair),
            )
            return Change(covers, self._told(covers, scene, incidents))

        return await self.facts.change(decide, records)

    async def withdraw(self, id: str, by: Actor, records: Records) -> Change:
        """Take it back, of a swap both sides: what was held of it stays as it was. Once more is no error.

        Raises `NotFound`, `Forbidden`, or `Conflict` for one that is over.
        """

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            cover = _the(id, kept.covers, "cover")
            if not by.manages and by.person not in (cover.person, cover.instead_of, cover.by):
                raise Forbidden(f"{by.person!r} has no part in this cover: {cover.person} or {cover.instead_of} can")
            if cover.withdrawn_at:
                return Change(already=(cover,))
            if cover.until <= scene.now:
                raise Conflict("it is over: who was on call then stays as it was")
            ended = tuple(
                replace(one, withdrawn_at=scene.now, withdrawn_by=by.person)
                for one in _with_its_swap(cover, kept.covers)
                if one.until > scene.now
            )
            left = who_holds(ended, kept, scene)
            return Change(ended, linked(told_of_withdrawal(ended, left, scene.rules, scene.now), self.page))

        return await self.facts.change(decide, records)

    async def withdraw_offer(self, id: str, by: Actor, records: Records) -> Change:
        """Nobody can say yes any more. Once more is no error. Raises `NotFound`, `Forbidden` or `Conflict`."""

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            offer = _the(id, kept.offers, "offer")
            if not by.manages and by.person not in (offer.person, offer.by):
                raise Forbidden(f"{by.person!r} cannot withdraw what {offer.person!r} offers")
            if offer.taken_at:
                raise Conflict(f"{offer.taken_by} has taken it: withdraw the cover instead")
            if offer.withdrawn_at:
                return Change(already=(offer,))
            return Change((replace(offer, withdrawn_at=scene.now, withdrawn_by=by.person),))

        return await self.facts.change(decide, records)

    async def _open_incidents(self) -> Sequence[Incident]:
        return await self.facts.store.incidents(IncidentQuery(statuses=OPEN, limit=MOST_INCIDENTS))

    def _told(
        self, covers: Sequence[KeptCover], scene: Scene, incidents: Sequence[Incident]
    ) -> tuple[Notification | str, ...]:
        return linked(told_of_covers(covers, scene.rules, scene.now, incidents), self.page)


def who_holds(changed: Sequence[KeptCover], kept: Kept, scene: Scene) -> tuple[OnCall, ...]:
    """What is still to come of covers that have changed, by whoever holds it then; gaps too."""
    now_so = {one.id: one for one in changed}
    facts = dated(replace(kept, covers=tuple(now_so.get(one.id, one) for one in kept.covers)))
    return tuple(
        part
        for one in changed
        if (rota := scene.rules.rotas.get(one.rota))
        for part in held(rota, scene.rules.people, facts, max(one.since, scene.now), one.until)
    )


def _is_part_of(offer: KeptOffer, other: KeptOffer) -> bool:
    """Whether the other one asks the same of the same people, though it may have begun earlier."""
    mine, theirs = ((one.rota, one.person, one.to, one.until) for one in (offer, other))
    return mine == theirs and other.since <= offer.since


def must_have_room(kept: Kept, scene: Scene) -> None:
    """Raises `Conflict`: whoever asks who is on call goes through all covers that are not over."""
    covers = sum(one.until > scene.now and not one.withdrawn_at for one in kept.covers)
    if covers + sum(one.is_open(scene.now) for one in kept.offers) >= MOST:
        raise Conflict(f"there are {MOST} covers and offers to come: withdraw some first")


def _with_its_swap(cover: KeptCover, covers: Iterable[KeptCover]) -> tuple[KeptCover, ...]:
    pair = tuple(one for one in covers if cover.swap and one.swap == cover.swap and not one.withdrawn_at)
    return pair or (cover,)


def _the(id: str, known: Iterable[T], noun: str) -> T:
    found = next((one for one in known if one.id == id), None)
    if found is None:
        raise NotFound(f"no {noun} has the id {id[:40]!r}")
    return found


def _covers(
    ids: Iterator[str],
    parts: Iterable[OnCall],
    person: str,
    by: Actor,
    now: datetime,
    note: str,
    offer: str = "",
    swap: str = "",
) -> tuple[KeptCover, ...]:
    return tuple(
        KeptCover(
            id=next(ids),
            rota=part.rota,
            person=person,
            instead_of=part.person or "",
            since=part.since or now,
            until=part.until or now,
            by=by.person,
            at=now,
            note=note,
            offer=offer,
            swap=swap,
        )
        for part in parts
    )
