"""What processes on one store owe each other: one reply to a key, no use of a revoked token, a common reload."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.rules_yaml import load_rules
from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import Conflict, StoreUnavailable, Unauthorised, Unconfirmed
from app.service.idempotency import LONGEST_WORK, UNDER_WAY, Asked, Idempotency, Keep, Reply
from app.service.ports import Record, Store
from app.service.reload import call_for_reload, keep_version, last_call
from app.service.replicas import GONE_AFTER, Replica, announce, replicas, retire
from app.service.tokens import ASKED_AGAIN_AFTER, Scope, Tokens
from tests.stories.stage import RULES

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
ASKED = Asked("key-of-a-token", "POST /api/v1/incidents")


@dataclass(slots=True)
class StandingClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await SqliteStore.open(tmp_path / "oncall.db")
    yield opened
    await opened.close()


class Work:
    """Something to be done once, which takes a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.done = 0

    async def __call__(self, keep: Keep) -> Reply:
        await asyncio.sleep(0.1)
        self.done += 1
        reply = Reply(201, f"done {self.done}")
        await self._store.commit((), keep(reply))
        return reply


async def test_one_key_at_two_replicas_at_once_does_its_work_once(store: Store) -> None:
    work, clock = Work(store), StandingClock()
    here, there = Idempotency(store, clock), Idempotency(store, clock)

    replies = await asyncio.gather(here.answer(ASKED, work), there.answer(ASKED, work))

    assert [reply.body for reply in replies] == ["done 1", "done 1"]
    assert sorted(reply.replayed for reply in replies) == [False, True]
    assert await store.record(UNDER_WAY, ASKED.id) is None


async def test_a_replica_that_died_over_its_work_holds_a_key_for_a_while_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.idempotency.LOOK_SECONDS", 0.001)
    work, clock = Work(store), StandingClock()
    await store.put_record(Record(UNDER_WAY, ASKED.id, "{}", NOW + LONGEST_WORK))

    with pytest.raises(Conflict):
        await Idempotency(store, clock).answer(ASKED, work)
    clock.at += LONGEST_WORK
    reply = await Idempotency(store, clock).answer(ASKED, work)

    assert (reply.body, reply.replayed) == ("done 1", False)


async def test_work_that_fails_lets_go_of_its_key(store: Store) -> None:
    async def fails(keep: Keep) -> Reply:
        raise Unauthorised("no")

    idempotency = Idempotency(store, StandingClock())
    with pytest.raises(Unauthorised):
        await idempotency.answer(ASKED, fails)

    assert (await idempotency.answer(ASKED, Work(store))).body == "done 1"


async def test_work_under_a_key_is_done_while_the_stores_own_replicas_are_short(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = store.add_record

    async def unconfirmed(record: Record) -> bool:
        await add(record)
        raise Unconfirmed("0 of 1 replicas confirmed")

    monkeypatch.setattr(type(store), "add_record", lambda _, record: unconfirmed(record))

    assert (await Idempotency(store, StandingClock()).answer(ASKED, Work(store))).body == "done 1"


async def test_a_token_that_was_revoked_elsewhere_is_refused_within_seconds(store: Store) -> None:
    clock = StandingClock()
    here, there = Tokens(store, clock), Tokens(store, clock)
    secret = await here.create("a token", frozenset({Scope.READ}))
    await there.ask(secret, Scope.READ)
    (token,) = await here.listed()

    assert await here.revoke(token.id)

    clock.at += ASKED_AGAIN_AFTER
    with pytest.raises(Unauthorised):
        await there.ask(secret, Scope.READ)


async def test_a_revoked_token_is_refused_at_once_where_it_was_revoked(store: Store) -> None:
    tokens = Tokens(store, StandingClock())
    secret = await tokens.create("a token", frozenset({Scope.READ}))
    token = await tokens.ask(secret, Scope.READ)

    await tokens.revoke(token.id)

    with pytest.raises(Unauthorised):
        await tokens.ask(secret, Scope.READ)


async def test_a_known_token_is_good_while_the_store_is_away_and_an_unknown_one_is_not_judged(store: Store) -> None:
    clock = StandingClock()
    tokens = Tokens(store, clock)
    secret = await tokens.create("a token", frozenset({Scope.INGEST}))
    await tokens.ask(secret, Scope.INGEST)
    await store.close()
    clock.at += timedelta(hours=5)

    assert (await tokens.ask(secret, Scope.INGEST)).name == "a token"
    with pytest.raises(StoreUnavailable):
        await tokens.ask("another", Scope.INGEST)


async def test_every_token_is_good_while_the_store_is_away_but_those_revoked_before(store: Store) -> None:
    clock = StandingClock()
    here, there = Tokens(store, clock), Tokens(store, clock)
    kept, revoked = [await here.create(name, frozenset({Scope.INGEST})) for name in ("kept", "revoked")]
    await there.ask(revoked, Scope.INGEST)
    (token,) = [one for one in await here.listed() if one.name == "revoked"]
    await here.revoke(token.id)

    await there.refresh()
    await store.close()
    clock.at += timedelta(hours=5)

    assert (await there.ask(kept, Scope.INGEST)).name == "kept"
    with pytest.raises(StoreUnavailable):
        await there.ask(revoked, Scope.INGEST)


async def test_a_call_for_a_reload_is_heard_by_whoever_looks(store: Store) -> None:
    before = await last_call(store)

    await store.commit((), (call_for_reload(NOW),))
    first = await last_call(store)
    await store.commit((), (call_for_reload(NOW + timedelta(seconds=1)),))

    assert len({before, first, await last_call(store)}) == 3
    assert before == ""


async def test_replicas_that_load_the_same_rules_keep_them_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    rules = load_rules(tmp_path / "rules.yaml", tmp_path, {})
    for minute in range(3):
        await keep_version(replace(rules, version="one"), store, NOW + timedelta(minutes=minute))
    await keep_version(replace(rules, version="two"), store, NOW + timedelta(minutes=4))

    assert [record.id.rpartition("-")[2] for record in await store.records("rules")] == ["two", "one"]


async def test_a_replica_is_listed_until_it_retires_or_falls_silent(store: Store) -> None:
    one, two, three = (Replica(name, "api", "v1", 0, 0, NOW, NOW) for name in ("one", "two", "three"))
    for replica in (two, one, three):
        await announce(replica, store)
    await retire("two", store)

    assert await replicas(store, NOW) == [one, three]
    assert await replicas(store, NOW + GONE_AFTER) == []


async def test_what_a_newer_version_says_of_itself_besides_is_passed_over(store: Store) -> None:
    one = Replica("one", "api", "v1", 0, 0, NOW, NOW)
    await announce(one, store)
    record = await store.record("replica", "one")
    assert record

    await store.put_record(Record("replica", "one", record.body[:-1] + ', "colour": "red"}'))

    assert await replicas(store, NOW) == [one]
