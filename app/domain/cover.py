"""Cover: what a wish for it comes to, by whose turn it is and who has agreed to be on call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import Conflict, Forbidden, InvalidPayload
from app.domain.rota import DatedFacts, OnCall, Rota, has_consent, held
from app.domain.rota_facts import KeptOffer
from app.domain.ruleset import Rules
from app.domain.spoken import spoken
from app.domain.unknown import unknown

LONGEST = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Scene:
    """What holds at the instant when somebody asks."""

    now: datetime
    rules: Rules
    facts: DatedFacts


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of a rota, aware UTC: what is to be covered."""

    rota: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and whether they may do so for others."""

    person: str
    manages: bool = False


def to_cover(scene: Scene, asked: Stretch, person: str, by: Actor) -> tuple[OnCall, ...]:
    """What `person` would come to hold of it: each stretch with who holds it now, what is over cut off.

    Raises `InvalidPayload` or `Conflict` where there is nothing, and `Forbidden` where it is no affair of `by`'s.
    """
    parts = tuple(one for one in _ahead(scene, asked) if one.person != person)
    if not parts:
        raise Conflict(f"{person} holds all of that already")
    for one in parts:
        must_be_fit(scene, asked.rota, person, one.since or scene.now)
    if by.person != person:
        _must_hold(parts, by)
    return parts


def to_offer(scene: Scene, asked: Stretch, person: str, by: Actor) -> Stretch:
    """What `person` may offer: from the first to the last that they hold of what is still to come. Raises likewise."""
    mine = tuple(one for one in _ahead(scene, asked) if one.person == person)
    if not mine:
        raise Conflict(f"{person} holds nothing of that: it can be offered by who does")
    if by.person != person and not by.manages:
        raise Forbidden(f"{by.person!r} cannot offer what {person!r} holds")
    return Stretch(asked.rota, mine[0].since or scene.now, mine[-1].until or asked.until)


def to_swap(scene: Scene, asked: Stretch, giver: str, taker: str) -> tuple[OnCall, ...]:
    """One side of a swap: what `giver` holds of it, for `taker`. Raises `InvalidPayload` or `Conflict`."""
    parts = tuple(one for one in _ahead(scene, asked) if one.person == giver)
    if not parts:
        raise Conflict(f"{giver} holds nothing of {_words(asked, scene)}")
    for one in parts:
        must_be_fit(scene, asked.rota, taker, one.since or scene.now)
    return parts


def to_accept(scene: Scene, offer: KeptOffer, person: str) -> tuple[OnCall, ...]:
    """What whoever says yes to an open offer comes to hold: what the one who offered it still holds of it. Raises
    `Conflict`, or `InvalidPayload` for somebody who cannot hold it."""
    if offer.taken_at:
        raise Conflict(f"{offer.taken_by} has taken it already")
    if offer.withdrawn_at:
        raise Conflict(f"{offer.withdrawn_by} has withdrawn it")
    if offer.to not in ("", person):
        raise Conflict(f"it was offered to {offer.to}")
    if person == offer.person:
        raise Conflict(f"it is {person} who offers it: withdraw it to keep it")
    return to_swap(scene, Stretch(offer.rota, offer.since, offer.until), offer.person, person)


def who_is_asked(scene: Scene, offer: KeptOffer) -> tuple[str, ...]:
    """Everybody of the rota who could hold it, or the one person whom it is offered to."""
    if offer.to:
        return (offer.to,)
    rota = scene.rules.rotas[offer.rota]
    candidates = (one for one in rota.members if one not in rota.opted_out and one != offer.person)
    return tuple(one for one in candidates if not _misfit(scene, rota, one, offer.since))


def must_be_fit(scene: Scene, rota: str, person: str, since: datetime) -> None:
    """Raises `InvalidPayload` for somebody who cannot hold the rota from then on."""
    if person not in scene.rules.people:
        raise InvalidPayload(unknown("person", person, scene.rules.people), "person")
    if reason := _misfit(scene, scene.rules.rotas[rota], person, since):
        raise InvalidPayload(reason, "person")


def rota_of(rules: Rules, name: str) -> Rota:
    """Raises `InvalidPayload`."""
    found = rules.rotas.get(name)
    if found is None:
        raise InvalidPayload(unknown("rota", name, rules.rotas), "rota")
    return found


def _ahead(scene: Scene, asked: Stretch) -> tuple[OnCall, ...]:
    """Who holds what is still to come of it."""
    rota = rota_of(scene.rules, asked.rota)
    if asked.until <= asked.since:
        raise InvalidPayload("must lie after the start", "until")
    if asked.until <= scene.now:
        raise InvalidPayload("is past: who was on call then stays as it was", "until")
    if asked.until - asked.since > LONGEST:
        raise InvalidPayload(f"is more than {LONGEST.days} days after the start", "until")
    since = max(asked.since, scene.now)
    return held(rota, scene.rules.people, scene.facts, since, asked.until)


def _must_hold(parts: tuple[OnCall, ...], by: Actor) -> None:
    others = next((one.person or "nobody" for one in parts if one.person != by.person), None)
    if others and not by.manages:
        raise Forbidden(f"{by.person!r} cannot give away what {others!r} holds: each takes or gives for themselves")


def _misfit(scene: Scene, rota: Rota, person: str, since: datetime) -> str:
    known, day = scene.rules.people.get(person), since.astimezone(rota.zone).date()
    if known is None:
        return f"{person} is not in the rules file"
    if rota.consent_required and not has_consent(known, scene.facts, day):
        return f"{person} has not agreed to be on call on {day}: `oncall-router consent give` records that they do"
    return ""


def _words(asked: Stretch, scene: Scene) -> str:
    zone = scene.rules.rotas[asked.rota].zone
    return f"rota {asked.rota}, {spoken(asked.since, zone)} to {spoken(asked.until, zone)}"
