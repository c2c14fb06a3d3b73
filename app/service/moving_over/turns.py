"""Whose turn it is in an exported layer, and the rota of ours that goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.calendar import instant
from app.domain.rota import Rota
from app.service.moving_over.exported import Layer

WEEK = timedelta(weeks=1)
MOST_WEEKS = 52
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn counted from the layer's anchor, which begins on the local `day` at `clock`."""

    number: int
    day: date
    clock: time


def turn_at(layer: Layer, at: datetime) -> Turn:
    """The turn that `at` lies in."""
    if layer.length % _DAY:
        number = (at - layer.anchor) // layer.length
        begins = (layer.anchor + number * layer.length).astimezone(layer.zone)
        return Turn(number, begins.date(), begins.time().replace(fold=0))
    first = _first(layer)
    number = (at.astimezone(layer.zone).date() - first.date()).days // layer.length.days
    if at < _begins(layer, number):
        number -= 1
    elif at >= _begins(layer, number + 1):
        number += 1
    return Turn(number, first.date() + number * layer.length, first.time())


def _first(layer: Layer) -> datetime:
    """The local time of the anchor; of an hour that the clocks show twice, the domain takes the first."""
    return layer.anchor.astimezone(layer.zone).replace(fold=0)


def _begins(layer: Layer, number: int) -> datetime:
    first = _first(layer)
    return instant(first.date() + number * layer.length, first.time(), layer.zone)


def filled(turns: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Empty turns given to whoever comes next, so that all others stay where they are; nothing where all are empty."""
    if not any(turns):
        return ()
    found: list[tuple[str, ...]] = []
    for place in range(len(turns)):
        later = (turns[(place + ahead) % len(turns)] for ahead in range(len(turns)))
        found.append(next(turn for turn in later if turn))
    return tuple(found)


def is_weekly(layer: Layer) -> bool:
    """Whether our rotas can take its turns as they are; one who is always on call changes with nobody."""
    return len(set(layer.turns)) == 1 or (not layer.length % WEEK and layer.length <= MOST_WEEKS * WEEK)


def rotas_of(layer: Layer, names: tuple[str, ...], at: datetime, ids: Mapping[str, str]) -> tuple[Rota, ...]:
    """A rota for each seat of a turn, called by `names`, that begins with the turn under way at `at`.

    Where turns are of different sizes, the first of a smaller one also has its empty seats. Turns that are no whole
    weeks become weekly, and nobody's turns among them are then no turns. A layer that begins later begins then.
    """
    turns = filled(layer.turns) if is_weekly(layer) else layer.turns
    now = turn_at(layer, max(at, layer.starts or at))
    first = now.number % len(turns)
    in_order = [turn for turn in turns[first:] + turns[:first] if turn]
    ended = layer.ends.astimezone(layer.zone) if layer.ends else None
    return tuple(
        Rota(
            name=name,
            zone=layer.zone,
            members=_shortest(tuple(ids[turn[seat] if seat < len(turn) else turn[0]] for turn in in_order)),
            starts=now.day,
            weekday=now.day.weekday(),
            handover=now.clock.replace(second=0, microsecond=0),
            weeks=layer.length // WEEK if is_weekly(layer) and len(set(turns)) > 1 else 1,
            consent_required=True,
            ends=_first_day_after(ended) if ended else None,
        )
        for seat, name in enumerate(names)
    )


def seats(layer: Layer) -> int:
    """How many people are on call together."""
    return max((len(turn) for turn in layer.turns), default=0)


def _shortest(members: tuple[str, ...]) -> tuple[str, ...]:
    return members[:1] if len(set(members)) == 1 else members


def _first_day_after(ended: datetime) -> date:
    """A rota ends with a day; one that ends during it goes on to its end, for somebody is better than nobody."""
    return ended.date() if ended.time() == time() else ended.date() + _DAY
