"""Weeks in which a person skips a rota: the next in turn fills in, and everybody can see for whom."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.cover import Actor, Scene, rota_of
from app.domain.errors import Conflict, Forbidden, InvalidPayload, NotFound
from app.domain.past_kept import keeps_the_past, must_not_be_past
from app.domain.rota_facts import Kept, KeptOptOut, dated
from app.service.consents import BEGUN
from app.service.respond import must_be_person
from app.service.rota_facts import Change, Records, RotaFacts

LONGEST = timedelta(days=366)
"""Leaving a rota for good is a line in the rules file."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Shifts of `rota` that begin on a local date from `since` to before `until`."""

    rota: str
    since: date
    until: date


@dataclass(slots=True)
class OptedOut:
    facts: RotaFacts
    new_id: Callable[[], str]

    async def skip(self, person: str, weeks: Weeks, by: Actor, note: str, records: Records) -> Change:
        """Raises `InvalidPayload` for dates that would change the past, `Forbidden` when `by` speaks for somebody
        else."""

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            must_be_person(person, "person", scene.rules)
            _must_speak_for(person, by)
            _check(weeks, person, scene)
            said = KeptOptOut(self.new_id(), weeks.rota, person, weeks.since, weeks.until, by.person, scene.now, note)
            after = dated(replace(kept, opt_outs=(*kept.opt_outs, said)))
            if not keeps_the_past(scene.facts, after, scene.rules, scene.now):
                raise InvalidPayload(f"{BEGUN}, or ask for cover of what is left of it", "since")
            return Change((said,))

        return await self.facts.change(decide, records)

    async def withdraw(self, id: str, by: Actor, records: Records) -> Change:
        """Back in turn from the next shift that begins; once more is no error. Raises `NotFound` or `Forbidden`."""

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            weeks = next((one for one in kept.opt_outs if one.id == id), None)
            if weeks is None:
                raise NotFound(f"no opted-out weeks have the id {id[:40]!r}")
            _must_speak_for(weeks.person, by)
            rota = scene.rules.rotas.get(weeks.rota)
            today = scene.now.astimezone(rota.zone if rota else scene.rules.zone).date()
            for day in (max(today, weeks.since), today + timedelta(days=1)):
                cut = replace(weeks, until=min(weeks.until, day))
                others = tuple(cut if one.id == id else one for one in kept.opt_outs)
                if keeps_the_past(scene.facts, dated(replace(kept, opt_outs=others)), scene.rules, scene.now):
                    return Change((cut,)) if cut != weeks else Change(already=(weeks,))
            raise Conflict("a shift of these weeks begins at this moment; ask again tomorrow")

        return await self.facts.change(decide, records)


def _must_speak_for(person: str, by: Actor) -> None:
    if by.person != person and not by.manages:
        raise Forbidden(f"{by.person!r} cannot opt out for {person!r}: each does so for themselves")


def _check(weeks: Weeks, person: str, scene: Scene) -> None:
    rota = rota_of(scene.rules, weeks.rota)
    if person not in rota.members:
        raise InvalidPayload(f"{person} is not in rota {rota.name}", "person")
    must_not_be_past(weeks.since, scene.rules, scene.now)
    if weeks.until <= weeks.since:
        raise InvalidPayload("must be later than `since`", "until")
    if weeks.until - weeks.since > LONGEST:
        raise InvalidPayload("is more than a year later: leaving for good is `opted_out` in the rules file", "until")
