"""Moving between stores: an exact copy or a refusal, whatever happens on the way."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import Encoder

from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import StoreUnavailable
from app.domain.notification import Notification
from app.service import migrate as module
from app.service.migrate import KIND, PROBE, UNFINISHED, Compared, MigrationRefused, Phase, Side, migrate
from app.service.ports import Parcel, Record, Store
from app.service.replicas import Replica, announce
from tests.builders import NINE, a_parcel, an_alert_row, an_entry, an_id, an_incident
from tests.stories.stage import VirtualClock
from tests.whole_stores import Whole, fill, whole

INCIDENTS, RECORDS, NOTICES = 8, 7, 3
written = Encoder(order="deterministic").encode


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("INCIDENTS_AT_ONCE", 3), ("RECORDS_AT_ONCE", 2), ("COUNTED_AT_ONCE", 4)):
        monkeypatch.setattr(module, name, size)


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "source.db")
    yield opened
    await opened.close()


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "target.db")
    yield opened
    await opened.close()


def side(store: Any, name: str) -> Side:
    return Side(store, name, VirtualClock(NINE))


def ignored(phase: Phase, done: int, total: int) -> None:
    """Nobody looks how far it is."""


async def move(source: Any, target: Any, told: Callable[[Phase, int, int], None] = ignored) -> Compared:
    return await migrate(side(source, "here"), side(target, "there"), written, told)


async def refusal(source: Any, target: Any) -> str:
    with pytest.raises(MigrationRefused) as caught:
        await move(source, target)
    return str(caught.value)


class Wrapped:
    """A real store, some methods of which are something else."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class Breaking(Wrapped):
    """Whoever moves dies at the numbered write, just before it or just after."""

    def __init__(self, store: Store, at: int, after: bool) -> None:
        super().__init__(store)
        self.at, self.after, self.writes = at, after, 0

    async def put_record(self, record: Record) -> None:
        await self._write(lambda: self.store.put_record(record))

    async def delete_record(self, kind: str, id: str) -> None:
        await self._write(lambda: self.store.delete_record(kind, id))

    async def unpack(self, *items: Any) -> None:
        await self._write(lambda: self.store.unpack(*items))

    async def _write(self, write: Callable[[], Any]) -> None:
        self.writes += 1
        if self.writes < self.at or self.after:
            await write()
        if self.writes == self.at:
            raise StoreUnavailable("planted")


