"""Ladders: how a person is told, ever louder."""

from datetime import timedelta

from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape, RungShape
from app.domain.people import Ladder, Rung, Urgency

_AT_ONCE = timedelta(0)
_CHATS = ("slack", "teams", "discord")
_QUIETLY = (*_CHATS, "email")
_SHORTEST_AGAIN = timedelta(minutes=1)
_STANDS_FOR = {"push": ("ntfy", "pushover", "telegram")}
"""What a word of a ladder means that is no channel itself: whichever of these a person has."""

DEFAULT_LADDERS = {
    Urgency.URGENT.value: Ladder(
        Urgency.URGENT.value,
        (
            Rung(_AT_ONCE, (*_CHATS, *_STANDS_FOR["push"])),
            Rung(timedelta(minutes=3), ("sms",)),
            Rung(timedelta(minutes=5), ("voice",)),
        ),
        again=timedelta(minutes=15),
    ),
    Urgency.QUIET.value: Ladder(Urgency.QUIET.value, (Rung(_AT_ONCE, _QUIETLY),)),
}


def build_ladders(file: FileShape, report: Report) -> dict[str, Ladder]:
    """The file's ladders over the defaults, which are named after the urgencies."""
    return {**DEFAULT_LADDERS, **{name: _ladder(name, rungs, file, report) for name, rungs in file.ladders.items()}}


def _ladder(name: str, shapes: list[RungShape], file: FileShape, report: Report) -> Ladder:
    key = f"ladders.{name}"
    again = shapes[-1].again if shapes and not shapes[-1].send else None
    lines = shapes[:-1] if again else shapes
    if not lines:
        report.refuse(file.at("ladders", name), "a ladder needs at least one rung with channels to send on", key)
    rungs: list[Rung] = []
    for number, shape in enumerate(lines):
        reason = _reason_against(shape, rungs)
        if reason:
            report.refuse(file.at("ladders", name, number), reason, key)
        else:
            rungs.append(Rung(shape.after or _AT_ONCE, _channels(shape)))
    if again is not None and again < _SHORTEST_AGAIN:
        report.refuse(file.at("ladders", name, len(shapes) - 1), "again must be at least a minute", key)
    return Ladder(name, tuple(rungs), again)


def _channels(shape: RungShape) -> tuple[str, ...]:
    """Each channel once, in the order of the file."""
    return tuple(dict.fromkeys(channel for word in shape.send for channel in _STANDS_FOR.get(word, (word,))))


def _reason_against(shape: RungShape, before: list[Rung]) -> str:
    if shape.again is not None:
        return "again stands alone, as the last line of the ladder"
    if not shape.send:
        return "send must name at least one channel"
    if before and shape.after is None:
        return 'after is missing; say how long after the page began, such as "3m"'
    if before and shape.after is not None and shape.after < before[-1].after:
        return "this rung comes before the one above it; after counts from the beginning of the page"
    return ""
