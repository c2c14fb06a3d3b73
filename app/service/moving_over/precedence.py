"""Which of a schedule's layers goes before the others, where only its own final word can tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.service.moving_over.exported import Layer, Override, Stated
from app.service.moving_over.turns import filled, turn_at
from app.service.moving_over.weekly import DAY


def holders(layers: Sequence[Layer], at: datetime) -> tuple[str, ...]:
    """The keys of those on call at `at`: the turns of the highest rank that is on call then."""
    active = [layer for layer in layers if _is_on_call(layer, at)]
    highest = max((layer.rank for layer in active), default=0)
    turns = [(layer.turns, turn_at(layer, at).number) for layer in active if layer.rank == highest]
    return tuple(key for found, number in turns for key in found[number % len(found)])


def _is_on_call(layer: Layer, at: datetime) -> bool:
    local = at.astimezone(layer.zone)
    minute = local.weekday() * DAY + local.hour * 60 + local.minute
    begun = (layer.starts is None or layer.starts <= at) and (layer.ends is None or at < layer.ends)
    return begun and bool(filled(layer.turns)) and bool(layer.minutes >> minute & 1)


def in_stated_order(
    layers: tuple[Layer, ...], stated: Sequence[Stated], overrides: Sequence[Override]
) -> tuple[Layer, ...]:
    """The layers with the ranks that they have, or the other way round where that agrees better with what is stated."""
    if not layers:
        return layers
    ranks = sorted(layer.rank for layer in layers)
    turned = tuple(replace(layer, rank=ranks[0] + ranks[-1] - layer.rank) for layer in layers)
    begins = [(one.since, one.person) for one in stated if one.since and not _overridden(one.since, overrides)]

    def agreeing(order: tuple[Layer, ...]) -> int:
        return sum(person in holders(order, since) for since, person in begins)

    return turned if agreeing(turned) > agreeing(layers) else layers


def _overridden(at: datetime, overrides: Sequence[Override]) -> bool:
    return any(one.since <= at < one.until for one in overrides)
