"""Cover from Slack: asked for, taken, given, swapped and withdrawn in a line, or taken with a button."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.absences import need_of
from app.domain.cover import Stretch, rota_of
from app.domain.cover_told import cover_line, offer_line
from app.domain.errors import Conflict, InvalidPayload, NotFound
from app.domain.rota_facts import KeptCover, KeptOffer
from app.entrypoints.slack.asking import Asking, person_of
from app.entrypoints.slack.when import is_when, parse_when
from app.service.rota_facts import Change
from app.service.rota_stretches import stretch_of

COVER_USAGE = "[list|take|give|offer|swap|accept|withdraw] …"
_FORMS = (
    "cover list: what is offered, and which covers are to come",
    "cover offer ROTA [PERSON] WHEN: ask one person, or all of the rota; the first to say yes has it",
    "cover take ROTA WHEN: hold it yourself",
    "cover give ROTA PERSON WHEN: what you hold is theirs",
    "cover swap ROTA WHEN PERSON WHEN: yours for theirs",
    "cover accept ID: say yes to an offer",
    "cover withdraw ID: take an offer or a cover back",
    "WHEN is 2026-12-07 for the shift that begins then, or `tomorrow 18:00-22:00`, or `18:00-06:00` for today",
)
Run = Callable[[Asking, Sequence[str]], Awaitable[str]]


async def run_cover(asking: Asking, words: str) -> str:
    """What to tell whoever typed `words`. Raises `AppError`."""
    name, *rest = words.split() or ["list"]
    found = _RUNS.get(name.lower())
    return await found(asking, rest) if found else "\n".join(_FORMS)


async def accept_offer(asking: Asking, id: str) -> str:
    return await asking.change(
        "cover.accept",
        id,
        lambda by, records: asking.application.covers.accept(id, by, records),
        lambda change: _agreed(asking, change),
    )


async def offer_what_is_needed(asking: Asking, about: str) -> str:
    """Ask everybody of the rota for what the message of that key speaks of."""
    person = asking.known_person()
    need = need_of(about, await asking.application.absences.needed(), asking.application.clock.now())
    if need is None or need.person != person:
        raise Conflict("that is covered by now, or not yours")
    return await _offered(asking, Stretch(need.rota, need.since, need.until), "", about)


async def _list(asking: Asking, words: Sequence[str]) -> str:
    asking.known_person()
    now, kept = asking.application.clock.now(), await asking.application.rota_facts.kept()
    offers = [f"{one.id} {offer_line(one, asking.rules)}" for one in kept.offers if one.is_open(now)]
    covers = [f"{one.id} {cover_line(one, asking.rules)}" for one in kept.covers if _is_ahead(one, now)]
    return "\n".join([*offers, *covers]) or "Nothing is offered, and no cover is to come."


async def _take(asking: Asking, words: Sequence[str]) -> str:
    rota, *when = words or [""]
    return await _cover(asking, rota, "", when)


async def _give(asking: Asking, words: Sequence[str]) -> str:
    if len(words) < 3:
        raise InvalidPayload("say of which rota, to whom and when, as in `cover give primary ben 2026-12-07`")
    rota, person, *when = words
    return await _cover(asking, rota, _person(asking, person), when)


async def _cover(asking: Asking, rota: str, person: str, when: Sequence[str]) -> str:
    asked = _stretch(asking, rota, when)
    return await asking.change(
        "cover.create",
        f"{person} {asked}",
        lambda by, records: asking.application.covers.take(asked, person or by.person, by, "", records),
        lambda change: _agreed(asking, change),
    )


async def _offer(asking: Asking, words: Sequence[str]) -> str:
    rota, *rest = words or [""]
    now, zone = asking.application.clock.now(), asking.rules.zone
    asks_one = bool(rest) and not is_when(rest[0], zone, now)
    to, when = (_person(asking, rest[0]), rest[1:]) if asks_one else ("", rest)
    return await _offered(asking, _stretch(asking, rota, when), to, words)


async def _offered(asking: Asking, asked: Stretch, to: str, about: object) -> str:
    return await asking.change(
        "cover.offer",
        str(about),
        lambda by, records: asking.application.covers.offer(asked, by.person, to, by, "", records),
        lambda change: _said(asking, "They are asked. It is yours until somebody says yes.", change),
    )


async def _swap(asking: Asking, words: Sequence[str]) -> str:
    rota, *rest = words or [""]
    now, zone = asking.application.clock.now(), asking.rules.zone
    place = next((n for n, word in enumerate(rest) if not is_when(word, zone, now)), None)
    if not place:
        raise InvalidPayload("say what of yours, with whom, and what of theirs, as in `cover swap primary 2026-12-07 "
                             "ben 2026-12-14`")  # fmt: skip
    mine, theirs = _stretch(asking, rota, rest[:place]), _stretch(asking, rota, rest[place + 1 :])
    other = _person(asking, rest[place])
    return await asking.change(
        "cover.swap",
        f"{mine} {other} {theirs}",
        lambda by, records: asking.application.covers.swap(mine, theirs, other, by, "", records),
        lambda change: _agreed(asking, change),
    )


async def _accept(asking: Asking, words: Sequence[str]) -> str:
    asking.known_person()
    return await accept_offer(asking, _id(words, (await asking.application.rota_facts.kept()).offers))


async def _withdraw(asking: Asking, words: Sequence[str]) -> str:
    asking.known_person()
    kept, covers = await asking.application.rota_facts.kept(), asking.application.covers
    id = _id(words, (*kept.offers, *kept.covers))
    is_offer = any(one.id == id for one in kept.offers)
    return await asking.change(
        "cover-offer.withdraw" if is_offer else "cover.withdraw",
        id,
        lambda by, records: (covers.withdraw_offer if is_offer else covers.withdraw)(id, by, records),
        lambda change: _said(asking, "Withdrawn.", change),
    )


async def _help(asking: Asking, words: Sequence[str]) -> str:
    return "\n".join(_FORMS)


_RUNS: Mapping[str, Run] = {
    "list": _list,
    "take": _take,
    "give": _give,
    "offer": _offer,
    "swap": _swap,
    "accept": _accept,
    "withdraw": _withdraw,
    "help": _help,
}


def _agreed(asking: Asking, change: Change) -> str:
    opening = "It is in effect, and both of you are told." if change.said else "It was so already."
    return _said(asking, opening, change)


def _said(asking: Asking, opening: str, change: Change) -> str:
    lines = [_line(asking, one) for one in change.about if isinstance(one, KeptCover | KeptOffer)]
    return "\n".join([opening, *lines, *(f"Not told: {one}" for one in change.untold)])


def _line(asking: Asking, one: KeptCover | KeptOffer) -> str:
    said = cover_line(one, asking.rules) if isinstance(one, KeptCover) else offer_line(one, asking.rules)
    return f"{one.id} {said}"


def _stretch(asking: Asking, rota: str, words: Sequence[str]) -> Stretch:
    """Hours are those of the rota's own zone. Raises `Stranger` before anything is looked up."""
    asking.known_person()
    now, in_force = asking.application.clock.now(), asking.application.in_force
    zone = rota_of(in_force.rules, rota).zone
    when = parse_when(words, zone, now)
    return stretch_of(rota, when.shift, when.since or now, when.until, in_force)


def _person(asking: Asking, word: str) -> str:
    """A person's id as it is typed, or as Slack writes who was mentioned: `<@U0123|asha>`."""
    if word.startswith("<@"):
        member = word[2:].partition(">")[0].partition("|")[0]
        found = person_of(member, asking.rules)
        if not found:
            raise InvalidPayload(f"{member} is nobody in the rules file")
        return found
    return word.removeprefix("@")


def _id(words: Sequence[str], known: Iterable[KeptCover | KeptOffer]) -> str:
    """The whole id of the one whose id ends so. Raises `InvalidPayload` or `NotFound`."""
    wanted = words[0].lower() if words else ""
    found = [one.id for one in known if wanted and one.id.endswith(wanted)]
    if len(found) > 1:
        raise InvalidPayload(f"{wanted[:40]!r} fits {len(found)} of them: write more of the id")
    if not found:
        raise NotFound(f"no such id ends with {wanted[:40]!r}; see `cover list`")
    return found[0]


def _is_ahead(cover: KeptCover, now: datetime) -> bool:
    return not cover.withdrawn_at and cover.until > now
