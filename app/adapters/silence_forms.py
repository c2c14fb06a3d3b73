"""What a person writes to silence alerts, compiled: Alertmanager's matchers, and the hours of a week."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import time
from zoneinfo import ZoneInfo

from app.adapters.matchers import InvalidMatcher, Matcher, compile_matchers, needs_no_value, parse_matchers
from app.adapters.rules_yaml.report import quoted
from app.adapters.rules_yaml.times import parse_clocks, parse_days, windows_in_order
from app.domain.alert import Alert
from app.domain.calendar import Calendar, Window
from app.domain.errors import InvalidPayload

_MIDNIGHT = time()


def compile_matches(texts: Sequence[str]) -> Callable[[Alert], bool]:
    """A predicate that holds when all matchers hold. Raises `InvalidPayload` for one that cannot be read, and when
    together they would mean alerts of which nothing is known (as Alertmanager refuses it)."""
    found: list[Matcher] = []
    try:
        for text in texts:
            found.extend(parse_matchers(text))
        matches = compile_matchers(found)
    except InvalidMatcher as error:
        raise InvalidPayload(str(error), "matchers") from None
    if needs_no_value(matches):
        raise InvalidPayload("must hold one that asks for a value, or it means every alert", "matchers")
    return matches


def compile_week(every: Sequence[str], zone: ZoneInfo) -> Calendar:
    """The hours of `every`, such as `sun 02:00-04:00` or `mon-fri 22:00-06:00` (which ends on the day after), as a
    calendar. Raises `InvalidPayload`, also for hours of no length."""
    week: dict[int, list[Window]] = defaultdict(list)
    try:
        for text in every:
            days, _, hours = text.strip().partition(" ")
            for day in parse_days(days):
                _add(week, day, hours)
        windows = tuple(windows_in_order(sorted(set(week[day]))) for day in range(7))
    except ValueError as error:
        raise InvalidPayload(f'{error}; write it as "sun 02:00-04:00"', "every") from None
    return Calendar("every week", zone, windows)


def _add(week: dict[int, list[Window]], day: int, hours: str) -> None:
    opens, closes = parse_clocks(hours)
    if opens == closes != _MIDNIGHT:
        raise ValueError(f"{quoted(hours)} ends when it begins; a whole day is 00:00-24:00")
    if closes == _MIDNIGHT or opens < closes:
        week[day].append((opens, closes))
        return
    week[day].append((opens, _MIDNIGHT))
    week[(day + 1) % 7].append((_MIDNIGHT, closes))
