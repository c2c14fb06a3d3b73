"""A message in Slack's Block Kit: what it says, and the buttons that answer it.

Source: https://docs.slack.dev/reference/block-kit/.
"""

import re
from collections.abc import Mapping, Sequence

from app.domain.message import (
    ACKNOWLEDGE,
    HAND,
    MUTE,
    OFFER_COVER,
    PROMOTE,
    TAKE_COVER,
    Item,
    Message,
    is_address,
    one_line,
)

TEXT_LIMIT = 40_000
SECTION_LIMIT = 3_000
BLOCK_LIMIT = 50
BUTTON_URL_LIMIT = 3_000
HEADLINE_LIMIT = 600
SHARES = (600, 250, 60)
"""Characters that one fact of one item may take, tried in turn until the item fits its section."""
NUMBER_ROOM = 10
NOTE_ROOM = 80
BRIEF_LIMIT = 500
"""About the longest line of a long digest: what a section may have to leave empty at its end."""

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}

VALUE_LIMIT = 2_000
MOST_MENTIONS = 50
LINE_LIMIT = 700
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,30}")

LABELS: Mapping[str, str] = {
    ACKNOWLEDGE: "Acknowledge",
    "resolve": "Resolve",
    "second-line": "Second line",
    HAND: "Hand to squad",
    PROMOTE: "Promote",
    MUTE: "Mute",
    "note": "Note",
    TAKE_COVER: "I take it",
    OFFER_COVER: "Ask for cover",
}
"""What the buttons say, by the answer that each gives, which is its `action_id`."""

CLOSE = "Close"
"""What the button says that resolves something of triage: nothing was broken."""


def fallback_of(message: Message) -> str:
    """What notifications and screen readers get: the headline, then a line an item, whole lines only."""
    items = [_link(item.link) if message.headline_says_it() else _brief(item) for item in message.items]
    lines = [_called(message) + _headline(message), *(line for line in items if line), *_noticed(message)]
    return "\n".join(_fitting(lines, TEXT_LIMIT))


def blocks_of(message: Message, answerable: bool) -> list[dict[str, object]]:
    head = _section(f"{_called(message)}*{_headline(message)}*")
    body = [_section(text) for text in _item_texts(message)]
    buttons = _buttons(message, answerable)
    return [head, *body, *([_actions(buttons)] if buttons else [])]


def lines_of(lines: Sequence[str]) -> tuple[str, list[dict[str, object]]]:
    """Lines of a thread, as text and as blocks. One that is an address and nothing else is a link."""
    escaped = [_link(line) if is_address(line) else _escaped(one_line(line, LINE_LIMIT), LINE_LIMIT) for line in lines]
    packs = _joined(escaped, "\n")[:BLOCK_LIMIT]
    return "\n".join(_fitting(escaped, TEXT_LIMIT)), [_section(pack) for pack in packs]


def _item_texts(message: Message) -> list[str]:
    """All items in as few sections as hold them: with every fact if there is room for that, else a line each."""
    if message.notice:
        return _joined(_fitting(_noticed(message), (BLOCK_LIMIT - 2) * (SECTION_LIMIT - LINE_LIMIT)), "\n")
    full = [_item_text(item, message) for item in message.items]
    if len(full) > 1:
        full = [f"{number}. {text}" for number, text in enumerate(full, start=1)]
    sections = _joined(full, "\n\n")
    if len(sections) <= BLOCK_LIMIT - 2:
        return sections
    lines = _fitting([_brief(item) for item in message.items], (BLOCK_LIMIT - 2) * (SECTION_LIMIT - BRIEF_LIMIT))
    return _joined(lines, "\n")


def _noticed(message: Message) -> list[str]:
    """What a notice says below its headline."""
    if message.notice is None:
        return []
    lines = [_escaped(one_line(line, LINE_LIMIT), LINE_LIMIT) for line in message.notice.lines]
    return [line for line in (*lines, _link(message.notice.link)) if line]


def _item_text(item: Item, message: Message) -> str:
    for share in SHARES:
        text = _item_with(share, item, message)
        if len(text) <= SECTION_LIMIT - NUMBER_ROOM:
            return text
    return _brief(item)


def _item_with(share: int, item: Item, message: Message) -> str:
    lines = [] if message.headline_says_it() else [f"*{_escaped(item.title_line(), share)}*"]
    for name, value in item.facts(message.timezone):
        is_link = value == item.link or value in item.addresses()
        lines.append(f"*{name}*  {_link(value) if is_link else _escaped(value, share)}")
    return "\n".join(lines)


def _brief(item: Item) -> str:
    return f"{_escaped(item.title_line(), 100)} {_link(item.link)}".rstrip()


def _headline(message: Message) -> str:
    return _escaped(one_line(message.headline, HEADLINE_LIMIT), HEADLINE_LIMIT)


def _joined(texts: list[str], glue: str) -> list[str]:
    """The texts in order, as many together as one section takes."""
    packs: list[str] = []
    for text in texts:
        if packs and len(packs[-1]) + len(glue) + len(text) <= SECTION_LIMIT:
            packs[-1] += glue + text
        else:
            packs.append(text)
    return packs


def _fitting(lines: list[str], limit: int) -> list[str]:
    """The lines that fit into `limit` characters, none cut; what is left off is counted, never silently dropped."""
    kept, used = 0, NOTE_ROOM
    while kept < len(lines) and used + len(lines[kept]) + 1 <= limit:
        used += len(lines[kept]) + 1
        kept += 1
    left = len(lines) - kept
    return lines if not left else [*lines[:kept], f"… and {left} more: see the list of incidents"]


def _escaped(text: str, limit: int) -> str:
    """Text that Slack shows as it is, in at most `limit` characters.

    `&<>` become entities, which is what Slack asks for; a backtick becomes an apostrophe, since a code block that an
    alert opens would swallow the links after it.
    """
    pieces: list[str] = []
    used = 0
    for character in text:
        piece = ENTITIES.get(character, character)
        used += len(piece)
        if used > limit - 1:
            return "".join([*pieces, "…"])
        pieces.append(piece)
    return "".join(pieces)


def _link(url: str) -> str:
    escaped = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{escaped}>" if escaped else ""


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _called(message: Message) -> str:
    """Those who are called by name. Only what has the form of a member id: an address is what somebody wrote."""
    members = [f"<@{one}>" for one in message.mentions if _MEMBER.fullmatch(one)]
    return "".join(f"{member} " for member in members[:MOST_MENTIONS])


def _buttons(message: Message, answerable: bool) -> list[dict[str, object]]:
    """The answers to one incident or notice, and the way to its page. Their value says which message was answered: it
    begins with the incident's id, or with what the notice is of. Who answers is known from who clicked."""
    link = message.link()
    asked = message.items[0].answers if len(message.items) == 1 else ()
    if message.notice:
        asked = message.notice.answers
    offered = asked if answerable and 0 < len(message.key) <= VALUE_LIMIT else ()
    answers = [_answer(name, message.severest(), message.key) for name in offered if name in LABELS]
    opens = {**_labelled("open_incident", message.button()), "url": link}
    return [*answers, *([opens] if 0 < len(link) <= BUTTON_URL_LIMIT else [])]


def _actions(elements: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "actions", "elements": elements}


def _answer(name: str, severity: str, value: str) -> dict[str, object]:
    style = {"style": "primary"} if name == ACKNOWLEDGE else {}
    label = CLOSE if (name, severity) == ("resolve", "triage") else LABELS[name]
    return {**_labelled(name, label), "value": value, **style}


def _labelled(action_id: str, label: str) -> dict[str, object]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id}
