"""What every store promises of rows that belong to no incident, and of records of which none may exist yet."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.errors import Conflict
from app.domain.notification import NotificationState
from app.domain.replacing import replace
from app.service.ports import Record, Store
from tests.builders import NINE, a_decision, a_notice
from tests.contracts.store_rig import LEASE, MINUTE, Place


class NoticesContract:
    async def test_a_notice_is_claimed_and_settled_like_a_page(self, store: Store) -> None:
        notice = a_notice("cover/1/asha")

        await store.commit((), [Record("cover", "1", "{}")], notices=[notice])

        assert await store.next_due() == NINE
        assert await store.claim_notifications(NINE, LEASE, limit=5) == [notice]
        done = replace(notice, state=NotificationState.DONE, due_at=None)
        await store.settle([done])
        assert await store.notifications(notice.incident) == [done]
        assert await store.next_due() is None
        assert await store.record("cover", "1") == Record("cover", "1", "{}")

    async def test_a_notice_of_a_known_key_is_left_as_it_is(self, store: Store) -> None:
        notice = a_notice("nag/1")
        await store.commit((), notices=[notice])
        await store.claim_notifications(NINE, LEASE, limit=5)
        done = replace(notice, state=NotificationState.DONE, due_at=None)
        await store.settle([done])

        await store.commit((), notices=[replace(notice, created_at=NINE + MINUTE, due_at=NINE + MINUTE)])

        assert await store.notices("", limit=5) == [done]
        assert await store.claim_notifications(NINE + 60 * MINUTE, LEASE, limit=5) == []

    async def test_notices_are_listed_by_id_and_are_no_incidents(self, store: Store) -> None:
        ours = sorted((a_notice(f"nag/{number}") for number in range(5)), key=lambda one: one.incident)
        await store.commit([a_decision()], notices=ours)

        first = await store.notices("", limit=2)
        rest = await store.notices(first[-1].incident, limit=9)

        assert [*first, *rest] == ours
        assert len(await store.parcels("", limit=9)) == 1
        assert (await store.load((), [ours[0].incident])).incidents == {}

    async def test_old_notices_are_forgotten_with_their_rows(self, store: Store) -> None:
        old, new = a_notice("old"), a_notice("new", created_at=NINE + 2 * MINUTE)
        await store.commit((), notices=[old, new])

        assert await store.forget(NINE + MINUTE, limit=5) == 1

        assert await store.notices("", limit=5) == [new]
        assert await store.notifications(old.incident) == []
        assert await store.claim_notifications(NINE + MINUTE, LEASE, limit=5) == [new]

    async def test_notices_are_unpacked_as_they_were(self, store: Store, other_store: Store) -> None:
        waiting, over = a_notice("waiting"), a_notice("over", due_at=None, state=NotificationState.DONE)
        await store.commit((), notices=[waiting, over])

        await other_store.unpack([], [], await store.notices("", limit=9))
        await other_store.unpack([], [], await store.notices("", limit=9))

        assert await other_store.notices("", limit=9) == await store.notices("", limit=9)
        assert await other_store.claim_notifications(NINE, LEASE, limit=5) == [waiting]

    async def test_notices_survive_closing(self, store: Store, place: Place) -> None:
        await store.commit((), notices=[a_notice("kept")])
        await store.close()

        again = await place.open()

        assert await again.notices("", limit=5) == [a_notice("kept")]
        await again.close()


class FreshContract:
    async def test_of_two_that_want_the_same_new_record_one_is_first(self, store: Store) -> None:
        def take(who: str) -> object:
            notice = a_notice(f"cover/7/{who}")
            return store.commit([], [Record("audit", who, "{}")], notices=[notice], fresh=[Record("taken", "7", who)])

        outcomes = await asyncio.gather(take("asha"), take("ben"), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        winner = "asha" if outcomes[0] is None else "ben"
        assert await store.record("taken", "7") == Record("taken", "7", winner)
        assert [record.id for record in await store.records("audit")] == [winner]
        assert [notice.key for notice in await store.notices("", limit=5)] == [f"cover/7/{winner}"]

    async def test_a_record_that_is_known_lets_nothing_of_the_call_be_written(self, store: Store) -> None:
        await store.put_record(Record("taken", "7", "asha", NINE + timedelta(days=1)))

        with pytest.raises(Conflict, match="7"):
            await store.commit([a_decision()], fresh=[Record("taken", "8", "ben"), Record("taken", "7", "ben")])

        assert await store.parcels("", limit=5) == []
        assert await store.record("taken", "8") is None
