"""Which layers of a schedule become rotas: those that decide who is on call whenever nothing else does."""

from collections.abc import Iterable
from datetime import datetime

from app.service.moving_over.exported import ExportedSchedule, Layer
from app.service.moving_over.findings import Finding, changed, left_out
from app.service.moving_over.turns import filled, turn_at


def live_layers(schedule: ExportedSchedule, at: datetime) -> tuple[Layer, ...]:
    """Those that have not ended and have somebody in them."""
    return tuple(
        layer
        for layer in schedule.layers
        if (layer.ends is None or layer.ends > max(at, layer.starts or at)) and filled(layer.turns)
    )


def chosen_layers(schedule: ExportedSchedule, at: datetime) -> tuple[Layer, ...]:
    """The layers to carry, which are on call together; none where the schedule has nobody.

    They are all of the highest rank that is always on call. Where every layer has its hours, it is the one with the
    most hours: it then holds the other hours too, for somebody is better than nobody.
    """
    live = live_layers(schedule, at)
    begun = [layer for layer in live if layer.starts is None or layer.starts <= at] or list(live)
    whole = [layer for layer in begun if not layer.windows]
    if whole:
        highest = max(layer.rank for layer in whole)
        found = [layer for layer in whole if layer.rank == highest]
        said = {one.person for one in schedule.stated if one.holds(at)}
        return tuple(found) if len(found) == 1 or _together(schedule) else _as_stated(found, said, at)
    return (max(begun, key=lambda layer: (layer.hours, layer.rank)),) if begun else ()


def _together(schedule: ExportedSchedule) -> bool:
    ranks = [layer.rank for layer in schedule.layers]
    return len(set(ranks)) < len(ranks)


def _as_stated(found: list[Layer], said: set[str], at: datetime) -> tuple[Layer, ...]:
    return tuple(layer for layer in found if said & set(_now(layer, at))) or tuple(found)


def _now(layer: Layer, at: datetime) -> tuple[str, ...]:
    turns = filled(layer.turns)
    return turns[turn_at(layer, at).number % len(turns)]


def other_layers(schedule: ExportedSchedule, chosen: tuple[Layer, ...], at: datetime) -> Iterable[Finding]:
    """What becomes of the rest of the schedule, and of the hours of what is carried."""
    for layer in chosen:
        if layer.windows:
            reason = f"it is on call {_words(layer)}; here its people are on call at all hours"
            yield changed(_subject(schedule, layer), reason, _ADVICE)
    kept = max((layer.rank for layer in chosen), default=0)
    for layer in schedule.layers:
        if layer not in chosen:
            yield left_out(_subject(schedule, layer), *_why_not(layer, kept, at))


_ADVICE = (
    "if these are your working hours, tell this rota in_hours and another out_of_hours; else arrange the rest as cover"
)


def _why_not(layer: Layer, kept: int, at: datetime) -> tuple[str, str]:
    if layer.ends is not None and layer.ends <= at:
        return f"it ended on {layer.ends.astimezone(layer.zone):%d %b %Y}", ""
    if not filled(layer.turns):
        return "it has nobody in it", ""
    if layer.starts is not None and layer.starts > at:
        begins = f"{layer.starts.astimezone(layer.zone):%d %b %Y %H:%M}"
        return f"it begins only on {begins} {layer.zone}", "change the rota on that day"
    if not layer.windows:
        return "a layer above it is always on call, so it never is", ""
    verb = "on call beside the others" if layer.rank == kept else "on call instead of the others"
    if layer.rank < kept:
        return "a layer above it is always on call, so it never is", ""
    return f"it is {verb} {_words(layer)}, and a rota has no hours of its own", _ADVICE


def _words(layer: Layer) -> str:
    return f"only {' and '.join(layer.windows)} ({layer.zone})"


def _subject(schedule: ExportedSchedule, layer: Layer) -> str:
    return f'schedule "{schedule.name}", {layer.name}'
