"""A server that goes away and comes back: the store fails at once meanwhile, and works again by itself."""

import asyncio
import time
from pathlib import Path

import pytest

from app.adapters.store_redis import RedisStore
from app.adapters.store_redis.heartbeat import CAME_BACK_EMPTY
from app.domain.errors import StoreRefused, StoreUnavailable
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.builders import a_decision, an_id, an_incident
from tests.redis_servers import Kind, Server, a_server, free_port

pytestmark = pytest.mark.server


@pytest.fixture(params=list(Kind))
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


async def test_a_store_opens_while_its_server_is_away_and_works_when_it_comes(tmp_path: Path, stores: Stores) -> None:
    server = Server(tmp_path)
    store = await stores.open(server.url)

    assert not store.is_up
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await store.commit([a_decision()])
    assert time.monotonic() - begun < 0.1
    assert store.reason

    server.start()
    try:
        assert await until(lambda: store.is_up) < 3
        await store.commit([a_decision()])
        assert store.reason == ""
    finally:
        server.kill()


async def test_a_server_that_is_killed_and_comes_back_has_what_was_committed(
    tmp_path: Path, kind: Kind, stores: Stores
) -> None:
    with a_server(tmp_path, kind) as server:
        store = await stores.open(server.url)
        await store.commit([a_decision()])

        server.kill()
        with pytest.raises(StoreUnavailable):
            await store.commit([a_decision(incident=an_incident(id=an_id(2)))])
        await until(lambda: not store.is_up)
        server.start()
        assert await until(lambda: store.is_up) < 3

        await store.commit([a_decision(incident=an_incident(id=an_id(3)))])
        loaded = await store.load([], [an_id(n) for n in (1, 2, 3)])
        assert set(loaded.incidents) == {an_id(1), an_id(3)}


async def test_a_restart_during_a_call_is_bridged(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path) as server:
        store = await stores.open(server.url)
        await store.commit([a_decision()])

        await asyncio.to_thread(server.restart)

        assert set((await store.load([], [an_id()])).incidents) == {an_id()}


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(
    tmp_path: Path, kind: Kind, stores: Stores
) -> None:
    acknowledged: list[str] = []
    with a_server(tmp_path, kind) as server:
        store = await stores.open(server.url)

        async def commit(numbers: range) -> None:
            for n in numbers:
                try:
                    await store.commit([a_decision(incident=an_incident(id=an_id(n)))])
                    acknowledged.append(an_id(n))
                except StoreUnavailable:
                    await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(commit(range(start, start + 200))) for start in range(0, 1600, 200)]
        for _ in range(2):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(server.restart)
        await asyncio.gather(*tasks)
        await until(lambda: store.is_up)

        kept = set((await store.load([], acknowledged)).incidents)
    assert len(acknowledged) > 100
    assert set(acknowledged) - kept == set()


async def test_a_server_whose_memory_is_full_takes_nothing_and_can_still_be_read(
    tmp_path: Path, kind: Kind, stores: Stores
) -> None:
    with a_server(tmp_path, kind) as server:
        store = await stores.open(server.url)
        await store.commit([a_decision()])
        with server.client() as client:
            client.config_set("maxmemory", "100kb")

        with pytest.raises(StoreUnavailable, match="memory is full") as caught:
            await store.commit([a_decision(incident=an_incident(id=an_id(2)))])

        assert caught.value.doubt == ""
        assert store.is_up
        assert set((await store.load([], [an_id(), an_id(2)])).incidents) == {an_id()}


async def test_a_password_is_used_and_never_told(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path, requirepass="sesame") as server:
        url = f"redis://:{{}}@127.0.0.1:{server.port}"
        good, bad = await stores.open(url.format("sesame")), await stores.open(url.format("open-up"))

        assert good.is_up
        with pytest.raises(StoreUnavailable, match="refuses the user or password") as caught:
            await bad.next_due()
    assert "open-up" not in f"{caught.value!r} {bad.reason} {bad!r} {bad.__dict__}"


async def test_what_a_newer_version_wrote_is_refused(valkey: Server, stores: Stores) -> None:
    with valkey.client() as client:
        client.set(f"{{{stores.deployment}}}:schema", 2)

    with pytest.raises(StoreRefused, match=r"newer version \(schema 2, this one knows 1\)"):
        await stores.open(valkey.url)


async def test_a_newer_version_that_comes_later_puts_the_store_away(valkey: Server, stores: Stores) -> None:
    store = await stores.open(valkey.url)
    with valkey.client() as client:
        client.set(f"{{{stores.deployment}}}:schema", 2)

    await until(lambda: not store.is_up)

    with pytest.raises(StoreUnavailable, match="newer version"):
        await store.next_due()


async def test_a_replica_is_no_store(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path / "0") as primary, a_server(tmp_path / "1", replicaof=f"127.0.0.1 {primary.port}") as other:
        store = await stores.open(other.url)

        assert (store.is_up, store.reason) == (False, "it is a replica and takes no writes")


async def test_nothing_listens_there(stores: Stores) -> None:
    store = await RedisStore.open(f"redis://127.0.0.1:{free_port()}", "x")

    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="it is closed"):
        await store.next_due()


async def test_a_store_that_comes_back_empty_says_so(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path) as server:
        store = await stores.open(server.url)
        await store.commit([a_decision()])
        with server.client() as client:
            client.flushall()

        await until(lambda: store.doubts == (CAME_BACK_EMPTY,))

        again = await stores.open(server.url)
        assert again.doubts == ()
