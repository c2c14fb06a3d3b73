"""What a server's settings are worth, and that a commit counts only in as many places as were asked for."""

from pathlib import Path

import pytest

from app.adapters.store_redis.durability import Facts, judge
from app.domain.errors import StoreRefused, StoreUnavailable, Unconfirmed
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.builders import a_decision, an_id, an_incident
from tests.redis_servers import Kind, a_server

pytestmark = pytest.mark.server

NO_FILE = "the server keeps no append-only file, so a restart loses commits: set appendonly yes"
EVERY_SECOND = (
    "the server writes to disk once a second (appendfsync everysec), so a power cut loses up to two seconds: "
    "set appendfsync always"
)
LEFT_TO_THE_SYSTEM = (
    "the server leaves writing to disk to the system (appendfsync no), so a power cut loses commits: "
    "set appendfsync always"
)
WHILE_REWRITING = (
    "the server does not write through to disk while it rewrites its file: set no-appendfsync-on-rewrite no"
)
THROWS_AWAY = (
    "the server throws keys away when its memory is full (maxmemory-policy allkeys-lru): "
    "set maxmemory-policy noeviction"
)
UNSEEN = "the server forbids CONFIG, so nobody can see whether a commit is on disk: allow this user CONFIG GET"
OLD, NEW = Kind.REDIS, Kind.VALKEY


@pytest.mark.parametrize(
    ("kind", "settings", "fault"),
    [
        (OLD, {"appendonly": "no"}, NO_FILE),
        (NEW, {"appendonly": "no"}, NO_FILE),
        (OLD, {"appendfsync": "everysec"}, EVERY_SECOND),
        (NEW, {"appendfsync": "everysec"}, EVERY_SECOND),
        (OLD, {"appendfsync": "no"}, LEFT_TO_THE_SYSTEM),
        (NEW, {"appendfsync": "no"}, LEFT_TO_THE_SYSTEM),
        (OLD, {"no_appendfsync_on_rewrite": "yes"}, WHILE_REWRITING),
        (OLD, {"maxmemory": "100mb", "maxmemory_policy": "allkeys-lru"}, THROWS_AWAY),
        (NEW, {"maxmemory": "100mb", "maxmemory_policy": "allkeys-lru"}, THROWS_AWAY),
        (OLD, {"rename_command": 'CONFIG ""'}, UNSEEN),
        (NEW, {"rename_command": 'CONFIG ""'}, UNSEEN),
    ],
)
async def test_weak_settings_are_refused_or_told(
    tmp_path: Path, stores: Stores, kind: Kind, settings: dict[str, str], fault: str
) -> None:
    with a_server(tmp_path, kind, **settings) as server:
        with pytest.raises(StoreRefused) as caught:
            await stores.open(server.url)
        relaxed = await stores.open(server.url, strict=False)
        await relaxed.commit([a_decision()])

    assert str(caught.value).startswith(fault)
    assert relaxed.doubts == (fault,)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (OLD, {}),
        (NEW, {}),
        (OLD, {"maxmemory": "100mb", "maxmemory_policy": "noeviction"}),
    ],
)
async def test_settings_that_keep_the_promise_are_taken(
    tmp_path: Path, stores: Stores, kind: Kind, settings: dict[str, str]
) -> None:
    with a_server(tmp_path, kind, **settings) as server:
        store = await stores.open(server.url)
        await store.commit([a_decision()])

        assert store.doubts == ()


async def test_replicas_that_the_server_does_not_insist_on_are_told() -> None:
    facts = Facts(
        aof=True, fsync="always", no_fsync_on_rewrite=False, maxmemory=0, eviction="noeviction", min_replicas=0
    )

    verdict = judge(facts, replicas=2, fails_over=True)

    assert verdict.faults == ()
    assert verdict.remarks == (
        "with fewer than 2 replicas the server still takes commits, which are then reported as unconfirmed: "
        "set min-replicas-to-write 2 to have it refuse them",
    )


async def test_a_commit_that_no_replica_has_is_unconfirmed_and_takes_its_course(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path / "0") as server:
        store = await stores.open(server.url, replicas=1)
        with pytest.raises(Unconfirmed, match="only 0 of 1 replicas") as caught:
            await store.commit([a_decision()])

        with pytest.raises(Unconfirmed):
            await store.applied(caught.value.doubt)
        assert set((await store.load([], [an_id()])).incidents) == {an_id()}
        mark = f"{{{stores.deployment}}}:done:{caught.value.doubt}"
        with server.client() as client:
            await until(lambda: client.pttl(mark) > 6 * 24 * 60 * 60 * 1000)
        with a_server(tmp_path / "1", replicaof=f"127.0.0.1 {server.port}") as replica, replica.client() as client:
            await until(lambda: client.exists(mark))
            assert await store.applied(caught.value.doubt)


async def test_a_commit_that_a_replica_has_counts(tmp_path: Path, stores: Stores) -> None:
    with (
        a_server(tmp_path / "0") as primary,
        a_server(tmp_path / "1", replicaof=f"127.0.0.1 {primary.port}") as replica,
    ):
        with replica.client() as client:
            await until(lambda: client.info("replication")["master_link_status"] == "up")
        store = await stores.open(primary.url, replicas=1)

        await store.commit([a_decision()])

        with replica.client() as client:
            assert client.hlen(f"{{{stores.deployment}}}:incidents") == 1
        replica.kill()
        with pytest.raises(Unconfirmed):
            await store.commit([a_decision(incident=an_incident(id=an_id(2)))])


async def test_too_few_replicas_for_the_server_itself_is_no_doubt(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path, min_replicas_to_write="1") as server:
        store = await stores.open(server.url, replicas=1)

        with pytest.raises(StoreUnavailable, match="fewer replicas than its min-replicas-to-write") as caught:
            await store.commit([a_decision()])

    assert caught.value.doubt == ""


async def test_settings_that_become_weak_put_a_strict_store_away(tmp_path: Path, stores: Stores) -> None:
    with a_server(tmp_path) as server:
        store = await stores.open(server.url)
        server.kill()
        (tmp_path / "server.conf").write_text(
            (tmp_path / "server.conf").read_text().replace("appendonly yes", "appendonly no")
        )
        await until(lambda: not store.is_up)
        server.start()

        await until(lambda: store.reason == NO_FILE)
        with pytest.raises(StoreUnavailable, match="keeps no append-only file"):
            await store.next_due()
