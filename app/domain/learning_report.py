"""What a period's incidents have to teach, in figures: by squad, week, person, hour of the day, and rule."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

from app.domain.classify import Severity
from app.domain.learning import Handled, Learning, Page

HOURS_OF_A_DAY = 24
_NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is looked at: incidents that were opened from `since` to before `until`, of one squad or (empty) of all.

    Weeks are those of `zone`. `zone_of` gives the zone in which a role's people sleep.
    """

    since: datetime
    until: datetime
    zone: ZoneInfo
    zone_of: Callable[[str], ZoneInfo]
    learning: Learning = field(default_factory=Learning)
    squad: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """Lengths of time: how many, the median, and the ninth of ten; None where there is none."""

    count: int
    median: timedelta | None
    ninth: timedelta | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Incidents of one squad, or of one week, or all. `acknowledge` and `resolve` are of production incidents."""

    name: str
    critical: int
    high: int
    triage: int
    still_open: int
    pages: int
    noise: int
    acknowledge: Times
    resolve: Times


@dataclass(frozen=True, slots=True)
class Paged:
    """One person's pages: by local hour of the day, and how many nights and hours of sleep they interrupted."""

    person: str
    pages: int
    by_hour: tuple[int, ...]
    nights: int
    sleep_hours: int


@dataclass(frozen=True, slots=True)
class RuleNoise:
    """One rule's incidents that paged somebody, and how many of them needed nobody. An empty rule: none matched."""

    rule: str
    incidents: int
    pages: int
    noise: int


@dataclass(frozen=True, slots=True)
class RunbookDebt:
    """A squad's alert that has no runbook: how often it came, and the last incident of it."""

    squad: str
    rule: str
    title: str
    count: int
    last_at: datetime
    incident: str


@dataclass(frozen=True, slots=True)
class LearningReport:
    """`hours` are pages by local hour of the day. All lists are in a fixed order, so that the same incidents always
    give the same report."""

    since: datetime
    until: datetime
    squad: str
    whole: Summary
    squads: tuple[Summary, ...]
    weeks: tuple[Summary, ...]
    people: tuple[Paged, ...]
    hours: tuple[int, ...]
    rules: tuple[RuleNoise, ...]
    runbook_debt: tuple[RunbookDebt, ...]


def learn(incidents: Iterable[Handled], frame: Frame) -> LearningReport:
    """Whatever lies outside the frame is passed over."""
    found = [one for one in incidents if _is_within(one, frame)]
    people = _people(found, frame)
    return LearningReport(
        since=frame.since,
        until=frame.until,
        squad=frame.squad,
        whole=_summary("", found, frame),
        squads=_grouped(found, lambda one: one.squad, frame),
        weeks=_grouped(found, lambda one: week_of(one.opened_at, frame.zone).isoformat(), frame),
        people=people,
        hours=tuple(sum(one.by_hour[hour] for one in people) for hour in range(HOURS_OF_A_DAY)),
        rules=_rules(found, frame),
        runbook_debt=_debt(found),
    )


def week_of(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of the local week that `at` lies in."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def times_of(lengths: Iterable[timedelta | None]) -> Times:
    """The ninth of ten is the smallest length that at least nine tenths of them do not exceed."""
    known = sorted(one for one in lengths if one is not None)
    if not known:
        return Times(0, None, None)
    middle = timedelta(seconds=median(one.total_seconds() for one in known))
    return Times(len(known), middle, known[ceil(len(known) * 0.9) - 1])


def _is_within(one: Handled, frame: Frame) -> bool:
    return frame.since <= one.opened_at < frame.until and frame.squad in ("", one.squad)


def _grouped(found: Sequence[Handled], name_of: Callable[[Handled], str], frame: Frame) -> tuple[Summary, ...]:
    groups: dict[str, list[Handled]] = {}
    for one in found:
        groups.setdefault(name_of(one), []).append(one)
    return tuple(_summary(name, groups[name], frame) for name in sorted(groups))


def _summary(name: str, found: Sequence[Handled], frame: Frame) -> Summary:
    production = [one for one in found if one.is_production]
    return Summary(
        name=name,
        critical=sum(one.severity is Severity.CRITICAL for one in found),
        high=sum(one.severity is Severity.HIGH for one in found),
        triage=sum(one.severity is Severity.TRIAGE for one in found),
        still_open=sum(one.resolved_at is None for one in found),
        pages=sum(len(one.pages) for one in found),
        noise=sum(one.is_noise(frame.learning.noise_under) for one in found),
        acknowledge=times_of(one.to_acknowledge for one in production),
        resolve=times_of(one.to_resolve for one in production),
    )


def _people(found: Sequence[Handled], frame: Frame) -> tuple[Paged, ...]:
    pages: dict[str, list[Page]] = {}
    for one in found:
        for page in one.pages:
            pages.setdefault(page.person, []).append(page)
    return tuple(_paged(person, pages[person], frame) for person in sorted(pages))


def _paged(person: str, pages: Sequence[Page], frame: Frame) -> Paged:
    by_hour = [0] * HOURS_OF_A_DAY
    hours: set[tuple[date, int]] = set()
    for page in pages:
        zone = frame.zone_of(page.role)
        by_hour[page.at[0].astimezone(zone).hour] += 1
        for local in (at.astimezone(zone) for at in page.at):
            if frame.learning.is_asleep(local.time()):
                hours.add((_night_of(local), local.hour))
    return Paged(person, len(pages), tuple(by_hour), len({night for night, _ in hours}), len(hours))


def _night_of(local: datetime) -> date:
    """The day on which the night began: what comes before noon belongs to the day before."""
    return (local.replace(tzinfo=None) - _NOON).date()


def _rules(found: Sequence[Handled], frame: Frame) -> tuple[RuleNoise, ...]:
    """The noisiest first."""
    groups: dict[str, list[Handled]] = {}
    for one in found:
        if one.pages:
            groups.setdefault(one.rule, []).append(one)
    rules = [
        RuleNoise(
            rule=rule,
            incidents=len(those),
            pages=sum(len(one.pages) for one in those),
            noise=sum(one.is_noise(frame.learning.noise_under) for one in those),
        )
        for rule, those in groups.items()
    ]
    return tuple(sorted(rules, key=lambda one: (-one.noise, -one.pages, one.rule)))


def _debt(found: Sequence[Handled]) -> tuple[RunbookDebt, ...]:
    """The most frequent first."""
    groups: dict[tuple[str, str, str], list[Handled]] = {}
    for one in found:
        if one.no_runbook:
            groups.setdefault((one.squad, one.rule, one.title), []).append(one)
    owed = []
    for (squad, rule, title), those in groups.items():
        last = max(those, key=lambda one: (one.opened_at, one.id))
        owed.append(RunbookDebt(squad, rule, title, len(those), last.opened_at, last.id))
    return tuple(sorted(owed, key=lambda one: (-one.count, one.squad, one.rule, one.title)))
