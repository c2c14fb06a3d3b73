"""When a silence is one to be told of: deadlines, and the gaps in which a ping may have been lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.classify import Severity
from app.domain.heartbeat import (
    MOST_PUT_OFF,
    Gap,
    Heartbeat,
    Ping,
    Standing,
    Watched,
    deadline,
    gone_quiet,
    is_quiet,
    standing,
)
from tests.builders import NINE

MINUTE = timedelta(minutes=1)
HOURLY = Heartbeat("cron", 60 * MINUTE, 5 * MINUTE, Severity.HIGH)
PINGED = Watched(NINE - timedelta(days=1), Ping(NINE))


def a_gap(since: float, until: float) -> Gap:
    """In minutes after nine."""
    return Gap(NINE + since * MINUTE, NINE + until * MINUTE)


def minutes(gaps: list[Gap], watched: Watched = PINGED) -> float:
    """When it becomes quiet, in minutes after nine."""
    return (deadline(HOURLY, watched, gaps) - NINE) / MINUTE


def test_it_is_quiet_when_interval_and_grace_are_over_since_the_last_ping_or_the_first_look() -> None:
    assert minutes([]) == 65
    assert minutes([], Watched(NINE)) == 65
    assert minutes([], Watched(NINE + 10 * MINUTE, Ping(NINE))) == 75


@pytest.mark.parametrize(
    ("gap", "end"),
    [
        (a_gap(-10, -1), 65),
        (a_gap(10, 54), 65),
        (a_gap(10, 55), 120),
        (a_gap(10, 70), 135),
        (a_gap(58, 62), 127),
        (a_gap(64, 90), 155),
        (a_gap(65, 90), 65),
    ],
)
def test_a_ping_that_was_due_in_a_gap_is_waited_for_a_whole_interval_from_its_end(gap: Gap, end: float) -> None:
    assert minutes([gap]) == end


def test_a_ping_that_was_due_in_one_gap_and_then_in_another_is_waited_for_again() -> None:
    assert minutes([a_gap(120, 130), a_gap(55, 70)]) == 195
    assert minutes([a_gap(55, 70), a_gap(75, 100)]) == 135


def test_gaps_without_end_do_not_hide_a_silence_for_ever() -> None:
    gaps = [a_gap(n * 60, n * 60 + 2) for n in range(1, 30)]

    assert minutes(gaps) == MOST_PUT_OFF * 60 + 2 + 65


@given(st.lists(st.tuples(st.floats(-200, 400), st.floats(0, 300)), max_size=8))
def test_gaps_never_bring_a_deadline_forward_and_put_it_off_within_bounds(lengths: list[tuple[float, float]]) -> None:
    gaps = [a_gap(since, since + length) for since, length in lengths]

    found = minutes(gaps)

    last = max([0.0, *((gap.until - NINE) / MINUTE for gap in gaps)])
    assert 65 <= found <= last + 65 + 0.001


def test_a_silence_that_people_know_of_is_not_taken_back_by_a_gap_but_by_a_longer_interval() -> None:
    told = Watched(PINGED.since, PINGED.ping, told=NINE)
    gap, at = a_gap(60, 80), NINE + 80 * MINUTE

    assert not is_quiet(HOURLY, PINGED, [gap], at)
    assert is_quiet(HOURLY, told, [gap], at)
    assert not is_quiet(Heartbeat("cron", 120 * MINUTE, MINUTE, Severity.HIGH), told, [], at)


@pytest.mark.parametrize(
    ("watched", "after", "stands"),
    [
        (Watched(NINE), 64, Standing.NEW),
        (Watched(NINE), 65, Standing.QUIET),
        (PINGED, 64.99, Standing.OK),
        (PINGED, 65, Standing.QUIET),
        (Watched(NINE, Ping(NINE, failed=True)), 64, Standing.FAILED),
        (Watched(NINE, Ping(NINE, failed=True)), 65, Standing.QUIET),
    ],
)
def test_how_it_stands(watched: Watched, after: float, stands: Standing) -> None:
    assert standing(HOURLY, watched, [], NINE + after * MINUTE) is stands


def test_its_alert_has_the_words_of_the_rules_where_there_are_some() -> None:
    zone = ZoneInfo("Europe/London")
    plain = gone_quiet(HOURLY, PINGED, zone)
    written = gone_quiet(
        Heartbeat("cron", timedelta(days=1, hours=2), timedelta(0), Severity.HIGH, "web", "rb", "Cron is dead"),
        PINGED,
        zone,
    )

    assert (plain.title, plain.labels, plain.runbooks) == ("Heartbeat cron is quiet", {"heartbeat": "cron"}, ("cron",))
    assert plain.description.endswith("; one is expected every 1 h, at most 5 min late.")
    assert (written.title, written.labels["squad"], written.runbooks) == ("Cron is dead", "web", ("rb",))
    assert written.description.endswith("; one is expected every 1 d 2 h, at most 0 s late.")
    assert (written.severity, written.dedup_key, written.started_at) == ("high", "cron", NINE)
