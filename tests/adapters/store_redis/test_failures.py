"""What a connection may die of, in the words of the event loop that the service runs on."""

import asyncio

import pytest
import uvloop
from redis.exceptions import ConnectionError

from app.adapters.store_redis.failures import closed_is_lost

pytestmark = pytest.mark.server


async def _write_to_a_closed_connection() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    _, writer = await asyncio.open_connection(host, port)
    writer.transport.abort()
    await asyncio.sleep(0)
    server.close()
    with closed_is_lost():
        writer.writelines([b"PING\r\n"])


def test_a_write_to_a_connection_closed_underneath_it_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionError, match="the connection was closed"):
        uvloop.run(_write_to_a_closed_connection())


def test_any_other_fault_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="something else"), closed_is_lost():
        raise RuntimeError("something else")
