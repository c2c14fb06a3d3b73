"""A period's pay in one piece: every share of a week, every stretch of work, each person's totals, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.pay import Hours, Share
from app.domain.pay_terms import Choice
from app.domain.replacing import replace
from app.domain.work import Stretch

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PersonTotal:
    """What one person gets in one currency. `total` is None while a day rate is missing, for a part of it would pass
    for the whole; `weeks` counts shares of weeks."""

    person: str
    currency: str
    weeks: Decimal
    days_off: Decimal
    on_call: Decimal | None
    worked: timedelta
    work: Decimal
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class PayReport:
    """Weeks that ended, and work that began, from `since` to before `until`. `unfinished` is work that still goes on
    and counts once it has ended. `remarks` say what is missing."""

    since: datetime
    until: datetime
    shares: tuple[Share, ...]
    hours: tuple[Hours, ...]
    unfinished: tuple[Stretch, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, person: str) -> "PayReport":
        """What concerns one person, and nothing of anybody else."""
        shares = tuple(one for one in self.shares if one.person == person)
        return replace(
            self,
            shares=shares,
            hours=tuple(one for one in self.hours if one.person == person),
            unfinished=tuple(one for one in self.unfinished if one.person == person),
            remarks=missing_rates(shares),
        )

    def totals(self) -> tuple[PersonTotal, ...]:
        """By person and currency."""
        keys = {(one.person, one.currency) for one in self.shares} | {(one.person, one.currency) for one in self.hours}
        return tuple(self._total(*key) for key in sorted(keys))

    def _total(self, person: str, currency: str) -> PersonTotal:
        shares = [one for one in self.shares if (one.person, one.currency) == (person, currency)]
        hours = [one for one in self.hours if (one.person, one.currency) == (person, currency)]
        amounts = [one.amount for one in shares if one.choice is Choice.PAY]
        known = [amount for amount in amounts if amount is not None]
        on_call = sum(known, _NOTHING) if len(known) == len(amounts) else None
        work = sum((one.amount for one in hours), _NOTHING)
        return PersonTotal(
            person=person,
            currency=currency,
            weeks=sum((one.share for one in shares), _NOTHING),
            days_off=sum((one.days_off for one in shares), _NOTHING),
            on_call=on_call,
            worked=sum((one.counted for one in hours), timedelta(0)),
            work=work,
            total=None if on_call is None else on_call + work,
        )


def missing_rates(shares: Sequence[Share]) -> tuple[str, ...]:
    """A sentence for everybody whose week cannot be paid because no day rate is known."""
    people = sorted({one.person for one in shares if one.choice is Choice.PAY and one.day_rate is None})
    return tuple(f"no day rate is known for {person}: their weeks have no amount" for person in people)
