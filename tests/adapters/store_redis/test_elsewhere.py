"""Servers that the store has to find: Sentinels' primary, also after it died, and a cluster's owner of our slot."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import StoreUnavailable, Unconfirmed
from app.service.ports import IncidentQuery, Record
from tests.adapters.store_redis.conftest import Stores
from tests.adapters.store_redis.until import until
from tests.builders import NINE, a_decision, an_id, an_incident
from tests.contracts.store_rig import LEASE
from tests.redis_servers import Cluster, Kind, a_cluster, a_sentinel_trio, go_on, pause

pytestmark = pytest.mark.server

FAILS_OVER = "when a replica takes over, commits that it has not got yet are lost"


@pytest.mark.parametrize("kind", list(Kind))
async def test_when_the_primary_dies_the_store_works_again_by_itself(
    tmp_path: Path, stores: Stores, kind: Kind
) -> None:
    with a_sentinel_trio(tmp_path, kind) as trio:
        store = await stores.open(trio.url, replicas=1)
        other = await stores.open(trio.url)
        assert other.doubts[0].startswith(FAILS_OVER)
        await store.commit([a_decision()])
        dead = trio.primary

        dead.kill()
        took = await _until_it_commits(store, 2)

        assert took < 15
        assert trio.primary is not dead
        await until(lambda: other.is_up)
        assert set((await other.load([], [an_id(), an_id(2)])).incidents) == {an_id(), an_id(2)}


async def test_a_paused_primary_that_wakes_up_again_takes_no_more_commits(tmp_path: Path, stores: Stores) -> None:
    with a_sentinel_trio(tmp_path) as trio:
        store = await stores.open(trio.url, replicas=1)
        await store.commit([a_decision()])
        old = trio.primary

        pause(old)
        await _until_it_commits(store, 2)
        go_on(old)
        await _until_it_commits(store, 3)

        assert trio.primary is not old
        await until(lambda: _role(old) == "slave", within=20)
        assert set((await store.load([], [an_id(n) for n in (1, 2, 3)])).incidents) == {an_id(1), an_id(2), an_id(3)}


async def _until_it_commits(store: object, number: int) -> float:
    """Seconds; a commit that was in doubt is asked about before it is tried again."""
    begun = asyncio.get_running_loop().time()
    doubt = ""
    while True:
        try:
            if not (doubt and await store.applied(doubt)):
                await store.commit([a_decision(incident=an_incident(id=an_id(number)))])
            return asyncio.get_running_loop().time() - begun
        except Unconfirmed as error:
            doubt = error.doubt
        except StoreUnavailable as error:
            doubt = error.doubt or doubt
        assert asyncio.get_running_loop().time() - begun < 40
        await asyncio.sleep(0.2)


def _role(server: object) -> str:
    with server.client() as client:
        return client.info("replication")["role"]


@pytest.fixture(scope="module", params=list(Kind))
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with a_cluster(tmp_path_factory.mktemp("cluster"), request.param) as started:
        yield started


async def test_a_cluster_keeps_a_deployment_on_one_of_its_servers(cluster: Cluster, stores: Stores) -> None:
    store, other = await stores.open(cluster.url), await stores.open(cluster.url)
    rung: list[str] = []
    await stores.open(cluster.url, ring=lambda: rung.append("rung"))
    await asyncio.sleep(0.3)

    await store.commit([a_decision(incident=an_incident(id=an_id(n)), keys=(f"g/x/{n}",)) for n in range(20)])
    await store.add_record(Record("tokens", "1", "{}"))

    now = NINE.replace(hour=12)
    assert len(await other.claim_due(now, LEASE, 50)) == 20
    rows = await other.claim_notifications(now, LEASE, 50)
    await other.settle(rows)
    assert len(rows) == 20
    assert len(await other.incidents(IncidentQuery(squad="payments", limit=50))) == 20
    assert len(await other.parcels("", 50)) == 20
    await until(lambda: bool(rung))
    owner = cluster.owner(f"{{{stores.deployment}}}:incidents")
    for server in cluster.servers:
        with server.client() as client:
            ours = list(client.scan_iter(match=f"*{stores.deployment}*"))
            assert bool(ours) == (server is owner)


async def test_several_deployments_spread_over_a_cluster(cluster: Cluster, stores: Stores) -> None:
    for n in range(12):
        stores.deployment = f"oncall-{n}"
        store = await stores.open(cluster.url)
        await store.commit([a_decision()])
        assert set((await store.load([], [an_id()])).incidents) == {an_id()}


async def test_a_slot_that_moves_is_followed(cluster: Cluster, stores: Stores) -> None:
    store = await stores.open(cluster.url)
    with cluster.servers[0].client() as client:
        slot = client.execute_command("CLUSTER KEYSLOT", f"{{{stores.deployment}}}")
    owner = cluster.owner(f"{{{stores.deployment}}}")
    other = next(server for server in cluster.servers if server is not owner)
    await until(lambda: store.is_up)

    _move(slot, owner, other, cluster)
    await _until_it_commits(store, 1)

    with other.client() as client:
        assert client.hlen(f"{{{stores.deployment}}}:incidents") == 1


def _move(slot: int, source: object, target: object, cluster: Cluster) -> None:
    with source.client() as old, target.client() as new:
        here, there = old.execute_command("CLUSTER MYID").decode(), new.execute_command("CLUSTER MYID").decode()
        new.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", here)
        old.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", there)
        for key in old.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 100):
            old.execute_command("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)
        for server in (target, source, *cluster.servers):
            with server.client() as client:
                client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", there)