class Counting(Wrapped):
    """Remembers what was put in."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.unpacked: list[str] = []

    async def unpack(
        self, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification]
    ) -> None:
        self.unpacked += [*(parcel.incident.id for parcel in parcels), *(record.id for record in records)]
        self.unpacked += [notice.key for notice in notices]
        await self.store.unpack(parcels, records, notices)


async def test_everything_is_moved_and_both_stores_say_the_same(source: SqliteStore, target: SqliteStore) -> None:
    before = await fill(source, INCIDENTS, RECORDS, NOTICES)

    compared = await move(source, target)

    assert compared.difference == ""
    for contents in (compared.source, compared.target):
        assert (contents.incidents, contents.records, contents.notices) == (INCIDENTS, RECORDS, NOTICES)
    assert compared.source.checksum == compared.target.checksum
    assert await whole(target) == await whole(source) == before


async def test_it_is_told_how_far_things_are(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    told: list[tuple[Phase, int, int]] = []

    await move(source, target, lambda *said: told.append(said))

    total = INCIDENTS + RECORDS + NOTICES
    assert [said for said in told if said[0] is Phase.COPY] == [
        (Phase.COPY, done, total) for done in (3, 6, 8, 10, 12, 14, 15, 17, 18)
    ]
    assert [said[1:] for said in told if said[0] is Phase.COMPARE] == [(done, total) for done in (3, 6, 9, 12, 15, 18)]


@pytest.mark.parametrize("after", [False, True])
async def test_a_run_that_broke_off_at_any_write_is_made_whole_by_the_next(
    source: SqliteStore, tmp_path: Path, after: bool
) -> None:
    before = await fill(source, INCIDENTS, RECORDS, NOTICES)
    writes = 0
    for at in range(1, 100):
        target = await SqliteStore.open(tmp_path / f"{at}.db")
        breaking = Breaking(target, at, after)
        broke = False
        try:
            await move(source, breaking)
        except StoreUnavailable:
            broke = True

        compared = await move(source, target)

        assert compared.difference == ""
        assert await whole(target) == before
        await target.close()
        if not broke:
            writes = breaking.writes
            break
    assert writes == 2 + 1 + 9 + 1  # the probe, the mark, the pages, the mark


async def test_what_is_there_already_is_not_written_again(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    with pytest.raises(StoreUnavailable):
        await move(source, Breaking(target, at=6, after=False))
    counting = Counting(target)

    await move(source, counting)

    assert counting.unpacked == [
        an_id(6),
        an_id(7),
        "000000",
        "000003",
        "000006",
        "000001",
        "000004",
        "000002",
        "000005",
        *(f"nag/{number}" for number in (1, 0, 2)),
    ]


async def test_what_changed_between_two_runs_is_carried_too(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    with pytest.raises(StoreUnavailable):
        await move(source, Breaking(target, at=10, after=True))
    await source.unpack([a_parcel(incident=an_incident(id=an_id(1), version=9))], [Record("audit", "000000", '"new"')])

    compared = await move(source, target)

    assert compared.difference == ""
    assert await whole(target) == await whole(source)


async def test_a_copy_that_is_whole_already_is_left_as_it_is(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    first = await move(source, target)
    counting = Counting(target)

    second = await move(source, counting)

    assert counting.unpacked == []
    assert second.difference == ""
    assert second.target.checksum == first.target.checksum


@pytest.mark.parametrize("what", ["incident", "record"])
async def test_a_target_that_holds_something_else_is_refused_untouched(
    source: SqliteStore, target: SqliteStore, what: str
) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    await target.unpack([a_parcel()] if what == "incident" else [], [Record("token", "1", "{}")])
    before = await whole(target)

    said = await refusal(source, target)

    assert said == (
        f"there is not empty and no copy of here (incident {an_id(0)} is in here only): "
        "name an empty store, or empty that one"
    )
    assert await whole(target) == before


async def test_a_target_begun_from_elsewhere_is_refused(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    with pytest.raises(StoreUnavailable):
        await migrate(side(source, "elsewhere"), side(Breaking(target, 6, after=True), "there"), written, ignored)
    before = await whole(target)

    assert await refusal(source, target) == (
        "there is half a migration from elsewhere: run that one again, or empty it"
    )
    assert await whole(target) == before


async def test_half_a_migration_is_no_source(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    with pytest.raises(StoreUnavailable):
        await move(source, Breaking(target, at=6, after=True))

    assert await refusal(target, source) == "here is half a migration itself: run that one again, to its end"


async def test_an_empty_source_is_refused(source: SqliteStore, target: SqliteStore) -> None:
    await source.put_record(Record(KIND, "left over", "{}"))

    assert await refusal(source, target) == "here is empty: see whether it is the store that you mean"
    assert await whole(target) == Whole([], [], [])


async def test_a_store_is_not_moved_into_itself_by_another_name(source: SqliteStore) -> None:
    before = await fill(source, INCIDENTS, RECORDS, NOTICES)

    assert await refusal(source, source) == "here and there are the same store: name two"
    assert await whole(source) == before


@pytest.mark.parametrize("busy", ["here", "there"])
async def test_a_store_that_a_server_works_on_is_refused(source: SqliteStore, target: SqliteStore, busy: str) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    seen_at = NINE - timedelta(seconds=59)
    replica = Replica("api-0:8080", "api", "v1", 0, 0, NINE, seen_at)
    await announce(replica, source if busy == "here" else target)

    said = await refusal(source, target)

    assert said == f"{busy} is in use by api-0:8080: stop them first (one that was killed is forgotten after a minute)"


async def test_a_server_that_was_killed_long_ago_is_in_nobodys_way(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    await announce(Replica("api-0:8080", "api", "v1", 0, 0, NINE, NINE - timedelta(seconds=60)), source)

    assert (await move(source, target)).difference == ""


async def test_a_probe_that_a_crash_left_in_the_source_is_not_carried(source: SqliteStore, target: SqliteStore) -> None:
    before = await fill(source, INCIDENTS, RECORDS, NOTICES)
    await source.put_record(Record(KIND, "left over", "{}"))

    assert (await move(source, target)).difference == ""
    assert await whole(target) == before


class Spoiling(Wrapped):
    """Puts something else in than it was told."""

    def __init__(self, store: Store, spoil: Callable[[Parcel | Record], Sequence[Parcel | Record]]) -> None:
        super().__init__(store)
        self.spoil = spoil

    async def unpack(
        self, parcels: Sequence[Parcel], records: Sequence[Record], notices: Sequence[Notification]
    ) -> None:
        items = [item for given in (*parcels, *records) for item in self.spoil(given)]
        await self.store.unpack(
            [item for item in items if isinstance(item, Parcel)],
            [item for item in items if isinstance(item, Record)],
            notices,
        )


def spoilt(id: str, **changes: Any) -> Callable[[Parcel | Record], Sequence[Parcel | Record]]:
    """The named item with changes, or left out when there are none."""

    def spoil(item: Parcel | Record) -> Sequence[Parcel | Record]:
        if id != (item.incident.id if isinstance(item, Parcel) else item.id):
            return [item]
        return [replace(item, **changes)] if changes else []

    return spoil


def doubled(item: Parcel | Record) -> Sequence[Parcel | Record]:
    return [item, replace(item, id=f"{item.id}+")] if isinstance(item, Record) and item.id == "000006" else [item]


@pytest.mark.parametrize(
    ("spoil", "difference", "same_counts"),
    [
        (spoilt(an_id(4)), f"incident {an_id(4)} is in here only", False),
        (spoilt("000001"), "record audit-log 000001 is in here only", False),
        (spoilt(an_id(7)), f"incident {an_id(7)} is in here only", False),
        (spoilt("000005"), "record tokens 000005 is in here only", False),
        (doubled, "record audit 000006+ is in there only", False),
        (spoilt(an_id(4), keys={}), f"incident {an_id(4)} differs in its keys", True),
        (
            spoilt(an_id(4), alerts=(an_alert_row(incident=an_id(4)),), timeline=(an_entry(what="other"),)),
            f"incident {an_id(4)} differs in its alerts, timeline",
            True,
        ),
        (spoilt(an_id(4), notifications=()), f"incident {an_id(4)} differs in its notifications", True),
        (spoilt("000001", body="{}"), "record audit-log 000001 differs in its body", True),
        (spoilt("000001", expires_at=NINE), "record audit-log 000001 differs in its expires_at", True),
    ],
)
async def test_a_copy_that_is_not_exact_is_found_out_and_put_right_by_the_next_run(
    source: SqliteStore,
    target: SqliteStore,
    spoil: Callable[[Parcel | Record], Sequence[Parcel | Record]],
    difference: str,
    same_counts: bool,
) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)

    compared = await move(source, Spoiling(target, spoil))

    assert compared.difference == difference
    assert compared.source.checksum != compared.target.checksum
    counts = [(contents.incidents, contents.records) for contents in (compared.source, compared.target)]
    assert (counts[0] == counts[1]) == same_counts
    assert await target.record(KIND, UNFINISHED)
    assert await target.record(KIND, PROBE) is None
    if spoil is not doubled:
        assert (await move(source, target)).difference == ""
        assert await whole(target) == await whole(source)


async def test_what_the_target_has_besides_stays_a_difference(source: SqliteStore, target: SqliteStore) -> None:
    await fill(source, INCIDENTS, RECORDS, NOTICES)
    with pytest.raises(StoreUnavailable):
        await move(source, Breaking(target, at=3, after=True))
    await target.unpack([a_parcel(incident=an_incident(id=an_id(99)))], [])

    compared = await move(source, target)

    assert compared.difference == f"incident {an_id(99)} is in there only"
    assert (compared.source.incidents, compared.target.incidents) == (INCIDENTS, INCIDENTS + 1)
