"""`/oncall triage`: what waits for the first responder, and what becomes of it, a line each."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from app.adapters.lengths import parse_length
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.domain.events import HandToSquad, Mute, Promote, Resolve
from app.domain.incident import Incident
from app.domain.message import one_line
from app.domain.spoken import lasting
from app.domain.triage import cause_of
from app.entrypoints.slack.asking import Asking
from app.service.triage import whole_queue

MOST_LISTED = 20
TITLE = 120
FOR_GOOD = "forever"


async def triage(asking: Asking, words: str) -> str:
    """The list, or what was decided on one of it. Raises `AppError`."""
    asking.known_person()
    verb, _, rest = words.partition(" ")
    if not verb:
        return await _list(asking)
    decide = _DECISIONS.get(verb.lower())
    if decide is None:
        raise InvalidPayload(f"there is no {verb[:40]!r}; there is {', '.join(_DECISIONS)}, or nothing for the list")
    id, _, answer = rest.strip().partition(" ")
    if not id:
        raise InvalidPayload("say which incident, by its id or the end of it")
    return await decide(asking, await asking.named(id), answer.strip())


async def _list(asking: Asking) -> str:
    found, now = await whole_queue(asking.application.store), asking.application.clock.now()
    lines = [_line(one, lasting(now - one.opened_at)) for one in found[:MOST_LISTED]]
    left = len(found) - len(lines)
    return "\n".join([*lines, *([f"… and {left} more"] if left else [])]) or "Nothing waits in the triage queue."


def _line(one: Incident, age: str) -> str:
    about = ", ".join(part for part in (one.source, one.squad, cause_of(one).replace("_", " ")) if part)
    return f"{one.id} {age}: {one_line(one.title, TITLE)} ({about}; {one.count} reports)"


async def _hand(asking: Asking, id: str, words: str) -> str:
    squad, reason = _first(words, "say which squad, as in `triage hand 46f2 payments their release`")
    return await asking.answer(id, "hand", lambda by: HandToSquad(by, squad, reason), _note(squad, reason))


async def _promote(asking: Asking, id: str, words: str) -> str:
    word, reason = _first(words, "say to what, as in `triage promote 46f2 critical customers cannot pay`")
    if word.lower() not in (Severity.CRITICAL, Severity.HIGH):
        raise InvalidPayload(f"{word[:40]!r} is neither critical nor high")
    severity = Severity(word.lower())
    return await asking.answer(id, "promote", lambda by: Promote(by, severity, reason), _note(severity, reason))


async def _mute(asking: Asking, id: str, words: str) -> str:
    word, reason = _first(words, f"say for how long, as in `triage mute 46f2 7d known`, or `{FOR_GOOD}`")
    length = None if word.lower() == FOR_GOOD else _length(word)
    until = None if length is None else asking.application.clock.now() + length
    return await asking.answer(id, "mute", lambda by: Mute(by, until, reason), _note(word, reason))


async def _close(asking: Asking, id: str, words: str) -> str:
    return await asking.answer(id, "resolve", lambda by: Resolve(by, words), words)


_DECISIONS: Mapping[str, Callable[[Asking, str, str], Awaitable[str]]] = {
    "hand": _hand,
    "promote": _promote,
    "mute": _mute,
    "close": _close,
}


def _first(words: str, otherwise: str) -> tuple[str, str]:
    """The first word, and the others."""
    first, _, rest = words.partition(" ")
    if not first:
        raise InvalidPayload(otherwise)
    return first, rest.strip()


def _length(word: str) -> timedelta:
    try:
        return parse_length(word)
    except ValueError as error:
        raise InvalidPayload(str(error)) from None


def _note(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what
