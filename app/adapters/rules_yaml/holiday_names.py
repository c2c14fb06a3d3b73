"""Public holidays by country or region, from the `holidays` package, as a plain function of the day."""

from collections.abc import Callable, Sequence
from datetime import date

import holidays

from app.adapters.rules_yaml.report import quoted, suggestion

_ENGLISH = ("en_GB", "en_US")


def parse_region(text: str) -> str:
    """A country or one of its regions as `GB` or `GB-ENG`, in capitals; raises `ValueError` where there is none."""
    region = text.strip().upper()
    try:
        _of(region)
    except (NotImplementedError, TypeError):  # TypeError: a constant of the package, such as holidays.MON
        raise ValueError(f"{quoted(text)} is not a country or region with known holidays{_near(region)}") from None
    return region


def holiday_in(regions: Sequence[str]) -> Callable[[date], str | None]:
    """The name of the holiday that any of these regions has on a day; of several, the first one's."""
    calendars = [_of(region) for region in regions]

    def name(day: date) -> str | None:
        return next((found for calendar in calendars if (found := calendar.get(day))), None)

    return name


def _of(region: str) -> holidays.HolidayBase:
    """The names are in English where there are such: by itself the package follows the language of the machine."""
    country, _, part = region.partition("-")
    spoken = holidays.country_holidays(country, subdiv=part or None).supported_languages
    language = next((name for name in _ENGLISH if name in spoken), None)
    return holidays.country_holidays(country, subdiv=part or None, language=language)


def _near(region: str) -> str:
    country = region.partition("-")[0]
    regions = holidays.list_supported_countries(include_aliases=True)
    known = [f"{country}-{part}" for part in regions.get(country, [])] or list(regions)
    return suggestion(region, known)
