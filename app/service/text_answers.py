"""Answers to text messages: which incident is meant is never guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.incident import Incident, Status
from app.domain.message import one_line
from app.domain.text_answer import TextAnswer, Verb, parse_answer
from app.service.by_phone import TITLE, ByPhone, Keep, standing
from app.service.ports import IncidentQuery

CHANNEL = "sms"
AT_ONCE = 200
MOST_OPEN = 2_000
MOST_LISTED = 8
MOST_LOOKED_AT = 20

OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
HELP = "Not understood, and nothing has changed. Reply 4 to acknowledge, 7 for second line, 6 and the code to resolve."
NEEDS_CODE = "To resolve, reply 6 and the code from the message. Nothing has changed."
SEVERAL = "Several incidents wait for you, and nothing has changed. Reply {digit} and a code:"
NOTHING = "Nothing is waiting for you."
DIGITS = {Verb.ACKNOWLEDGE: 4, Verb.RESOLVE: 6, Verb.SECOND_LINE: 7}


@dataclass(frozen=True, slots=True)
class TextAnswers:
    """`code` is the code of an incident for a person. A number can be forged, so what changes most, resolving, needs
    the code that was sent."""

    by_phone: ByPhone
    code: Callable[[str, str], str]

    async def reply(self, text: str, person: str, keep: Keep) -> str:
        """Do what the text asks for; what to answer. Raises `StoreUnavailable` when it cannot be recorded."""
        answer = parse_answer(text)
        if answer is None:
            return HELP
        if answer.code:
            return await self._by_code(answer, person, keep)
        return NEEDS_CODE if answer.verb is Verb.RESOLVE else await self._only_one(answer.verb, person, keep)

    async def _by_code(self, answer: TextAnswer, person: str, keep: Keep) -> str:
        found = [one for one in await self._open() if self.code(one.id, person) == answer.code]
        if not found:
            over = await self.by_phone.store.incidents(
                IncidentQuery(statuses=frozenset({Status.RESOLVED}), limit=AT_ONCE)
            )
            found = [one for one in over if self.code(one.id, person) == answer.code]
        if len(found) == 1:
            return await self.by_phone.act(answer.verb, found[0].id, person, CHANNEL, keep)
        if found:
            return "Two incidents share that code, and nothing has changed. Open the link in the message."
        waiting = _waiting(await self._open(), person)
        unknown = f"No incident has the code {answer.code}, and nothing has changed."
        return "\n".join([unknown, *self._listed(waiting, person)])

    async def _only_one(self, verb: Verb, person: str, keep: Keep) -> str:
        every = await self._open()
        meant = _waiting(every, person)
        if verb is Verb.SECOND_LINE:
            known = {one.id for one in meant}
            meant += [one for one in every if one.acknowledged_by == person and one.id not in known]
        if len(meant) == 1:
            return await self.by_phone.act(verb, meant[0].id, person, CHANNEL, keep)
        if meant:
            return "\n".join([SEVERAL.format(digit=DIGITS[verb]), *self._listed(meant, person)])
        return " ".join([NOTHING, *await self._taken(every, person)])

    async def _open(self) -> list[Incident]:
        """What is open now, newest first."""
        found: list[Incident] = []
        while len(found) < MOST_OPEN:
            before = found[-1].id if found else ""
            page = await self.by_phone.store.incidents(IncidentQuery(statuses=OPEN, before=before, limit=AT_ONCE))
            found += page
            if len(page) < AT_ONCE:
                break
        return found

    async def _taken(self, every: Sequence[Incident], person: str) -> list[str]:
        """Who has what this person was told of, so that whoever is late knows."""
        said: list[str] = []
        taken = [one for one in every if one.status is Status.ACKNOWLEDGED]
        for one in taken[:MOST_LOOKED_AT]:
            rows = await self.by_phone.store.notifications(one.id)
            if any(row.reader == person and not row.squad for row in rows):
                said.append(standing(one, person, self.by_phone.in_force.rules))
        return said[:MOST_LISTED]

    def _listed(self, incidents: Sequence[Incident], person: str) -> list[str]:
        lines = [
            f"{self.code(one.id, person)} {one.severity.upper()} {one_line(one.title, TITLE)}"
            for one in incidents[:MOST_LISTED]
        ]
        left = len(incidents) - len(lines)
        return [*lines, f"and {left} more"] if left else lines


def _waiting(incidents: Sequence[Incident], person: str) -> list[Incident]:
    """Those whose pages still go to this person."""
    return [one for one in incidents if any(page.reader == person for page in one.pages)]
