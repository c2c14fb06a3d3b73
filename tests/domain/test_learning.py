"""What incidents have to teach, against figures worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.classify import Severity
from app.domain.incident import Mark
from app.domain.learning import Handled, Learning, Page, handled
from app.domain.learning_report import (
    Frame,
    LearningReport,
    Paged,
    RuleNoise,
    RunbookDebt,
    Times,
    learn,
    times_of,
    week_of,
)
from app.domain.message import MessageKind
from app.domain.notification import Send
from app.domain.receipt import SendState
from app.domain.replacing import replace
from app.domain.weekly_summary import summary_notice
from tests.builders import NINE, a_handled, a_notification, a_resolved_incident, an_entry, an_id, an_incident

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
SOURCE = {"who": "alertmanager", "channel": "source"}
FRAME = Frame(
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
    LONDON,
    lambda role: NEW_YORK if role == "second_line" else LONDON,
)


def minutes(*lengths: int) -> list[timedelta]:
    return [length * MINUTE for length in lengths]


def a_send(at: datetime | None, state: SendState = SendState.SENT) -> Send:
    return Send("email", "asha@example.com", NINE, state, at=at)


def report(*incidents: Handled, **changes: Any) -> LearningReport:
    return learn(incidents, replace(FRAME, **changes))


def test_an_incident_is_read_off_what_it_left_behind() -> None:
    incident = a_resolved_incident(NINE + 30 * MINUTE, rule="payments", marks=(Mark.NO_RUNBOOK,))
    timeline = [
        an_entry(what="opened"),
        an_entry(what="page"),
        an_entry(what="acknowledged", at=NINE + 4 * MINUTE, who="asha", channel="slack"),
        an_entry(what="acknowledged", at=NINE + 9 * MINUTE, who="ben"),
        an_entry(what="resolved", at=NINE + 30 * MINUTE, who="ben"),
    ]
    sends = (a_send(NINE + MINUTE), a_send(NINE + 2 * MINUTE), a_send(None, SendState.PENDING))

    found = handled(incident, timeline, [a_notification(sends=sends)])

    assert found == a_handled(
        no_runbook=True, pages=(Page("asha", "first_responder", (NINE + MINUTE, NINE + 2 * MINUTE)),)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"squad": True},
        {"kind": MessageKind.NOTICE},
        {"kind": MessageKind.RESOLVED},
        {"sends": (a_send(NINE, SendState.FAILED),)},
        {"sends": (a_send(NINE, SendState.OBSERVED),)},
        {"sends": ()},
    ],
)
def test_what_asks_nobody_or_reached_nobody_is_no_page(changes: dict[str, Any]) -> None:
    row = a_notification(**{"sends": (a_send(NINE),)} | changes)

    assert handled(an_incident(), [], [row]).pages == ()


def test_a_machine_acknowledges_nothing() -> None:
    found = handled(an_incident(), [an_entry(what="acknowledged", **SOURCE)], [])

    assert (found.acknowledged_at, found.acted) == (None, False)


def test_who_resolved_it_last_counts() -> None:
    incident = a_resolved_incident(NINE + 30 * MINUTE)
    by_hand, by_source = an_entry(what="resolved", who="asha"), an_entry(what="resolved", **SOURCE)

    assert handled(incident, [by_source, by_hand], []).by_source is False
    assert handled(incident, [by_hand, by_source], []).by_source is True
    assert handled(an_incident(), [by_source], []).by_source is False


@pytest.mark.parametrize(
    ("lengths", "median", "ninth"),
    [
        (minutes(7), 7, 7),
        (minutes(1, 2), 1.5, 2),
        (minutes(3, 1, 2), 2, 3),
        (minutes(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 5.5, 9),
        (minutes(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 6, 10),
    ],
)
def test_median_and_ninth_of_ten(lengths: list[timedelta], median: float, ninth: int) -> None:
    assert times_of([*lengths, None]) == Times(len(lengths), median * MINUTE, ninth * MINUTE)


def test_of_nothing_there_are_no_times() -> None:
    assert times_of([None]) == Times(0, None, None)


def test_acknowledging_counts_from_the_first_page_and_resolving_from_opening() -> None:
    """Held since nine, told at ten, had at 10:05, over at 11:00."""
    held = a_handled(
        acknowledged_at=NINE + 65 * MINUTE,
        resolved_at=NINE + 120 * MINUTE,
        pages=(Page("ben", "primary", (NINE + 61 * MINUTE,)), Page("asha", "primary", (NINE + 60 * MINUTE,))),
    )

    assert (held.to_acknowledge, held.to_resolve) == (5 * MINUTE, 120 * MINUTE)


def test_the_whole_and_each_squad_and_week() -> None:
    """Weeks begin on Mondays of London: 5 and 12 January. Triage has no times."""
    found = report(
        a_handled(),
        a_handled(severity=Severity.HIGH, acknowledged_at=NINE + 10 * MINUTE, resolved_at=None),
        a_handled(severity=Severity.TRIAGE, squad="web", pages=(), acknowledged_at=None),
        a_handled(opened_at=NINE + timedelta(days=7), acknowledged_at=None, resolved_at=None, squad="web"),
        a_handled(opened_at=FRAME.until),
        a_handled(opened_at=FRAME.since - MINUTE),
    )

    whole = found.whole
    assert (whole.critical, whole.high, whole.triage, whole.still_open, whole.pages) == (2, 1, 1, 2, 3)
    assert whole.acknowledge == Times(2, 7 * MINUTE, 10 * MINUTE)
    assert whole.resolve == Times(1, 30 * MINUTE, 30 * MINUTE)
    assert [(one.name, one.critical, one.high, one.triage) for one in found.squads] == [
        ("payments", 1, 1, 0),
        ("web", 1, 0, 1),
    ]
    assert [(one.name, one.critical, one.pages) for one in found.weeks] == [("2026-01-05", 1, 2), ("2026-01-12", 1, 1)]


def test_one_squad_only() -> None:
    found = report(a_handled(), a_handled(squad="web"), squad="web")

    assert (found.whole.critical, [one.name for one in found.squads]) == (1, ["web"])


def test_pages_by_hour_are_local_and_sleep_is_counted_by_nights_and_hours() -> None:
    """Asha, in London's summer: told at 22:30, 23:10, at 02:00 and 02:50 of the same night, and at 07:00, which is
    awake. Chen is paged as second line, in New York, at 03:30 UTC: 23:30 there."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)

    summer = a_handled(
        opened_at=at("2026-06-10 22:30"),
        pages=(
            Page("asha", "primary", (at("2026-06-10 22:30"), at("2026-06-10 23:10"), at("2026-06-11 02:00"))),
            Page("asha", "primary", (at("2026-06-11 02:50"),)),
            Page("asha", "primary", (at("2026-06-11 07:00"),)),
            Page("chen", "second_line", (datetime(2026, 6, 11, 3, 30, tzinfo=UTC),)),
        ),
    )

    found = report(summer)

    def hours(*paged: int) -> tuple[int, ...]:
        return tuple(paged.count(hour) for hour in range(24))

    assert found.people == (Paged("asha", 3, hours(22, 2, 7), 1, 3), Paged("chen", 1, hours(23), 1, 1))
    assert found.hours == hours(22, 2, 7, 23)


