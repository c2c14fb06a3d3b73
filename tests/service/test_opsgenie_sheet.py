"""What Opsgenie keeps of an alert: a log of small records, of which none is lost to another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.service.opsgenie.sheet import PAGE, Change, Sheet, Written, latest, record_of, revised, sheet_of, written_of
from tests.builders import NINE, an_alert, an_id

SHEET = Sheet("a", "Down", tags=("x", "y"), details={"k": "1", "l": "2"})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    found = await SqliteStore.open(tmp_path / "oncall.db")
    yield found
    await found.close()


async def keep(store: SqliteStore, incident: str, *written: Written, first: int = 0) -> None:
    for number, one in enumerate(written, first):
        await store.put_record(record_of(one, incident, f"{number:04}", NINE))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change("a"), SHEET),
        (
            Change("a", message="Up", description="d", priority="P1"),
            Sheet("a", "Up", "d", "P1", ("x", "y"), SHEET.details),
        ),
        (
            Change("a", add_tags=("y", "z"), drop_tags=("x", "q")),
            Sheet("a", "Down", tags=("y", "z"), details=SHEET.details),
        ),
        (
            Change("a", add_details={"k": "3"}, drop_details=("l",)),
            Sheet("a", "Down", tags=("x", "y"), details={"k": "3"}),
        ),
        (
            Change("a", add_responders=({"name": "kilns"},)),
            Sheet("a", "Down", tags=("x", "y"), details=SHEET.details, responders=({"name": "kilns"},)),
        ),
    ],
)
def test_a_change_changes_what_it_names(change: Change, expected: Sheet) -> None:
    assert revised(SHEET, change) == expected
    assert revised(expected, change) == expected


async def test_what_is_written_comes_back_in_order_and_only_of_its_incident(store: SqliteStore) -> None:
    changes = [Change("a", add_tags=(f"t{number}",)) for number in range(2 * PAGE + 1)]
    for neighbour in (an_id(1), an_id(3)):
        await keep(store, neighbour, Sheet("b", "Other"))
    await keep(store, an_id(2), SHEET, *changes)

    written = await written_of(an_id(2), store)

    assert written == [SHEET, *changes]
    assert await written_of(an_id(4), store) == []


async def test_two_changes_at_the_same_moment_are_both_kept(store: SqliteStore) -> None:
    await keep(store, an_id(), SHEET)

    await asyncio.gather(
        keep(store, an_id(), Change("a", add_tags=("z",)), first=1),
        keep(store, an_id(), Change("a", drop_tags=("x",)), first=2),
    )

    found = latest(await written_of(an_id(), store))
    assert found is not None
    assert found.tags == ("y", "z")


def test_of_several_aliases_each_has_its_own_and_without_a_name_the_first_counts() -> None:
    written = [SHEET, Sheet("b", "Other"), Change("b", message="B"), Change("a", message="A"), Change("c", message="C")]

    assert [found.message for alias in ("", "a", "b") if (found := latest(written, alias))] == ["A", "A", "B"]
    assert latest(written, "c") is None


def test_an_alert_that_opens_again_begins_a_new_sheet() -> None:
    assert latest([SHEET, Change("a", message="Old"), Sheet("a", "New")]) == Sheet("a", "New")


def test_values_of_surprising_types_are_left_out_of_the_sheet() -> None:
    raw = '{"tags": ["a", 1, null, " "], "actions": "x", "responders": [1, {"name": "n", "id": 7}]}'

    found = sheet_of(an_alert(raw=raw, annotations={"k": "v"}, labels={"severity": "P3"}))

    assert (found.tags, found.actions, found.responders) == (("a",), (), ({"name": "n"},))
    assert (found.details, found.priority) == ({"k": "v"}, "P3")
