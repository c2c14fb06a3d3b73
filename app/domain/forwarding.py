"""What another pager, or a ticket tracker, knows an incident by."""

from hashlib import sha256

from app.domain.message import Message

SHOWN = 24


def ticket_mark(message: Message) -> str:
    """What a ticket is found by again: one mark for what one reader is told of one incident, however often it is asked
    for. Letters, digits and a hyphen."""
    return f"oncall-{sha256(forwarding_key(message).encode()).hexdigest()[:SHOWN]}"


def forwarding_key(message: Message) -> str:
    """The same for everything that this reader is told of this incident, whichever step tells it, so that the other
    side makes one alert of it; for a digest or a notice, the same for the same message. At most 100 letters, digits and
    `_.-`."""
    alone = message.items[0].incident if len(message.items) == 1 else ""
    parts = (alone, message.reader, message.address) if alone else (message.key, message.address)
    mark = sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:SHOWN]
    shown = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in alone[:60])
    return f"{shown or 'message'}-{mark}"
