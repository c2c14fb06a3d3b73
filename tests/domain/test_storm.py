"""Pacing a storm: nothing is lost, nothing waits long, and what is new never waits."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.classify import Severity
from app.domain.digest import Due, bundle
from app.domain.notification import Notification, Planned
from app.domain.replacing import replace
from app.domain.sending import begin, due_sends, record
from app.domain.storm import Paced, Window, origin_of, pace
from tests.builders import NINE, a_notification, an_id, an_incident

MINUTE = timedelta(minutes=1)
MOST = 3


def a_due(
    number: int, reader: str = "asha", source: str = "prometheus", severity: Any = Severity.HIGH, **more: Any
) -> Due:
    """The first sending, to a mailbox of the reader's, about the numbered incident."""
    plan = (Planned("email", f"{reader}@example.com", 0.0),)
    row = begin(a_notification(incident=an_id(number), reader=reader, plan=plan, **more))
    return Due(row, 0, an_incident(id=an_id(number), source=source, severity=severity))


def flood(count: int, first: int = 1, **changes: Any) -> list[Due]:
    return [a_due(number, **changes) for number in range(first, first + count)]


def held_rows(paced: Paced) -> list[Notification]:
    return paced.held_back(due.notification for due, _ in paced.later)


def test_what_is_due_together_goes_out_together_however_much_it_is() -> None:
    dues = flood(20)

    paced = pace(dues, {}, MOST, MINUTE, NINE)

    assert (paced.now, paced.later) == (tuple(dues), ())
    assert len(bundle(paced.now, MOST)) == 1


def test_beyond_the_limit_of_a_window_the_rest_waits_for_its_end() -> None:
    windows = pace(flood(2), {}, MOST, MINUTE, NINE).windows
    dues = flood(3, first=3)

    paced = pace(dues, windows, MOST, MINUTE, NINE + MINUTE / 2)

    assert paced.now == (dues[0],)
    assert paced.later == ((dues[1], NINE + MINUTE), (dues[2], NINE + MINUTE))


def test_when_the_window_is_over_everything_goes_and_a_new_one_begins() -> None:
    windows = pace(flood(5), {}, MOST, MINUTE, NINE).windows

    paced = pace(flood(2, first=6), windows, MOST, MINUTE, NINE + MINUTE)

    assert (len(paced.now), paced.later) == (2, ())
    assert paced.windows["email", "asha@example.com"].since == NINE + MINUTE


def test_the_first_from_another_source_or_of_another_severity_does_not_wait() -> None:
    windows = pace(flood(5), {}, MOST, MINUTE, NINE).windows
    till, worse = a_due(6, source="rollbar"), a_due(7, severity=Severity.CRITICAL)
    second, same = a_due(8, source="rollbar"), a_due(9)

    paced = pace([till, worse, second, same], windows, MOST, MINUTE, NINE + timedelta(seconds=20))

    assert paced.now == (till, worse)
    assert [due for due, _ in paced.later] == [second, same]
    again = pace([second, same], paced.windows, MOST, MINUTE, NINE + timedelta(seconds=30))
    assert (again.now, [due for due, _ in again.later]) == ((), [second, same])


def test_what_one_worker_has_gathered_does_not_wait_again_for_the_window_of_another() -> None:
    here = pace(flood(MOST), {}, MOST, MINUTE, NINE).windows
    held = pace(flood(4, first=10), here, MOST, MINUTE, NINE)
    gathered = [replace(due, notification=row) for due, row in zip(flood(4, first=10), held_rows(held), strict=True)]
    there = pace(flood(MOST), {}, MOST, MINUTE, NINE + MINUTE / 2).windows

    paced = pace(gathered, there, MOST, MINUTE, NINE + MINUTE)

    assert (paced.now, paced.later) == (tuple(gathered), ())
    assert len(bundle(paced.now, MOST)) == 1


def test_one_address_does_not_slow_another() -> None:
    windows = pace(flood(5), {}, MOST, MINUTE, NINE).windows

    paced = pace(flood(2, reader="ben"), windows, MOST, MINUTE, NINE)

    assert (len(paced.now), paced.later) == (2, ())


def test_a_digest_is_one_message_anyway() -> None:
    windows = pace(flood(5), {}, MOST, MINUTE, NINE).windows
    digests = flood(9, first=6, digest="2026-01-05")

    assert pace(digests, windows, MOST, MINUTE, NINE).now == tuple(digests)


def test_what_waits_is_due_when_the_window_ends_and_says_so() -> None:
    windows = pace(flood(5), {}, MOST, MINUTE, NINE).windows
    due = a_due(6)

    (held,) = pace([due], windows, MOST, MINUTE, NINE).held_back([due.notification])

    assert held.sends[0].gathered_until == NINE + MINUTE
    assert due_sends(held, NINE + MINUTE - timedelta(microseconds=1)) == ()
    assert due_sends(held, NINE + MINUTE) == (0,)
    assert record(held, {}, NINE).due_at == NINE + MINUTE


@st.composite
def storms(draw: Callable[[Any], Any]) -> list[tuple[datetime, list[Due]]]:
    """What falls due in each of some rounds; no two are the same."""
    at, number = NINE, 0
    rounds: list[tuple[datetime, list[Due]]] = []
    for pause, count in draw(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 6)), min_size=1, max_size=8)):
        at += timedelta(seconds=pause)
        dues = []
        for _ in range(count):
            number += 1
            source, severity = draw(st.sampled_from("ab")), draw(st.sampled_from([Severity.HIGH, Severity.CRITICAL]))
            dues.append(a_due(number, draw(st.sampled_from(["asha", "ben"])), source, severity))
        rounds.append((at, dues))
    return rounds


@given(storms(), st.integers(1, 5))
def test_every_due_is_either_sent_or_waits_and_nothing_waits_longer_than_the_window(
    storm: list[tuple[datetime, list[Due]]], most: int
) -> None:
    windows: Any = {}
    for at, dues in storm:
        paced = pace(dues, windows, most, MINUTE, at)
        windows = paced.windows

        assert Counter(due.notification.key for due in (*paced.now, *(due for due, _ in paced.later))) == Counter(
            due.notification.key for due in dues
        )
        assert all(at < until <= at + MINUTE for _, until in paced.later)


@given(storms(), st.integers(1, 5))
def test_the_first_of_an_origin_in_a_window_never_waits_and_at_most_so_many_others_go_singly(
    storm: list[tuple[datetime, list[Due]]], most: int
) -> None:
    windows: Any = {}
    sent: dict[Any, list[Due]] = {}
    for at, dues in storm:
        before, paced = windows, pace(dues, windows, most, MINUTE, at)
        windows = paced.windows
        for address in {(due.send.channel, due.send.address) for due in dues}:
            window: Window | None = before.get(address)
            if window is None or at >= window.since + MINUTE:
                sent[address] = []
            going = [due for due in paced.now if (due.send.channel, due.send.address) == address]
            waiting = [due for due, _ in paced.later if (due.send.channel, due.send.address) == address]

            seen = {origin_of(due) for due in (*sent[address], *going)}
            assert {origin_of(due) for due in waiting} <= seen
            if sent[address]:
                known = {origin_of(due) for due in sent[address]}
                firsts = len({origin_of(due) for due in going} - known)
                assert len(going) - firsts <= max(0, most - len(sent[address]))
            sent[address] += going
