"""The slash command: what may be typed behind it is a table, and a further word is a line in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.domain.errors import InvalidPayload
from app.domain.events import Acknowledge, OpenTicket, Resolve, TagSquads
from app.entrypoints.slack.asking import Asking
from app.entrypoints.slack.cover import COVER_USAGE, run_cover
from app.entrypoints.slack.triage import triage
from app.entrypoints.slack.wording import line_of

MOST_LISTED = 20
Run = Callable[[Asking, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """`usage` is what stands behind its name, `says` what it does; `run` takes what was typed there, and answers."""

    usage: str
    says: str
    run: Run


async def _who(asking: Asking, words: str) -> str:
    """Anybody may know who is on call."""
    application, rules = asking.application, asking.rules
    ctx = application.in_force.context(application.clock.now())
    lines: list[str] = []
    for rota in rules.rotas:
        holder = ctx.on_call(rota)
        known = rules.people.get(holder.person or "")
        until = f", until {holder.until.astimezone(rules.zone):%a %d %b %H:%M %Z}" if holder.until else ""
        lines.append(f"{rota.replace('_', ' ')}: {known.name if known else 'nobody'}{until}")
    return "\n".join(lines) or "There is no rota in the rules file."


async def _list(asking: Asking, words: str) -> str:
    asking.known_person()
    found = await asking.open_incidents()
    lines = [line_of(incident, asking.rules) for incident in found[:MOST_LISTED]]
    left = len(found) - len(lines)
    return "\n".join([*lines, *([f"… and {left} more"] if left else [])]) or "Nothing is open."


async def _ack(asking: Asking, words: str) -> str:
    id, _ = _id_and_rest(asking, words)
    return await asking.answer(await asking.named(id), "acknowledge", Acknowledge)


async def _resolve(asking: Asking, words: str) -> str:
    id, reason = _id_and_rest(asking, words)
    return await asking.answer(await asking.named(id), "resolve", lambda by: Resolve(by, reason), reason)


async def _tag(asking: Asking, words: str) -> str:
    id, rest = _id_and_rest(asking, words)
    squads = tuple(rest.replace(",", " ").split())
    if not squads:
        raise InvalidPayload("say which squads, as in `tag 46f2 payments web`")
    return await asking.answer(await asking.named(id), "tag", lambda by: TagSquads(by, squads), ", ".join(squads))


async def _ticket(asking: Asking, words: str) -> str:
    id, squad = _id_and_rest(asking, words)
    return await asking.answer(await asking.named(id), "ticket", lambda by: OpenTicket(by, squad), squad)


async def _call(asking: Asking, words: str) -> str:
    id, _ = _id_and_rest(asking, words)
    return await asking.call(await asking.named(id))


async def _raise(asking: Asking, words: str) -> str:
    if not words:
        raise InvalidPayload("say what is wrong, as in `raise Checkout is slow`")
    return await asking.report(words)


async def _help(asking: Asking, words: str) -> str:
    return "\n".join(f"{f'{name} {one.usage}'.strip()}: {one.says}" for name, one in SUBCOMMANDS.items())


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "who": Subcommand("", "who is on call now", _who),
    "list": Subcommand("", "what is open", _list),
    "ack": Subcommand("ID", "take an incident: nobody else is paged; the end of its id will do", _ack),
    "resolve": Subcommand("ID [REASON]", "it is over", _resolve),
    "tag": Subcommand("ID SQUAD…", "call squads in", _tag),
    "ticket": Subcommand("ID [SQUAD]", "write it down in the tracker of its squad, or of another", _ticket),
    "call": Subcommand("ID", "start a call, or see where people meet already", _call),
    "triage": Subcommand(
        "[hand ID SQUAD | promote ID SEVERITY | mute ID 7d|forever | close ID] [WHY]",
        "what waits for the first responder, and what becomes of it",
        triage,
    ),
    "raise": Subcommand("TEXT", "raise an incident that no monitor foresaw", _raise),
    "cover": Subcommand(COVER_USAGE, "ask for cover, take it or give it; `cover help` says how", run_cover),
    "help": Subcommand("", "this list", _help),
}


async def run_command(asking: Asking, text: str) -> str:
    """What to tell whoever typed `text`; an unknown word is answered with the list. Raises `AppError`."""
    name, _, rest = text.strip().partition(" ")
    found = SUBCOMMANDS.get(name.lower())
    if found is None:
        said = f"There is no {name[:40]!r}. There is:\n" if name else ""
        return said + await _help(asking, "")
    return await found.run(asking, rest.strip())


def _id_and_rest(asking: Asking, words: str) -> tuple[str, str]:
    """Raises `Stranger` before anything is looked up."""
    asking.known_person()
    id, _, rest = words.partition(" ")
    if not id:
        raise InvalidPayload("say which incident, by its id or the end of it")
    return id, rest.strip()
