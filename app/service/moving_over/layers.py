"""Which layers of a schedule become rotas: those that decide who is on call, at all hours or by day and by night."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.service.moving_over.exported import ExportedSchedule, Layer
from app.service.moving_over.findings import Finding, changed, left_out
from app.service.moving_over.turns import filled
from app.service.moving_over.weekly import ALWAYS, OfficeHours, hours, office_hours

_MOST_LAYERS = 20
_WORKING_DAY = range(4 * 60, 14 * 60 + 1)
"""Minutes of a day that may be a working day."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The layers on call in working hours and out of hours, together each; the same where `office` is None."""

    by_day: tuple[Layer, ...] = ()
    by_night: tuple[Layer, ...] = ()
    office: OfficeHours | None = None

    @property
    def all(self) -> tuple[Layer, ...]:
        return tuple(dict.fromkeys((*self.by_day, *self.by_night)))


def live_layers(schedule: ExportedSchedule, at: datetime) -> tuple[Layer, ...]:
    """Those that have not ended and have somebody in them; those that have begun, if any has."""
    live = [
        layer
        for layer in schedule.layers
        if (layer.ends is None or layer.ends > max(at, layer.starts or at)) and filled(layer.turns)
    ]
    return tuple(layer for layer in live if layer.starts is None or layer.starts <= at) or tuple(live)


def chosen_layers(schedule: ExportedSchedule, at: datetime, office: OfficeHours | None) -> Chosen:
    """The layers to carry; none where the schedule has nobody.

    Where the layers change with working hours (with `office`, if that is given) and at no other time, they are those
    of either hours. Else they are all of the highest rank that is always on call. Where every layer has its hours, it
    is the one with the most hours: it then holds the other hours too, for somebody is better than nobody.
    """
    live = live_layers(schedule, at)
    split = _split(live)
    if split and (office is None or split.office == office):
        return split
    whole = [layer for layer in live if layer.minutes == ALWAYS]
    if whole:
        highest = max(layer.rank for layer in whole)
        found = tuple(layer for layer in whole if layer.rank == highest)
        return Chosen(found, found)
    most = (max(live, key=lambda layer: (hours(layer.minutes), layer.rank)),) if live else ()
    return Chosen(most, most)


def _split(live: Sequence[Layer]) -> Chosen | None:
    """The layers by day and by night, if who is on call changes with working hours alone."""
    regular = len(live) <= _MOST_LAYERS and all(layer.regular and layer.zone == live[0].zone for layer in live)
    regions = _regions(live) if regular else {}
    if len(regions) != 2:
        return None
    (one, its_minutes), (other, other_minutes) = regions.items()
    for by_day, by_night, minutes in ((one, other, its_minutes), (other, one, other_minutes)):
        office = office_hours(minutes, live[0].zone)
        if office and _are_working_hours(office, bool(by_day and by_night)):
            return Chosen(by_day, by_night, office)
    return None


def _are_working_hours(office: OfficeHours, always_somebody: bool) -> bool:
    """Whether people may well work then. What goes on at weekends must at least leave nobody's hours to guess at."""
    return office.closes - office.opens in _WORKING_DAY and (always_somebody or len(office.days) < 7)


def _regions(live: Sequence[Layer]) -> dict[tuple[Layer, ...], int]:
    """Who is on call together, and in which minutes of the week; higher ranks go before lower ones."""
    regions: dict[tuple[Layer, ...], int] = {}
    left = ALWAYS
    for rank in sorted({layer.rank for layer in live}, reverse=True):
        parts: list[tuple[int, tuple[Layer, ...]]] = [(left, ())]
        for layer in (layer for layer in live if layer.rank == rank):
            both = [
                ((minutes & layer.minutes, (*held, layer)), (minutes & ~layer.minutes, held)) for minutes, held in parts
            ]
            parts = [part for pair in both for part in pair if part[0]]
        left = 0
        for minutes, held in parts:
            if held:
                regions[held] = regions.get(held, 0) | minutes
            else:
                left = minutes
    return regions | ({(): left} if left else {})


def other_layers(schedule: ExportedSchedule, chosen: Chosen, at: datetime) -> Iterable[Finding]:
    """What becomes of the rest of the schedule, and of the hours of what is carried."""
    for layer in chosen.all:
        if layer.windows and chosen.office is None:
            reason = f"it is on call {_words(layer)}; here its people are on call at all hours"
            yield changed(_subject(schedule, layer), reason, _ADVICE)
    kept = max((layer.rank for layer in chosen.all), default=0)
    for layer in schedule.layers:
        if layer not in chosen.all:
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
    if layer.rank < kept or layer.minutes == ALWAYS:
        return "layers above it are always on call, so it never is", ""
    verb = "on call beside the others" if layer.rank == kept else "on call instead of the others"
    return f"it is {verb} {_words(layer)}, and a rota has no hours of its own", _ADVICE


def _words(layer: Layer) -> str:
    return f"only {' and '.join(layer.windows)} ({layer.zone})"


def _subject(schedule: ExportedSchedule, layer: Layer) -> str:
    return f'schedule "{schedule.name}", {layer.name}'
