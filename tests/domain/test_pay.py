"""What on-call weeks and nights of work come to, against figures worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Calendar
from app.domain.errors import Conflict, InvalidPayload
from app.domain.on_call_week import next_week, week_start
from app.domain.pay import Hours, HoursEdit, OnCallWeek, Share, apportioned, check_edit, hours_paid, split_week
from app.domain.pay_report import PayReport
from app.domain.pay_terms import Choice, DayRates, PayTerms, Rounding
from app.domain.replacing import replace
from app.domain.rota import OnCall, Rota
from app.domain.work import Stretch, Work, stretches_of, work_of
from tests.builders import an_entry, an_id

LONDON = ZoneInfo("Europe/London")
WEEKDAY = ((time(9), time(17, 30)),)
OFFICE = Calendar("office", LONDON, (*[WEEKDAY] * 5, (), ()))
TERMS = PayTerms(roles=("primary",))
RATES = DayRates(
    {
        "asha": ((date(2026, 1, 1), Decimal("300.00")),),
        "ben": ((date(2026, 1, 1), Decimal("300.00")),),
        "dee": ((date(2026, 1, 1), Decimal("250.00")), (date(2026, 3, 1), Decimal("275.50"))),
    }
)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def held(person: str | None, since: str, until: str) -> OnCall:
    return OnCall("primary", person, local(since), local(until), "")


def a_week(*stretches: OnCall, **choices: Choice) -> OnCallWeek:
    """From Monday 12 January 17:30 to Monday 19 January 17:30: 168 hours, 42.5 of them in hours, so 125.5 out of
    hours."""
    return OnCallWeek("primary", local("2026-01-12 17:30"), local("2026-01-19 17:30"), stretches, choices)


def shares(week: OnCallWeek, terms: PayTerms = TERMS) -> dict[str, tuple[str, str | None]]:
    """Share and amount by person."""
    return {
        one.person: (str(one.share), None if one.amount is None else str(one.amount))
        for one in split_week(week, terms, OFFICE, RATES)
    }


def test_a_whole_week_is_one_day_of_pay() -> None:
    (share,) = split_week(a_week(held("asha", "2026-01-12 17:30", "2026-01-19 17:30")), TERMS, OFFICE, RATES)

    assert share == Share(
        rota="primary",
        person="asha",
        since=local("2026-01-12 17:30"),
        until=local("2026-01-19 17:30"),
        held=125.5 * HOUR,
        total=125.5 * HOUR,
        share=Decimal("1.00"),
        choice=Choice.PAY,
        day_rate=Decimal("300.00"),
        amount=Decimal("300.00"),
        days_off=Decimal(0),
        currency="GBP",
    )


def test_a_week_is_split_by_the_out_of_hours_time_each_held() -> None:
    """Ben covers from Saturday 09:00 to Sunday 09:00: 24 of 125.5 hours, and 300 × 24 / 125.5 = 57.370…"""
    week = a_week(
        held("asha", "2026-01-12 17:30", "2026-01-17 09:00"),
        held("ben", "2026-01-17 09:00", "2026-01-18 09:00"),
        held("asha", "2026-01-18 09:00", "2026-01-26 17:30"),
    )

    assert shares(week) == {"asha": ("0.81", "242.63"), "ben": ("0.19", "57.37")}


def test_cover_within_working_hours_earns_nothing() -> None:
    week = a_week(
        held("asha", "2026-01-12 17:30", "2026-01-14 09:00"),
        held("ben", "2026-01-14 09:00", "2026-01-14 17:30"),
        held("asha", "2026-01-14 17:30", "2026-01-19 17:30"),
    )

    assert shares(week) == {"asha": ("1.00", "300.00")}


def test_equal_thirds_add_up_to_the_day_with_the_odd_penny_for_the_first_name() -> None:
    """A week without working hours, cut into three stretches of 56 hours, at 100.00 a day."""
    closed = Calendar("never", LONDON, ((),) * 7)
    names = ("chen", "asha", "ben")
    start = local("2026-01-12 17:30")
    stretches = [
        OnCall("primary", name, start + n * 56 * HOUR, start + (n + 1) * 56 * HOUR, "") for n, name in enumerate(names)
    ]
    rates = DayRates({name: ((date(2026, 1, 1), Decimal(100)),) for name in names})

    found = split_week(a_week(*stretches), TERMS, closed, rates)

    assert [(one.person, str(one.share), str(one.amount)) for one in found] == [
        ("asha", "0.34", "33.34"),
        ("ben", "0.33", "33.33"),
        ("chen", "0.33", "33.33"),
    ]


def test_each_takes_pay_or_time_off_for_their_own_share() -> None:
    """Dee's part is 48 of 125.5 hours at 250.00 a day: 95.617…, and Asha's 0.62 of a day off."""
    week = a_week(
        held("asha", "2026-01-12 17:30", "2026-01-17 00:00"),
        held("dee", "2026-01-17 00:00", "2026-01-19 00:00"),
        held("asha", "2026-01-19 00:00", "2026-01-19 17:30"),
        asha=Choice.DAY_OFF,
    )

    asha, dee = split_week(week, TERMS, OFFICE, RATES)

    assert (asha.choice, asha.amount, asha.days_off) == (Choice.DAY_OFF, None, Decimal("0.62"))
    assert (dee.choice, dee.amount, dee.days_off) == (Choice.PAY, Decimal("95.62"), Decimal(0))


def test_hours_that_nobody_held_are_nobodys() -> None:
    week = a_week(
        held(None, "2026-01-12 17:30", "2026-01-17 09:00"), held("asha", "2026-01-17 09:00", "2026-01-19 17:30")
    )

    assert shares(week) == {"asha": ("0.38", "114.74")}


def test_the_rate_is_the_one_of_the_day_on_which_the_week_began() -> None:
    before, after = local("2026-02-23 17:30"), local("2026-03-02 17:30")
    stretches = (held("dee", "2026-02-23 17:30", "2026-03-09 17:30"),)

    amounts = [
        split_week(OnCallWeek("primary", start, start + 7 * 24 * HOUR, stretches, {}), TERMS, OFFICE, RATES)[0].amount
        for start in (before, after)
    ]

    assert amounts == [Decimal("250.00"), Decimal("275.50")]


def test_without_a_day_rate_there_is_a_share_and_no_amount() -> None:
    week = a_week(held("chen", "2026-01-12 17:30", "2026-01-19 17:30"))

    assert shares(week) == {"chen": ("1.00", None)}


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [("2026-03-23 17:30", "2026-03-30 17:30", 167), ("2026-10-19 17:30", "2026-10-26 17:30", 169)],
)
def test_a_week_with_a_clock_change_is_as_long_as_it_really_was(since: str, until: str, hours: int) -> None:
    """Sunday has 23 hours in March and 25 in October; 42.5 are in hours."""
    week = OnCallWeek("primary", local(since), local(until), (held("asha", since, until),), {})

    (share,) = split_week(week, TERMS, OFFICE, RATES)

    assert (share.total, share.amount) == ((hours - 42.5) * HOUR, Decimal("300.00"))


def test_weeks_begin_at_the_handover_by_the_rotas_own_clock() -> None:
    rota = Rota("primary", LONDON, ("asha",), date(2026, 1, 5), 0, time(17, 30), weeks=2)

    at = week_start(rota, local("2026-03-25 12:00"))
    following = [at]
    for _ in range(2):
        following.append(next_week(rota, following[-1]))

    assert following == [local("2026-03-23 17:30"), local("2026-03-30 17:30"), local("2026-04-06 17:30")]
    assert [week_start(rota, one) for one in following] == following


@given(st.dictionaries(st.text(max_size=3), st.fractions(0, 1000), max_size=9))
def test_what_is_apportioned_adds_up_and_is_never_further_off_than_one(exact: dict[str, Fraction]) -> None:
    found = apportioned(exact)

    assert abs(sum(found.values()) - sum(exact.values())) <= Fraction(1, 2)
    assert all(abs(found[name] - part) < 1 for name, part in exact.items())


def timeline(*lines: tuple[str, str, str]) -> tuple[Stretch, ...]:
    """Stretches of an incident to which this happened: (London time, what, who)."""
    return stretches_of(an_id(), [an_entry(at=local(at), what=what, who=who) for at, what, who in lines])


def test_a_stretch_lasts_from_having_it_until_it_is_resolved_parked_or_handed_on() -> None:
    found = timeline(
        ("2026-01-18 01:00", "opened", "alertmanager"),
        ("2026-01-18 01:10", "acknowledged", "asha"),
        ("2026-01-18 01:20", "note", "asha"),
        ("2026-01-18 01:30", "second_line", "asha"),
        ("2026-01-18 01:40", "helping", "ben"),
        ("2026-01-18 02:00", "reassigned", "asha"),
        ("2026-01-18 02:05", "acknowledged", "chen"),
        ("2026-01-18 04:05", "parked", "router"),
        ("2026-01-18 08:00", "acknowledged", "chen"),
    )

    assert found == (
        Stretch("asha", local("2026-01-18 01:10"), local("2026-01-18 02:00"), an_id()),
        Stretch("ben", local("2026-01-18 01:40"), local("2026-01-18 02:00"), an_id()),
        Stretch("chen", local("2026-01-18 02:05"), local("2026-01-18 04:05"), an_id()),
        Stretch("chen", local("2026-01-18 08:00"), None, an_id()),
    )


def test_a_machine_is_not_paid() -> None:
    entries = [an_entry(what="acknowledged", who="opsgenie", channel="source"), an_entry(what="resolved")]

    assert stretches_of(an_id(), entries) == ()


def test_what_is_taken_up_in_triage_is_no_work_for_the_night() -> None:
    found = timeline(
        ("2026-01-17 22:00", "opened", "rollbar"),
        ("2026-01-17 22:00", "triaged", "router"),
        ("2026-01-17 22:30", "acknowledged", "ben"),
        ("2026-01-18 01:00", "promoted", "asha"),
        ("2026-01-18 01:05", "acknowledged", "asha"),
        ("2026-01-18 02:00", "resolved", "asha"),
    )

    assert found == (Stretch("asha", local("2026-01-18 01:05"), local("2026-01-18 02:00"), an_id()),)


def test_shadowing_is_not_paid() -> None:
    assert (
        timeline(("2026-01-18 01:10", "acknowledgement_recorded", "ben"), ("2026-01-18 02:00", "resolved", "asha"))
        == ()
    )


def worked(*stretches: tuple[str, str, str, int]) -> list[tuple[str, datetime, datetime, tuple[str, ...]]]:
    found = work_of(
        [Stretch(person, local(since), local(until), an_id(n)) for person, since, until, n in stretches],
        lambda _: OFFICE,
    )
    return [(one.person, one.since, one.until, one.incidents) for one in found]


def test_only_what_lies_out_of_hours_counts() -> None:
    """Taken at 16:00, still at it at 19:15; and taken at 07:45, resolved at 10:00."""
    assert worked(
        ("asha", "2026-01-14 16:00", "2026-01-14 19:15", 1), ("asha", "2026-01-15 07:45", "2026-01-15 10:00", 2)
    ) == [
        ("asha", local("2026-01-14 17:30"), local("2026-01-14 19:15"), (an_id(1),)),
        ("asha", local("2026-01-15 07:45"), local("2026-01-15 09:00"), (an_id(2),)),
    ]


def test_two_incidents_at_once_are_paid_once() -> None:
    assert worked(
        ("ben", "2026-01-18 02:30", "2026-01-18 03:30", 3),
        ("asha", "2026-01-18 01:00", "2026-01-18 03:00", 1),
        ("asha", "2026-01-18 02:00", "2026-01-18 04:00", 2),
        ("asha", "2026-01-18 04:00", "2026-01-18 04:30", 3),
        ("asha", "2026-01-18 06:00", "2026-01-18 06:10", 4),
    ) == [
        ("asha", local("2026-01-18 01:00"), local("2026-01-18 04:30"), (an_id(1), an_id(2), an_id(3))),
        ("asha", local("2026-01-18 06:00"), local("2026-01-18 06:10"), (an_id(4),)),
        ("ben", local("2026-01-18 02:30"), local("2026-01-18 03:30"), (an_id(3),)),
    ]


def test_what_was_never_given_back_counts_until_the_next_working_day_begins() -> None:
    assert worked(("asha", "2026-01-14 16:00", "2026-01-19 12:00", 1)) == [
        ("asha", local("2026-01-14 17:30"), local("2026-01-15 09:00"), (an_id(1),))
    ]


def test_an_hour_of_work_over_a_clock_change_is_sixty_minutes() -> None:
    """From 00:30 to 02:30 on 25 October are three hours, on 29 March one."""
    lengths = [until - since for _, since, until, _ in worked(
        ("asha", "2026-03-29 00:30", "2026-03-29 02:30", 1), ("asha", "2026-10-25 00:30", "2026-10-25 02:30", 2)
    )]  # fmt: skip

    assert lengths == [HOUR, 3 * HOUR]


def a_work(since: str, minutes: int, person: str = "asha") -> Work:
    return Work(person, local(since), local(since) + minutes * MINUTE, (an_id(),))


def an_edit(since: str, before: int, after: int, **changes: object) -> HoursEdit:
    return replace(
        HoursEdit("asha", local(since), before * MINUTE, after * MINUTE, "asha", local("2026-01-20 10:00"), "a call"),
        **changes,
    )


@pytest.mark.parametrize(
    ("minutes", "to", "how", "counted", "amount"),
    [
        (70, 1, Rounding.UP, 70, "58.33"),  # 50 × 70 / 60 = 58.333…
        (50, 1, Rounding.UP, 50, "41.67"),  # 41.666…
        (61, 15, Rounding.UP, 75, "62.50"),
        (60, 15, Rounding.UP, 60, "50.00"),
        (67, 15, Rounding.NEAREST, 60, "50.00"),
        (68, 15, Rounding.NEAREST, 75, "62.50"),
        (74, 15, Rounding.DOWN, 60, "50.00"),
    ],
)
def test_hours_are_rounded_as_the_terms_say(minutes: int, to: int, how: Rounding, counted: int, amount: str) -> None:
    terms = PayTerms(round_to=to * MINUTE, rounding=how)

    (hours,) = hours_paid([a_work("2026-01-18 01:00", minutes)], [], lambda _: terms)

    assert (hours.counted, str(hours.amount)) == (counted * MINUTE, amount)


def test_the_last_edit_counts_and_every_one_is_shown() -> None:
    """Two hours, then an hour and a half at 50.00; and half an hour that no incident tells of."""
    first, second = an_edit("2026-01-18 01:00", 70, 120), an_edit("2026-01-18 01:00", 120, 90)
    added = an_edit("2026-01-17 22:00", 0, 30)

    early, late = hours_paid([a_work("2026-01-18 01:00", 70)], [added, first, second], lambda _: TERMS)

    assert (late.logged, late.counted, late.amount) == (70 * MINUTE, 90 * MINUTE, Decimal("75.00"))
    assert late.edits == (first, second)
    assert (early.logged, early.counted, early.amount, early.incidents) == (
        0 * MINUTE,
        30 * MINUTE,
        Decimal("25.00"),
        (),
    )


def test_an_edit_of_what_has_changed_since_is_refused() -> None:
    hours = hours_paid([a_work("2026-01-18 01:00", 70)], [an_edit("2026-01-18 01:00", 70, 120)], lambda _: TERMS)

    check_edit(an_edit("2026-01-18 01:00", 120, 60), hours)
    with pytest.raises(Conflict, match="is 120 min long by now, not 70 min"):
        check_edit(an_edit("2026-01-18 01:00", 70, 60), hours)


def test_time_is_not_paid_twice() -> None:
    hours = hours_paid([a_work("2026-01-18 01:00", 70), a_work("2026-01-18 05:00", 30, "ben")], [], lambda _: TERMS)

    check_edit(an_edit("2026-01-18 05:00", 0, 30), hours)
    check_edit(an_edit("2026-01-18 00:30", 0, 30), hours)
    with pytest.raises(InvalidPayload, match="overlaps the work that began at 2026-01-18T01:00:00Z"):
        check_edit(an_edit("2026-01-18 00:30", 0, 31), hours)
    removed = hours_paid([a_work("2026-01-18 01:00", 70)], [an_edit("2026-01-18 01:00", 70, 0)], lambda _: TERMS)
    check_edit(an_edit("2026-01-18 00:30", 0, 120), removed)


def a_report(*shares: Share, hours: tuple[Hours, ...] = ()) -> PayReport:
    return PayReport(local("2026-01-01 00:00"), local("2026-02-01 00:00"), shares, hours)


def test_totals_are_the_sums_of_the_lines_and_none_where_a_rate_is_missing() -> None:
    week = a_week(held("asha", "2026-01-12 17:30", "2026-01-19 17:30"))
    (asha,) = split_week(week, TERMS, OFFICE, RATES)
    chen = replace(asha, person="chen", day_rate=None, amount=None)
    hours = hours_paid([a_work("2026-01-18 01:00", 70), a_work("2026-01-18 01:00", 90, "ben")], [], lambda _: TERMS)

    totals = {one.person: one for one in a_report(asha, chen, hours=hours).totals()}

    assert [(one.on_call, one.work, one.total) for one in totals.values()] == [
        (Decimal("300.00"), Decimal("58.33"), Decimal("358.33")),
        (Decimal("0.00"), Decimal("75.00"), Decimal("75.00")),
        (None, Decimal("0.00"), None),
    ]


def test_a_persons_report_holds_nothing_of_anybody_else() -> None:
    week = a_week(held("asha", "2026-01-12 17:30", "2026-01-19 17:30"))
    (asha,) = split_week(week, TERMS, OFFICE, RATES)
    chen = replace(asha, person="chen", day_rate=None, amount=None)
    report = replace(
        a_report(asha, chen, hours=hours_paid([a_work("2026-01-18 01:00", 70)], [], lambda _: TERMS)),
        unfinished=(Stretch("asha", local("2026-01-31 23:00"), None, an_id()),),
        remarks=("no day rate is known for chen: their weeks have no amount",),
    )

    own = report.of("chen")

    assert own == replace(report, shares=(chen,), hours=(), unfinished=())
    assert report.of("asha").remarks == ()
