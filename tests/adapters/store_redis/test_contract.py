"""The Redis store keeps every promise of the port: on the oldest and newest server, behind Sentinels, on a cluster."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

from app.adapters.store_redis import RedisStore
from app.service.ports import Store
from tests.contracts.store_contract import StoreContract, other_store, store
from tests.redis_servers import Cluster, Kind, Server, Trio, a_cluster, a_sentinel_trio, a_server

__all__ = ["other_store", "store"]

pytestmark = pytest.mark.server


@pytest.fixture(scope="module", params=[*Kind, "sentinels", "cluster"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server | Trio | Cluster]:
    folder = tmp_path_factory.mktemp("server")
    several = {"sentinels": a_sentinel_trio, "cluster": a_cluster}
    with several[request.param](folder) if request.param in several else a_server(folder, request.param) as started:
        yield started


class OnServer:
    """A deployment of its own, so that one server does for all tests."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._deployment = token_hex(4)

    async def open(self) -> Store:
        return await RedisStore.open(self._url, self._deployment)


@pytest.fixture
def place(server: Server | Trio | Cluster) -> OnServer:
    return OnServer(server.url)


@pytest.fixture
def other_place(server: Server | Trio | Cluster) -> OnServer:
    return OnServer(server.url)


class TestRedisStore(StoreContract):
    pass
