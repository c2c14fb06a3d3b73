"""A message within a provider's limit: facts are shortened first and titles next, and a link is never cut."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.message import FACT_LIMIT, SEVEREST_FIRST, TITLE_LIMIT, Item, Message, one_line

SHARES = (FACT_LIMIT, 600, 250, 80)
"""Characters that one fact of one item may take, tried in turn until everything fits."""

LEAST_FACTS = 60
"""About the fewest characters that the facts of one item take: below that there is no need to try."""

LINE_LIMIT = 100
NOTE_ROOM = 60


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def utf16_units(text: str) -> int:
    """How JavaScript and the like count characters: one outside the basic plane is two."""
    return len(text.encode("utf-16-le", "replace")) // 2


@dataclass(frozen=True, slots=True)
class Medium:
    """What a channel takes: at most `limit`, as `measure` counts. `text` makes a text from an alert inert, `link` makes
    an address something to click."""

    limit: int
    measure: Callable[[str], int] = len
    text: Callable[[str], str] = str
    link: Callable[[str], str] = str

    def takes(self, text: str) -> bool:
        return self.measure(text) <= self.limit


def fitted(message: Message, medium: Medium, link_elsewhere: bool = False) -> str:
    """What stands below the headline: every item with all its facts; if that is too long with shorter facts, else as a
    line an item, else as its links alone. What still does not fit is counted, and the severest incidents come first.

    `link_elsewhere` leaves the only item's link out, for it has a button. Without items it is the headline again, since
    hardly a provider takes an empty text.
    """
    if not message.items:
        return _noticed(message, medium, link_elsewhere) or cut(message.headline, medium)
    alone = link_elsewhere and len(message.items) == 1
    for form in _forms(message, medium, alone):
        if form and medium.takes(form):
            return form
    return _counted(message, medium)


def _noticed(message: Message, medium: Medium, link_elsewhere: bool) -> str:
    """As many lines of a notice as fit above its link; how many more there are is said."""
    if message.notice is None:
        return ""
    link = [medium.link(message.notice.link)] if message.notice.link and not link_elsewhere else []
    lines = [medium.text(one_line(line, SHARES[1])) for line in message.notice.lines]
    for kept in range(len(lines), -1, -1):
        more = [f"… and {len(lines) - kept} lines more"] if kept < len(lines) else []
        text = "\n".join([*lines[:kept], *more, *link])
        if medium.takes(text):
            return text
    return link[0] if link and medium.takes(link[0]) else ""


def cut(text: str, medium: Medium) -> str:
    """One line of untrusted text, inert, cut so that the medium takes it."""
    limit = min(medium.limit, TITLE_LIMIT * 2)
    while limit > 2 and not medium.takes(medium.text(one_line(text, limit))):
        limit = limit * 3 // 4
    return medium.text(one_line(text, limit))


def _forms(message: Message, medium: Medium, link_elsewhere: bool) -> Iterator[str]:
    """From the longest to the shortest, all of them with every item."""
    if len(message.items) * LEAST_FACTS <= medium.limit:
        for share in SHARES:
            yield "\n\n".join(_with_facts(message, medium, share, link_elsewhere))
    yield "\n".join(_lines(message.items, medium))
    if all(item.link for item in message.items):
        yield "\n".join(medium.link(item.link) for item in message.items)


def _with_facts(message: Message, medium: Medium, share: int, link_elsewhere: bool) -> Iterator[str]:
    for number, item in enumerate(message.items, start=1):
        title = [] if message.headline_says_it() else [medium.text(one_line(item.title_line(), share))]
        block = "\n".join([*title, *_facts(item, message, medium, share, link_elsewhere)])
        yield f"{number}. {block}" if len(message.items) > 1 else block


def _facts(item: Item, message: Message, medium: Medium, share: int, link_elsewhere: bool) -> list[str]:
    return [
        f"{name}: {written}"
        for name, value in item.facts(message.timezone)
        if not (link_elsewhere and name == "act") and (written := _value(name, value, item, medium, share))
    ]


def _value(name: str, value: str, item: Item, medium: Medium, share: int) -> str:
    """A value as it is shown; empty for an address that is too long, since half an address leads nowhere."""
    if name == "act":
        return medium.link(value)
    if value in item.addresses():
        return medium.link(value) if len(value) <= share else ""
    return medium.text(one_line(value, share))


def _lines(items: tuple[Item, ...], medium: Medium) -> list[str]:
    return [
        f"{number}. {medium.text(one_line(item.title_line(), LINE_LIMIT))} {medium.link(item.link)}".rstrip()
        for number, item in enumerate(items, start=1)
    ]


def _counted(message: Message, medium: Medium) -> str:
    """As many lines as fit, the severest first, none of them cut, and how many more there are."""
    rank = {severity: place for place, severity in enumerate(SEVEREST_FIRST)}
    ordered = tuple(sorted(message.items, key=lambda item: rank.get(item.severity, 0)))
    kept: list[str] = []
    used = NOTE_ROOM
    for line in _lines(ordered, medium):
        used += medium.measure(line) + 1
        if used > medium.limit:
            break
        kept.append(line)
    left = len(ordered) - len(kept)
    return "\n".join([*kept, f"… and {left} more: see the list of incidents"])
