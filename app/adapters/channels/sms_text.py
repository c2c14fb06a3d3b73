"""The text of a text message: what it is about in as few segments as will do, the link and the code never cut."""

from collections.abc import Callable

from app.domain.message import ASKS_FOR_SOMEBODY, Item, Message, one_line

Code = Callable[[str, str], str]
"""The code of an incident for a person."""

BODY_LIMIT = 1_600
"""Characters that Twilio takes, in as many segments as that needs."""

GSM_SEGMENTS, GSM_SEGMENT = 3, 153
WIDE_SEGMENTS, WIDE_SEGMENT = 5, 67
"""A text with one character outside GSM 03.38 is sent two bytes a character, so a segment holds less than half."""

SHORTEST_HEAD = 40
DIGEST_TITLE = 60
MORE_ROOM = 60

_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "…": "...", "•": "*", "`": "'"}
)
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")
"""These take the room of two."""


def sms_text(message: Message, code: Code) -> str:
    """At most 1,600 characters. Each part is one line, so no text of an alert can pass for a line of ours."""
    if len(message.items) > 1:
        return _digest(message, code)
    item = message.items[0] if message.items else None
    last = _last_lines(message, item, code) if item else [message.link()] if message.link() else []
    return "\n".join([_fitting(_head(message, item), "".join(f"\n{line}" for line in last)), *last])


def segments(text: str) -> int:
    """How many segments this is sent in."""
    room, one, many = _measure(text)
    return 1 if room <= one else -(-room // many)


def _head(message: Message, item: Item | None) -> str:
    parts = [one_line(message.headline, BODY_LIMIT)]
    if item and item.squad:
        parts[0] = f"{parts[0]} ({one_line(item.squad, 40)})"
    if item and item.remark:
        parts.append(one_line(item.remark, BODY_LIMIT))
    if message.notice:
        parts += [one_line(line, BODY_LIMIT) for line in message.notice.lines]
    return ". ".join(parts).translate(_PLAIN)


def _last_lines(message: Message, item: Item, code: Code) -> list[str]:
    lines = [item.link] if item.link else []
    if _asks(message):
        digits = code(item.incident, message.person)
        lines.append(f"Reply 4 {digits} to acknowledge, 6 {digits} to resolve")
    return lines


def _asks(message: Message) -> bool:
    return bool(message.person) and message.kind in ASKS_FOR_SOMEBODY


def _fitting(head: str, rest: str) -> str:
    """The head as it is, or cut until it fits with the rest; a little of it is always said."""
    while len(head) > SHORTEST_HEAD and not _fits(head + rest):
        head = one_line(head.removesuffix("..."), max(SHORTEST_HEAD, int(len(head) * 0.95)) - 3).rstrip("…") + "..."
    return head


def _fits(text: str) -> bool:
    most = GSM_SEGMENTS if _is_gsm(text) else WIDE_SEGMENTS
    return segments(text) <= most and len(text) <= BODY_LIMIT


def _measure(text: str) -> tuple[int, int, int]:
    """The room that a text takes, what one segment alone holds, and what each of several does."""
    if _is_gsm(text):
        return len(text) + sum(character in _GSM_TWICE for character in text), 160, GSM_SEGMENT
    return len(text.encode("utf-16-le", "replace")) // 2, 70, WIDE_SEGMENT


def _is_gsm(text: str) -> bool:
    return all(character in _GSM or character in _GSM_TWICE for character in text)


def _digest(message: Message, code: Code) -> str:
    """Whole incidents, as many as there is room for; how many more there are is said."""
    lines = [one_line(message.headline, 200).translate(_PLAIN)]
    if _asks(message):
        lines.append("Reply 4 and a code to acknowledge, 6 and a code to resolve")
    used, told = sum(len(line) + 1 for line in lines), 0
    for item in message.items:
        line = _line(item, message, code)
        if used + len(line) + 1 > BODY_LIMIT - MORE_ROOM:
            break
        lines.append(line)
        used, told = used + len(line) + 1, told + 1
    left = len(message.items) - told
    return "\n".join(lines if not left else [*lines, f"and {left} more: see the list of incidents"])


def _line(item: Item, message: Message, code: Code) -> str:
    title = one_line(item.title_line(), DIGEST_TITLE).translate(_PLAIN)
    digits = code(item.incident, message.person) if _asks(message) else ""
    return " ".join(part for part in (digits, title, item.link) if part)