def test_hours_of_sleep_may_be_set() -> None:
    siesta = Learning(sleep=(time(13), time(15)))
    pages = (Page("asha", "primary", (NINE.replace(hour=14),)), Page("asha", "primary", (NINE.replace(hour=2),)))

    (asha,) = report(a_handled(pages=pages), learning=siesta).people

    assert (asha.pages, asha.nights) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "noise"),
    [
        ({"by_source": True, "acted": False}, True),
        ({"by_source": True, "acted": True}, False),
        ({"by_source": True, "acted": True, "resolved_at": NINE + 9 * MINUTE}, True),
        ({"by_source": True, "acted": True, "resolved_at": NINE + 10 * MINUTE}, False),
        ({"by_source": False, "acted": False}, False),
        ({"by_source": True, "acted": False, "pages": ()}, False),
        ({"by_source": False, "acted": False, "resolved_at": None}, False),
    ],
)
def test_noise_has_paged_somebody_whom_nobody_needed(changes: dict[str, Any], noise: bool) -> None:
    assert a_handled(**changes).is_noise(10 * MINUTE) is noise


def test_noise_by_rule_the_noisiest_first() -> None:
    quiet = {"by_source": True, "acted": False}
    found = report(
        a_handled(rule="disk"),
        a_handled(rule="disk", pages=()),
        a_handled(rule="cpu", **quiet),
        a_handled(rule="cpu", **quiet, pages=(Page("asha", "", (NINE,)), Page("ben", "", (NINE,)))),
        a_handled(rule="", **quiet),
    )

    assert found.rules == (RuleNoise("cpu", 2, 3, 2), RuleNoise("", 1, 1, 1), RuleNoise("disk", 1, 1, 0))
    assert found.whole.noise == 3


def test_runbook_debt_is_listed_by_squad_and_alert_the_most_frequent_first() -> None:
    late = NINE + timedelta(days=1)
    found = report(
        a_handled(no_runbook=True, title="Queue is long", squad="web"),
        a_handled(no_runbook=True, title="Disk is full"),
        a_handled(no_runbook=True, title="Disk is full", opened_at=late, id=an_id(2), severity=Severity.TRIAGE),
        a_handled(),
    )

    assert found.runbook_debt == (
        RunbookDebt("payments", "payments", "Disk is full", 2, late, an_id(2)),
        RunbookDebt("web", "payments", "Queue is long", 1, NINE, an_id()),
    )


def test_a_week_begins_at_its_own_zones_midnight() -> None:
    late_on_sunday = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)

    assert (week_of(late_on_sunday, LONDON), week_of(late_on_sunday, NEW_YORK)) == (date(2026, 6, 15), date(2026, 6, 8))


def test_the_summary_says_what_matters_and_no_more() -> None:
    night = NINE.replace(hour=3)
    found = report(
        a_handled(),
        a_handled(rule="cpu", by_source=True, acted=False, acknowledged_at=None, pages=(Page("ben", "", (night,)),)),
        *(a_handled(no_runbook=True, severity=Severity.TRIAGE, pages=(), title=f"Alert {n}") for n in range(5)),
    )

    notice = summary_notice(found, "Payments", date(2026, 1, 5), "https://oncall.example.com/reports")

    assert notice.headline == "Payments, week of 05 Jan to 11 Jan: 2 production incidents, 2 pages"
    assert notice.lines == (
        "Somebody had it after 4 min (median), nine of ten within 4 min.",
        "It was over after 30 min (median), nine of ten within 30 min.",
        "Into the triage queue: 5.",
        "Nights interrupted: 1, of 1 person.",
        "Noise: 1 that needed nobody, most from rule cpu (1).",
        "Without a runbook: Alert 0 (once).",
        "Without a runbook: Alert 1 (once).",
        "Without a runbook: Alert 2 (once).",
        "And 2 more alerts without a runbook.",
    )


def test_a_quiet_week_is_one_line() -> None:
    notice = summary_notice(report(), "Payments", date(2026, 1, 5), "")

    assert (notice.headline, notice.lines) == (
        "Payments, week of 05 Jan to 11 Jan: 0 production incidents, 0 pages",
        (),
    )
