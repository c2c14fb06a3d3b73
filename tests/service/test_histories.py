"""Incidents of a stretch of time are found by their ids, page by page, whatever lies around them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.ids import id_maker
from app.adapters.store_sqlite import SqliteStore
from app.domain.incident import Decision, Outcome
from app.service import histories
from app.service.histories import first_id, opened_between, touched_between
from tests.builders import NINE, an_entry, an_incident

HOUR = timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "oncall.db")
    yield opened
    await opened.close()


async def kept(store: SqliteStore, *opened: datetime, updated: datetime | None = None) -> list[str]:
    """Incidents that were opened then; their ids."""
    ids = []
    for at in opened:
        id = id_maker(lambda at=at: at)()  # type: ignore[misc]
        incident = an_incident(id=id, opened_at=at, updated_at=updated or at, dedup_key=id)
        await store.commit([Decision(incident, Outcome.OPENED, timeline=(an_entry(at=at),))])
        ids.append(id)
    return ids


def test_the_first_id_of_an_instant_is_at_most_any_that_is_given_out_then() -> None:
    for at in (datetime(2020, 1, 1, tzinfo=UTC), NINE, datetime(2088, 1, 1, tzinfo=UTC)):
        id = id_maker(lambda at=at: at)()  # type: ignore[misc]
        assert first_id(at) <= id < first_id(at + timedelta(milliseconds=1))
    assert first_id(datetime(2000, 1, 1, tzinfo=UTC)) == "0" * 16
    assert len(first_id(datetime(2200, 1, 1, tzinfo=UTC))) == 16


async def test_those_that_were_opened_in_time_come_newest_first(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "PAGE", 3)
    ids = await kept(store, *(NINE + n * HOUR for n in range(-100, 100)))

    found = [
        (incident.id, trail.timeline[0].at) async for incident, trail in opened_between(store, NINE, NINE + 5 * HOUR)
    ]

    assert found == [(ids[100 + n], NINE + n * HOUR) for n in (4, 3, 2, 1, 0)]


async def test_what_was_accepted_long_before_it_was_opened_is_found(store: SqliteStore) -> None:
    id = id_maker(lambda: NINE - 20 * HOUR)()
    incident = an_incident(id=id, opened_at=NINE)
    await store.commit([Decision(incident, Outcome.OPENED)])

    assert [one.id async for one, _ in opened_between(store, NINE, NINE + HOUR)] == [id]


async def test_what_something_happened_to_is_found_however_old(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "PAGE", 2)
    (old,) = await kept(store, NINE - 9000 * HOUR, updated=NINE)
    await kept(store, NINE - 300 * HOUR)
    (new,) = await kept(store, NINE + HOUR)
    await kept(store, NINE + 100 * HOUR)

    assert [one.id async for one, _ in touched_between(store, NINE, NINE + 2 * HOUR)] == [new, old]
