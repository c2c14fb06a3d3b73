"""Shadowing has an end, and the step out of it is said by somebody else: this person is ready."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.cover import Actor, Scene, rota_of
from app.domain.errors import Conflict, Forbidden, InvalidPayload, NotFound
from app.domain.past_kept import keeps_the_past, must_not_be_past
from app.domain.rota import has_consent
from app.domain.rota_facts import Kept, Shadowing, dated
from app.service.consents import BEGUN
from app.service.respond import must_be_person
from app.service.rota_facts import Change, Records, RotaFacts, later_ids

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Apprenticeship:
    """`person` shadows in `rota` from the local date `since` until at most `until`, to hold `becomes` one day."""

    person: str
    rota: str
    becomes: str
    since: date
    until: date


@dataclass(slots=True)
class Shadowings:
    facts: RotaFacts
    new_id: Callable[[], str]

    async def begin(self, wanted: Apprenticeship, by: Actor, records: Records) -> Change:
        """Until somebody says that they are ready they have no turn in `becomes`. Raises `InvalidPayload`, or
        `Conflict` for one who shadows already."""

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            _check(wanted, kept, scene)
            said = Shadowing(
                next(later_ids(kept.shadowings, self.new_id)),
                wanted.person,
                wanted.rota,
                wanted.becomes,
                wanted.since,
                wanted.until,
                by.person,
                scene.now,
            )
            return _kept_past(said, kept, scene)

        return await self.facts.change(decide, records)

    async def ready(self, id: str, since: date | None, by: Actor, records: Records) -> Change:
        """They shadow no longer, and have their turns, from the local date `since` on; None: from tomorrow. Once more
        is no error.

        Raises `NotFound`, `Forbidden` for the shadow themselves, `Conflict` where they have not agreed to be on call.
        """

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            known = next((one for one in kept.shadowings if one.id == id), None)
            if known is None:
                raise NotFound(f"nobody's shadowing has the id {id[:40]!r}")
            if known.ready_from:
                return Change(already=(known,))
            return _kept_past(_said_ready(known, since, by, scene), kept, scene)

        return await self.facts.change(decide, records)


def _said_ready(known: Shadowing, since: date | None, by: Actor, scene: Scene) -> Shadowing:
    day = since or scene.now.astimezone(scene.rules.zone).date() + timedelta(days=1)
    must_not_be_past(day, scene.rules, scene.now)
    if by.person == known.person:
        raise Forbidden("somebody else says that a shadow is ready: whoever they were shadowing, for example")
    person = scene.rules.people.get(known.person)
    if person is None or not has_consent(person, scene.facts, day):
        raise Conflict(
            f"{known.person} has not agreed to be on call on {day}: `oncall-router consent give` records that they do"
        )
    return replace(known, ready_from=day, ready_by=by.person, ready_at=scene.now)


def _check(wanted: Apprenticeship, kept: Kept, scene: Scene) -> None:
    must_be_person(wanted.person, "person", scene.rules)
    shadows, becomes = rota_of(scene.rules, wanted.rota), rota_of(scene.rules, wanted.becomes)
    if not shadows.shadowing:
        raise InvalidPayload(f"nobody shadows in rota {shadows.name}: the rules file says `shadowing` of one", "rota")
    if becomes.shadowing:
        raise InvalidPayload(f"rota {becomes.name} is one in which people shadow", "becomes")
    for rota in (shadows, becomes):
        if wanted.person not in rota.members:
            raise InvalidPayload(f"{wanted.person} is not in rota {rota.name}: add them in the rules file", "person")
    must_not_be_past(wanted.since, scene.rules, scene.now)
    if not timedelta(0) < wanted.until - wanted.since <= LONGEST:
        raise InvalidPayload("must be later than `since`, and within a year of it", "until")
    ours = (one for one in kept.shadowings if (one.person, one.rota) == (wanted.person, wanted.rota))
    if until := max((one.ends for one in ours if one.ends > wanted.since), default=None):
        raise Conflict(f"{wanted.person} shadows in rota {wanted.rota} already, until {until}")


def _kept_past(said: Shadowing, kept: Kept, scene: Scene) -> Change:
    others = tuple(one for one in kept.shadowings if one.id != said.id)
    after = dated(replace(kept, shadowings=(*others, said)))
    if not keeps_the_past(scene.facts, after, scene.rules, scene.now):
        raise InvalidPayload(BEGUN, "since")
    return Change((said,))
