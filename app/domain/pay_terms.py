"""What on-call and work at night are paid by: the terms of the rules file, and the day rates of a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

PENNY = Decimal("0.01")


class Choice(StrEnum):
    """What a person takes for their share of an on-call week."""

    PAY = "pay"
    DAY_OFF = "day_off"


class Rounding(StrEnum):
    """How a stretch of work is brought to a whole number of `PayTerms.round_to`."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class PayTerms:
    """`roles` are the rotas that are paid by the week, `hourly` what an hour worked out of hours comes to, in
    `currency` (three letters). `calendar` says what out of hours is; empty: the default one. `default` holds where a
    person has chosen nothing."""

    roles: tuple[str, ...] = ()
    hourly: Decimal = Decimal("50.00")
    currency: str = "GBP"
    round_to: timedelta = timedelta(minutes=1)
    rounding: Rounding = Rounding.UP
    default: Choice = Choice.PAY
    calendar: str = ""

    def rounded(self, length: timedelta) -> timedelta:
        """`length` as a whole number of `round_to`; half of one is rounded up when the nearest is asked for."""
        whole, rest = divmod(length, self.round_to)
        match self.rounding:
            case Rounding.UP:
                more = bool(rest)
            case Rounding.NEAREST:
                more = 2 * rest >= self.round_to
            case Rounding.DOWN:
                more = False
        return (whole + more) * self.round_to


@dataclass(frozen=True, slots=True)
class DayRates:
    """What one day of each person is worth, from which day on, earliest first. `problem` says why the file gave none;
    it names no amount."""

    of_person: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
    problem: str = ""

    def at(self, person: str, day: date) -> Decimal | None:
        """The rate in force on `day`; None where the file has none, for an amount is never guessed."""
        begun = [rate for since, rate in self.of_person.get(person, ()) if since <= day]
        return begun[-1] if begun else None
