"""What the tests of the Redis store share: a server for a whole module, a deployment of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from secrets import token_hex

import pytest

from app.adapters.store_redis import RedisStore
from tests.redis_servers import Kind, Server, a_server
from tests.tcp_proxy import TcpProxy


@pytest.fixture(scope="module", params=list(Kind))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("server"), request.param) as started:
        yield started


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("valkey"), Kind.VALKEY) as started:
        yield started


@pytest.fixture
async def proxy(valkey: Server) -> AsyncIterator[TcpProxy]:
    started = TcpProxy(valkey.port)
    await started.start()
    yield started
    await started.stop()


class Stores:
    """Opens stores of one deployment, as many as a test wants, and closes them."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.deployment = token_hex(4)
        self._stack = stack

    async def open(self, url: str, **options: object) -> RedisStore:
        store = await RedisStore.open(url, self.deployment, **options)
        self._stack.push_async_callback(store.close)
        return store


@pytest.fixture
async def stores() -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        yield Stores(stack)
