"""Who agrees to be on call out of hours: said by people themselves, with a date, and taken back with a date."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.cover import Actor, Scene
from app.domain.errors import Forbidden, InvalidPayload
from app.domain.past_kept import keeps_the_past, must_not_be_past
from app.domain.rota import has_consent
from app.domain.rota_facts import Kept, KeptConsent, dated
from app.service.respond import must_be_person
from app.service.rota_facts import Change, Records, RotaFacts, later_ids

BEGUN = "a shift that has begun on that day would change hands: say a later date"


@dataclass(slots=True)
class Consents:
    facts: RotaFacts
    new_id: Callable[[], str]

    async def say(self, person: str, given: bool, since: date | None, by: Actor, records: Records) -> Change:
        """`person` agrees from the local date `since` on, or no longer does; None: as soon as no shift that has begun
        changes hands. What is so already is no error, and changes nothing.

        Raises `InvalidPayload` for a date that would change the past, `Forbidden` when `by` speaks for somebody else.
        """

        def decide(kept: Kept, scene: Scene) -> Change:
            must_be_person(by.person, "by", scene.rules)
            must_be_person(person, "person", scene.rules)
            if by.person != person and not by.manages:
                raise Forbidden(f"{by.person!r} cannot consent for {person!r}: each does so for themselves")
            said = self._dated(person, given, since, by, kept, scene)
            if has_consent(scene.rules.people[person], scene.facts, said.since) is given and not _later(said, kept):
                return Change(already=(replace(said, id=""),))
            return Change((said,))

        return await self.facts.change(decide, records)

    def _dated(self, person: str, given: bool, since: date | None, by: Actor, kept: Kept, scene: Scene) -> KeptConsent:
        today = scene.now.astimezone(scene.rules.zone).date()
        if since is not None:
            must_not_be_past(since, scene.rules, scene.now)
        for day in (since,) if since else (today, today + timedelta(days=1), today + timedelta(days=2)):
            said = KeptConsent(next(later_ids(kept.consents, self.new_id)), person, day, given, by.person, scene.now)
            after = dated(replace(kept, consents=(*kept.consents, said)))
            if keeps_the_past(scene.facts, after, scene.rules, scene.now):
                return said
        raise InvalidPayload(BEGUN, "since")


def _later(said: KeptConsent, kept: Kept) -> bool:
    """Whether they had said something for a later date, which this takes the place of."""
    return any(one.person == said.person and one.since > said.since for one in kept.consents)
