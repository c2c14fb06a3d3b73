"""When a silence is in force, across clock changes and midnights; and what keeps an alert from telling anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.silence_forms import compile_week
from app.domain.alert import Alert
from app.domain.suppress import (
    INHIBITION_LOOK,
    SILENCE_LOOK,
    Inhibition,
    Silence,
    SuppressedBy,
    Suppression,
    inhibited_keys,
    inhibitor_keys,
    suppression,
)
from tests.builders import an_alert

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_alert(alert: Alert) -> bool:
    return True


def a_silence(*every: str, zone: ZoneInfo = LONDON, **changes: Any) -> Silence:
    """Of every alert, for the year 2026, in these hours of the week or always."""
    fields: dict[str, Any] = {
        "id": "06bf80f9c0000001",
        "kind": SuppressedBy.SILENCE,
        "matchers": ('service="payments"',),
        "matches": is_alert,
        "starts_at": utc("2026-01-01"),
        "ends_at": utc("2027-01-01"),
        "by": "asha",
        "why": "database upgrade",
        "created_at": utc("2026-01-01"),
        "weekly": compile_week(every, zone) if every else None,
        "every": every,
    }
    return Silence(**fields | changes)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2025-12-31T23:59:59.999999", None),
        ("2026-01-01", "2027-01-01"),
        ("2026-12-31T23:59:59.999999", "2027-01-01"),
        ("2027-01-01", None),
    ],
)
def test_it_is_in_force_from_its_start_until_before_its_end(at: str, until: str | None) -> None:
    assert a_silence().until(utc(at)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("every", "at", "until"),
    [
        ("sun 02:00-04:00", "2026-11-22 01:59:59", None),
        ("sun 02:00-04:00", "2026-11-22 02:00", "2026-11-22 04:00"),
        ("sun 02:00-04:00", "2026-11-22 04:00", None),
        ("sun 02:00-04:00", "2026-06-21 01:00", "2026-06-21 03:00"),
        # On 25 October 2026 the clocks go back from 02:00 to 01:00: the night is an hour longer.
        ("sun 00:30-03:00", "2026-10-24 23:30", "2026-10-25 03:00"),
        ("sun 01:30-03:00", "2026-10-25 00:30", "2026-10-25 03:00"),
        # On 29 March they go forward from 01:00 to 02:00: an hour shorter, and what lies in that hour is not at all.
        ("sun 00:30-03:00", "2026-03-29 00:30", "2026-03-29 02:00"),
        ("sun 01:00-02:00", "2026-03-29 01:00", None),
        # The evening's window ends on the day after, also from Sunday to Monday.
        ("mon-fri 22:00-06:00", "2026-11-23 21:59", None),
        ("mon-fri 22:00-06:00", "2026-11-23 22:00", "2026-11-24 06:00"),
        ("mon-fri 22:00-06:00", "2026-11-28 05:59", "2026-11-28 06:00"),
        ("mon-fri 22:00-06:00", "2026-11-28 22:00", None),
        ("sun 22:00-02:00", "2026-11-23 01:00", "2026-11-23 02:00"),
        ("mon-sun 00:00-24:00", "2026-11-23 01:00", "2027-01-01"),
    ],
)
def test_hours_of_the_week_are_local_ones_also_over_midnight_and_a_clock_change(
    every: str, at: str, until: str | None
) -> None:
    assert a_silence(every).until(utc(at)) == (utc(until) if until else None)


def test_a_window_is_cut_where_the_silence_begins_and_ends() -> None:
    silence = a_silence("sun 02:00-04:00", starts_at=utc("2026-11-22 03:00"), ends_at=utc("2026-11-29 03:00"))

    assert silence.next_start(utc("2026-11-22 01:00")) == utc("2026-11-22 03:00")
    assert silence.until(utc("2026-11-22 02:30")) is None
    assert silence.until(utc("2026-11-22 03:00")) == utc("2026-11-22 04:00")
    assert silence.next_start(utc("2026-11-22 03:00")) == utc("2026-11-29 02:00")
    assert silence.until(utc("2026-11-29 02:00")) == utc("2026-11-29 03:00")
    assert silence.next_start(utc("2026-11-29 02:00")) is None


def test_one_that_was_ended_early_is_over_then_and_never_begins_again() -> None:
    ended = utc("2026-11-22 02:30")
    silence = a_silence("sun 02:00-04:00", ended_at=ended, ended_by="ben")

    assert silence.until(ended - TICK) == ended
    assert silence.until(ended) is None
    assert silence.next_start(ended) is None
    assert silence.next_start(utc("2026-11-21")) == utc("2026-11-22 02:00")


def test_one_that_was_ended_before_it_began_was_never_in_force() -> None:
    silence = a_silence(ended_at=utc("2025-12-01"))

    assert silence.next_start(utc("2025-11-01")) is None
    assert not any(silence.is_in_force(utc(f"{year}-01-01")) for year in (2025, 2026))


def test_the_next_start_is_known_before_it_begins_and_none_once_it_has() -> None:
    silence = a_silence()

    assert silence.next_start(utc("2025-01-01")) == utc("2026-01-01")
    assert silence.next_start(utc("2026-01-01")) is None


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda span: utc("2026-01-01") + span)
HOURS = st.builds(
    lambda day, opens, closes: f"{day} {opens:02}:00-{closes:02}:00",
    st.sampled_from(["mon", "wed-thu", "sat", "sun"]),
    st.integers(0, 23),
    st.integers(0, 23),
).filter(lambda text: text[-11:-6] != text[-5:])


@st.composite
def silences(draw: Callable[[Any], Any]) -> Silence:
    starts_at = draw(INSTANTS)
    ends_at = starts_at + draw(st.timedeltas(TICK, timedelta(days=40)))
    ended_at = draw(st.none() | st.just(starts_at + (ends_at - starts_at) / 2))
    every = draw(st.lists(HOURS, max_size=1))
    zone = draw(st.sampled_from([LONDON, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")]))
    return a_silence(*every, zone=zone, starts_at=starts_at, ends_at=ends_at, ended_at=ended_at)


@given(silences(), INSTANTS)
def test_it_is_never_in_force_outside_its_time_and_its_stretch_ends_later_and_within(
    silence: Silence, at: datetime
) -> None:
    until = silence.until(at)

    assert (until is not None) == silence.is_in_force(at)
    if until is not None:
        assert silence.starts_at <= at < until <= silence.is_over_at <= silence.ends_at
        assert silence.is_in_force(until - TICK)
        assert not silence.is_in_force(until) or silence.next_start(at) != until


@given(silences(), INSTANTS)
def test_the_next_start_is_later_and_really_one(silence: Silence, at: datetime) -> None:
    start = silence.next_start(at)

    if start is not None:
        assert at < start
        assert silence.is_in_force(start)
        assert not silence.is_in_force(start - TICK)


@given(silences())
def test_walking_from_start_to_start_misses_no_hour_of_it(silence: Silence) -> None:
    starts = [silence.starts_at - HOUR]
    while (following := silence.next_start(starts[-1])) is not None:
        starts.append(following)
    stretches = [(start, silence.until(start)) for start in starts[1:]]

    assert all(end is not None and end <= start for (_, end), (start, _) in pairwise(stretches))
    for hour in range(int((silence.ends_at - silence.starts_at) / HOUR) + 2):
        at = silence.starts_at + hour * HOUR
        assert silence.is_in_force(at) == any(start <= at < end for start, end in stretches if end)


def test_of_several_silences_the_one_that_lasts_longest_is_the_reason() -> None:
    now = utc("2026-11-22 03:00")
    short = a_silence(id="1", ends_at=now + timedelta(minutes=3))
    long = a_silence(id="2", ends_at=now + HOUR, kind=SuppressedBy.MAINTENANCE, by="ben", why="restore test")
    other = a_silence(id="3", matches=lambda alert: False)

    found = suppression(an_alert(), (short, long, other), (), lambda key: False, now)

    assert found == Suppression(
        SuppressedBy.MAINTENANCE, "maintenance 2 by ben: restore test", now + SILENCE_LOOK, now + HOUR
    )
    assert suppression(an_alert(), (short,), (), lambda key: False, now) == Suppression(
        SuppressedBy.SILENCE, "silence 1 by asha: database upgrade", short.ends_at, short.ends_at
    )


SITE_DOWN = Inhibition(
    "site down",
    "routing_rules.yaml:9",
    source=lambda alert: alert.value("alertname") == "SiteDown",
    target=lambda alert: alert.value("service") == "payments",
    equal=("site", "env"),
)


def fired(**labels: str) -> Alert:
    return an_alert(labels={"service": "payments", "site": "a", "env": "prod", **labels})


def test_an_alert_is_inhibited_while_one_with_the_same_values_fires() -> None:
    now, source, target = utc("2026-11-22 03:00"), fired(alertname="SiteDown"), fired(alertname="ApiDown")
    firing = {*inhibited_keys(source, (SITE_DOWN,))}

    assert suppression(target, (), (SITE_DOWN,), firing.__contains__, now) == Suppression(
        SuppressedBy.INHIBITION,
        "inhibited by what site down (routing_rules.yaml:9) names, with the same site=a, env=prod",
        now + INHIBITION_LOOK,
    )
    assert suppression(fired(site="b"), (), (SITE_DOWN,), firing.__contains__, now) is None
    assert suppression(target, (), (SITE_DOWN,), lambda key: False, now) is None


def test_what_matches_both_sides_is_not_inhibited_by_that_line_but_inhibits_by_it() -> None:
    assert inhibitor_keys(fired(alertname="SiteDown"), (SITE_DOWN,)) == ()
    assert len(inhibited_keys(fired(alertname="SiteDown"), (SITE_DOWN,))) == 1
    assert inhibited_keys(fired(alertname="ApiDown"), (SITE_DOWN,)) == ()


def test_values_that_only_run_together_the_same_are_not_the_same() -> None:
    one, other = (SITE_DOWN.key(fired(site=site, env=env)) for site, env in (("ab", "c"), ("a", "bc")))

    assert one != other
    assert SITE_DOWN.key(fired()) != replace(SITE_DOWN, name="another").key(fired())


def test_a_silence_is_a_better_known_reason_than_an_inhibition() -> None:
    now = utc("2026-11-22 03:00")

    found = suppression(fired(), (a_silence(),), (SITE_DOWN,), lambda key: True, now)

    assert found is not None
    assert found.by is SuppressedBy.SILENCE
