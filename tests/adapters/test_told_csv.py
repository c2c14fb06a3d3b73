"""Lists of other pagers: read as people export them, and refused with the line that is wrong."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.told_csv import read_told
from app.domain.comparison import Telling
from app.domain.errors import InvalidPayload

PEOPLE = {"asha": "asha", "asha rao": "asha", "asha@example.com": "asha"}
AT = datetime(2026, 11, 22, 3, 0, 7, tzinfo=UTC)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def read(text: str) -> list[Telling]:
    return read_told(text, PEOPLE, instant)


def test_two_columns_are_enough() -> None:
    assert read("at,person\n2026-11-22T03:00:07Z,asha\n") == [Telling(AT, "asha")]


def test_all_columns_are_read_in_any_order_and_case_and_others_passed_over() -> None:
    text = (
        '\ufeffID,Person,AT,Channel,Title,Severity,Dedup_Key\r\n"1",Asha Rao,2026-11-22T04:00:07+01:00,sms,'
        '"Down, and\nout",P1,k\r\n'
    )

    assert read(text) == [Telling(AT, "asha", "", "Down, and\nout", "k", "P1", ("sms",))]


@pytest.mark.parametrize(
    ("given_name", "person"), [("ASHA", "asha"), (" Asha Rao ", "asha"), ("Asha@Example.com", "asha"), ("Zoe", "Zoe")]
)
def test_a_person_goes_by_any_name_and_a_stranger_by_their_own(given_name: str, person: str) -> None:
    assert read(f'person,at\n"{given_name}",2026-11-22T03:00:07Z\n')[0].person == person


def test_empty_lines_are_no_rows() -> None:
    assert read("at,person\n\n,\n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at: the first line must name the columns at and person"),
        ("at;person\n", "at: the first line must name the columns at and person"),
        ("at,who\n", "person: the first line must name the columns at and person"),
        ("at,person\n2026-11-22T03:00:07Z,\n", "person: line 2: says nobody"),
        ("at,person\n2026-11-22T03:00:07Z,asha\nyesterday,asha\n", "at: line 3: Invalid isoformat string: 'yesterday'"),
        ('at,person\n"2026,asha\n', "cannot be read as CSV after line 1: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        read(text)

    assert str(refused.value) == said


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.adapters.told_csv.MOST", 2)

    with pytest.raises(InvalidPayload, match="holds more than 2 rows"):
        read("at,person\n" + "2026-11-22T03:00:07Z,asha\n" * 3)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(f"at,person\n{text}")
    except InvalidPayload:
        return
