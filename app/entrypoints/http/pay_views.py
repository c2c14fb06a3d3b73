"""How pay is shown: money and shares as decimal texts, lengths of time in whole seconds."""

from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.pay import Hours, HoursEdit, Share
from app.domain.pay_report import PayReport, PersonTotal
from app.domain.pay_terms import Choice
from app.domain.work import Stretch
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.view import View

_SHARE = {
    "rota": "primary",
    "person": "asha",
    "since": "2026-11-16T17:30:00Z",
    "until": "2026-11-23T17:30:00Z",
    "held_seconds": 451800,
    "total_seconds": 451800,
    "share": "1.00",
    "choice": "pay",
    "day_rate": "300.00",
    "amount": "300.00",
    "days_off": "0.00",
    "currency": "GBP",
}
_HOURS = {
    "person": "asha",
    "since": "2026-11-22T03:02:10Z",
    "logged_seconds": 4200,
    "counted_seconds": 4200,
    "hourly": "50.00",
    "amount": "58.33",
    "currency": "GBP",
    "incidents": ["06bf80f9c0000001"],
    "edits": [],
}


class ShareView(View):
    """What one person gets of one on-call week: their part of its out-of-hours time. `amount` is null where they take
    time off, or where no `day_rate` is known."""

    model_config = exemplified(_SHARE)

    rota: str
    person: str
    since: datetime
    until: datetime
    held_seconds: int
    total_seconds: int
    share: Decimal
    choice: Choice
    day_rate: Decimal | None
    amount: Decimal | None
    days_off: Decimal
    currency: str


class EditView(View):
    """A change of hours by hand: who made it when, from what to what, and why."""

    before_seconds: int
    after_seconds: int
    by: str
    at: datetime
    why: str


class HoursView(View):
    """One stretch of work out of hours: as the incidents tell it, and as it counts after edits and rounding."""

    model_config = exemplified(_HOURS)

    person: str
    since: datetime
    logged_seconds: int
    counted_seconds: int
    hourly: Decimal
    amount: Decimal
    currency: str
    incidents: list[str]
    edits: list[EditView]


class UnfinishedView(View):
    """Somebody who is still at an incident: it counts once it has ended."""

    person: str
    since: datetime
    incident: str


class TotalView(View):
    """One person's sums. `on_call` and `total` are null while a day rate is missing."""

    person: str
    name: str
    currency: str
    weeks: Decimal
    days_off: Decimal
    on_call: Decimal | None
    worked_seconds: int
    work: Decimal
    total: Decimal | None


class PayView(View):
    """Weeks that ended, and work that began, from `since` to before `until`. `remarks` say what is missing."""

    model_config = exemplified(
        {
            "since": "2026-11-01T00:00:00Z",
            "until": "2026-12-01T00:00:00Z",
            "totals": [
                {
                    "person": "asha",
                    "name": "Asha",
                    "currency": "GBP",
                    "weeks": "1.00",
                    "days_off": "0.00",
                    "on_call": "300.00",
                    "worked_seconds": 4200,
                    "work": "58.33",
                    "total": "358.33",
                }
            ],
            "weeks": [_SHARE],
            "hours": [_HOURS],
            "unfinished": [],
            "remarks": [],
        }
    )

    since: datetime
    until: datetime
    totals: list[TotalView]
    weeks: list[ShareView]
    hours: list[HoursView]
    unfinished: list[UnfinishedView]
    remarks: list[str]


def pay_view(report: PayReport, names: dict[str, str]) -> PayView:
    return PayView(
        since=report.since,
        until=report.until,
        totals=[_total(one, names.get(one.person, one.person)) for one in report.totals()],
        weeks=[_share(one) for one in report.shares],
        hours=[hours_view(one) for one in report.hours],
        unfinished=[_unfinished(one) for one in report.unfinished],
        remarks=list(report.remarks),
    )


def hours_view(one: Hours) -> HoursView:
    return HoursView(
        person=one.person,
        since=one.since,
        logged_seconds=_seconds(one.logged),
        counted_seconds=_seconds(one.counted),
        hourly=one.hourly,
        amount=one.amount,
        currency=one.currency,
        incidents=list(one.incidents),
        edits=[_edit(edit) for edit in one.edits],
    )


def _share(one: Share) -> ShareView:
    return ShareView(
        rota=one.rota,
        person=one.person,
        since=one.since,
        until=one.until,
        held_seconds=_seconds(one.held),
        total_seconds=_seconds(one.total),
        share=one.share,
        choice=one.choice,
        day_rate=one.day_rate,
        amount=one.amount,
        days_off=one.days_off,
        currency=one.currency,
    )


def _edit(one: HoursEdit) -> EditView:
    return EditView(
        before_seconds=_seconds(one.before), after_seconds=_seconds(one.after), by=one.by, at=one.at, why=one.why
    )


def _unfinished(one: Stretch) -> UnfinishedView:
    return UnfinishedView(person=one.person, since=one.since, incident=one.incident)


def _total(one: PersonTotal, name: str) -> TotalView:
    return TotalView(
        person=one.person,
        name=name,
        currency=one.currency,
        weeks=one.weeks,
        days_off=one.days_off,
        on_call=one.on_call,
        worked_seconds=_seconds(one.worked),
        work=one.work,
        total=one.total,
    )


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
