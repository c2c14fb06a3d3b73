"""A call that tells of incidents: what is said, and what a key does."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import StoreUnavailable
from app.domain.text_answer import Verb
from app.service.by_phone import ByPhone, standing
from app.service.ports import Record

CHANNEL = "voice"
MOST_QUESTIONS = 5
MOST_SPOKEN = 3

MENU = "Press 4 to acknowledge, 7 to call second line, or star to hear this again."
MENU_OF_MANY = "Press 4 to acknowledge all of them, 7 to call second line for all, or star to hear this again."
ANY_KEY = "Press any key to say that you have heard this."
THANKS = "Thank you. Goodbye."
NO_KEY = "With this call you have not taken it. Goodbye."
USE_CODE = "To resolve it, reply to the text message with 6 and its code, or open the link."


@dataclass(frozen=True, slots=True)
class Call:
    """To whom, about which incidents, what it tells, and whether it asks for somebody."""

    person: str
    incidents: tuple[str, ...]
    text: str
    asks: bool

    @property
    def menu(self) -> str:
        if not self.asks:
            return ANY_KEY
        return MENU_OF_MANY if len(self.incidents) > 1 else MENU


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said next; `over`: the call ends with it, else a key is asked for."""

    text: str
    over: bool = False


KeepSpoken = Callable[[Spoken], Sequence[Record]]
"""The records that keep what is said, for the commit of what it tells of."""


@dataclass(frozen=True, slots=True)
class CallAnswers:
    """Voicemail answers a call and presses nothing: only a key counts. A telephone can be anybody's, so a key may take
    an incident and call for help, and not resolve."""

    by_phone: ByPhone

    async def opening(self, call: Call) -> Spoken:
        """What is said first: what it is about, unless that has been taken meanwhile."""
        with suppress(StoreUnavailable):  # Better to ask once too often.
            if call.asks and (taken := await self._all_taken(call)):
                return Spoken(f"{taken} There is nothing to do. Goodbye.", over=True)
        return Spoken(f"{call.text}. {call.menu}")

    async def press(self, call: Call, key: str, question: int, keep: KeepSpoken) -> Spoken:
        """What a key does, the `question`th that was asked for; an empty one is silence.

        Raises `StoreUnavailable` when it cannot be recorded.
        """
        if key and not call.asks:
            return Spoken(THANKS, over=True)
        match key:
            case "4":
                return await self._each(Verb.ACKNOWLEDGE, call, lambda said: Spoken(f"{said} Goodbye.", True), keep)
            case "7":
                return await self._each(Verb.SECOND_LINE, call, lambda said: _again(said, call, question), keep)
            case "6":
                return _again(USE_CODE, call, question)
            case "*" | "":
                return _again("", call, question)
            case _:
                return _again("That key does nothing.", call, question)

    async def _each(self, verb: Verb, call: Call, finish: Callable[[str], Spoken], keep: KeepSpoken) -> Spoken:
        """What is said can be kept in the commit only where there is one commit."""

        def kept(said: str) -> Sequence[Record]:
            return keep(finish(said)) if len(call.incidents) == 1 else ()

        said = [await self.by_phone.act(verb, one, call.person, CHANNEL, kept) for one in call.incidents]
        return finish(_briefly(said))

    async def _all_taken(self, call: Call) -> str:
        """Where they stand, when none of them pages this person any more; empty when one does, or is not known."""
        found = (await self.by_phone.store.load((), call.incidents)).incidents
        if len(found) < len(set(call.incidents)):
            return ""
        if any(page.reader == call.person for one in found.values() for page in one.pages):
            return ""
        return _briefly([standing(one, call.person, self.by_phone.in_force.rules) for one in found.values()])


def _again(said: str, call: Call, question: int) -> Spoken:
    if question >= MOST_QUESTIONS:
        return Spoken(f"{said} {NO_KEY if call.asks else THANKS}".strip(), over=True)
    return Spoken(f"{said} {call.text}. {call.menu}".strip())


def _briefly(said: Sequence[str]) -> str:
    left = len(said) - MOST_SPOKEN
    return " ".join([*said[:MOST_SPOKEN], *([f"And so on for {left} more."] if left > 0 else [])])
