"""The Redis store keeps every promise of the port, on the oldest and the newest server it supports."""

from secrets import token_hex

import pytest

from app.adapters.store_redis import RedisStore
from app.service.ports import Store
from tests.contracts.store_contract import StoreContract, other_store, store
from tests.redis_servers import Server

__all__ = ["other_store", "store"]

pytestmark = pytest.mark.server


class OnServer:
    """A deployment of its own, so that one server does for all tests."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._deployment = token_hex(4)

    async def open(self) -> Store:
        return await RedisStore.open(self._url, self._deployment)


@pytest.fixture
def place(server: Server) -> OnServer:
    return OnServer(server.url)


@pytest.fixture
def other_place(server: Server) -> OnServer:
    return OnServer(server.url)


class TestRedisStore(StoreContract):
    pass
