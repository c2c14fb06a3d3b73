"""The rotas as a calendar of weeks: who holds which when, in cells as wide as they last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.domain.rota import OnCall
from app.domain.ruleset import Rules
from app.entrypoints.web.wording import brief, iso, name_of
from app.service.rota_history import Layers

STEP = timedelta(minutes=30)
"""What a column of the table stands for."""

TONES = 8
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar: its columns, and whether it is today or of another month than the one that is shown."""

    date: date
    span: int
    is_today: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch: `person` holds it (empty: nobody does), instead of `covered` when that is not empty. `kind` is `held`,
    `cover`, `gap`, `vacant` (which is normal there) or `blank` (nothing of this layer). `href`: where to act on it."""

    kind: str
    span: int
    person: str = ""
    tone: int = 0
    covered: str = ""
    title: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One rota in one week. `rotation` and `cover` are empty where they would say nothing else than `held`."""

    rota: str
    held: tuple[Cell, ...]
    rotation: tuple[Cell, ...] = ()
    cover: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday, as many columns as they have steps; `first` and `last` are dates."""

    days: tuple[Day, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> int:
        return sum(day.span for day in self.days)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a calendar is drawn with. `month` is what is shown, by its first day; None for a week."""

    rules: Rules
    zone: ZoneInfo
    now: datetime
    month: date | None


def mondays(day: date, month: bool) -> tuple[date, ...]:
    """The Monday of that day's week, or of each week that the day's month has a day in."""
    first = day.replace(day=1) if month else day
    monday = first - timedelta(days=first.weekday())
    if not month:
        return (monday,)
    found = [monday]
    while (found[-1] + 7 * _DAY).replace(day=1) == first:
        found.append(found[-1] + 7 * _DAY)
    return tuple(found)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Aware UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def week_of(monday: date, layers: Mapping[str, Layers], frame: Frame) -> Week:
    days = tuple(_day(monday + n * _DAY, frame) for n in range(7))
    since, until = midnight(monday, frame.zone), midnight(monday + 7 * _DAY, frame.zone)
    rows = tuple(_row(rota, layers[rota], since, until, frame) for rota in frame.rules.rotas if rota in layers)
    return Week(days, rows)


def tone_of(person: str, rules: Rules) -> int:
    """One of a few tints, the same for the same person on every page as long as the file lists them alike."""
    people = tuple(rules.people)
    return people.index(person) % TONES if person in people else 0


def cover_address(rota: str, since: datetime, until: datetime) -> str:
    """Where one acts on a stretch."""
    return f"/rota/cover?{urlencode({'rota': rota, 'since': iso(since), 'until': iso(until)})}"


def _day(day: date, frame: Frame) -> Day:
    length = midnight(day + _DAY, frame.zone) - midnight(day, frame.zone)
    today = frame.now.astimezone(frame.zone).date()
    outside = frame.month is not None and day.replace(day=1) != frame.month
    return Day(day, length // STEP, day == today, outside)


def _row(rota: str, layers: Layers, since: datetime, until: datetime, frame: Frame) -> Row:
    rotation, held = (_within(layer, since, until) for layer in (layers.rotation, layers.held))
    cells = tuple(_cell(one, rotation, frame, span) for one, span in _spans(held, since, until))
    if all(cell.kind != "cover" for cell in cells):
        return Row(rota, cells)
    below = tuple(_cell(one, rotation, frame, span) for one, span in _spans(rotation, since, until))
    covers = tuple(cell if cell.kind == "cover" else Cell("blank", cell.span) for cell in cells)
    return Row(rota, cells, below, tuple(_merged(covers)))


def _cell(one: OnCall, rotation: Sequence[OnCall], frame: Frame, span: int) -> Cell:
    rules, rota = frame.rules, frame.rules.rotas[one.rota]
    since, until = one.since or frame.now, one.until or frame.now
    turn = next((other.person for other in rotation if _holds(other, since)), None)
    words = f"{brief(since, frame.now, frame.zone)} to {brief(until, frame.now, frame.zone)}"
    href = ""
    if until > frame.now:
        href = cover_address(one.rota, since, until)
    if one.person is None:
        kind = "vacant" if rota.shadowing else "gap"
        return Cell(kind, span, title=f"Nobody, {words}", href="" if rota.shadowing else href)
    name, covered = name_of(one.person, rules), ""
    if one.person != turn:
        covered = name_of(turn, rules) if turn else "a gap"
    title = f"{name} covers {covered}, {words}" if covered else f"{name}, {words}"
    return Cell("cover" if covered else "held", span, name, tone_of(one.person, rules), covered, title, href)


def _holds(one: OnCall, at: datetime) -> bool:
    return (one.since is None or one.since <= at) and (one.until is None or at < one.until)


def _within(layer: Iterable[OnCall], since: datetime, until: datetime) -> tuple[OnCall, ...]:
    return tuple(
        one for one in layer if (one.since is None or one.since < until) and (one.until is None or one.until > since)
    )


def _spans(layer: Iterable[OnCall], since: datetime, until: datetime) -> Iterator[tuple[OnCall, int]]:
    """Each stretch with its columns; one too short for a column has none."""
    for one in layer:
        begin = round((max(one.since or since, since) - since) / STEP)
        end = round((min(one.until or until, until) - since) / STEP)
        if begin < end:
            yield one, end - begin


def _merged(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Blanks beside each other as one."""
    blank = 0
    for cell in cells:
        if cell.kind == "blank":
            blank += cell.span
            continue
        if blank:
            yield Cell("blank", blank)
            blank = 0
        yield cell
    if blank:
        yield Cell("blank", blank)
