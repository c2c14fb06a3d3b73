"""A TCP proxy that spoils the connection to a server as told: slow, cut, silent or refusing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

CHUNK = 1 << 16


class Mode(StrEnum):
    """What happens to what is sent from now on, on old connections too. `CUT_REPLY` resets a connection instead of
    passing its next reply on, once; the others last. `BLACK_HOLE` takes everything and answers nothing."""

    PASS = "pass"
    SLOW = "slow"
    CUT_REPLY = "cut reply"
    BLACK_HOLE = "black hole"
    REFUSE = "refuse"


class TcpProxy:
    """Runs on the loop that started it; `mode` may be set from any thread, at any time."""

    def __init__(self, port: int, latency: float = 0.1) -> None:
        self.mode = Mode.PASS
        self.port = 0
        self.latency = latency
        self.cuts = 0
        self._server_port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._marks: tuple[bytes, ...] = ()
        self._then = Mode.PASS

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()

    def cut_reply_to(self, *marks: bytes, then: Mode = Mode.PASS) -> None:
        """Let the server answer the next request that holds one of these, and reset instead of passing that on."""
        self._marks, self._then = marks, then
        self.mode = Mode.CUT_REPLY

    def reset(self) -> None:
        """End every connection there is, without a word."""
        for writer in self._connections:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.REFUSE:
            writer.transport.abort()
            return
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        ends = {writer, to_writer}
        self._connections |= ends
        watched = [False]
        try:
            await asyncio.gather(
                self._pass(reader, to_writer, watched, to_server=True),
                self._pass(to_reader, writer, watched, to_server=False),
            )
        except (OSError, EOFError):
            pass
        finally:
            self._connections -= ends
            for end in ends:
                end.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, watched: list[bool], to_server: bool
    ) -> None:
        """`watched` tells both directions of a connection whether it carries a request whose reply is to be cut."""
        while data := await reader.read(CHUNK):
            if self.mode is Mode.SLOW:
                await asyncio.sleep(self.latency)
            if self.mode is Mode.REFUSE:
                break
            if self.mode is Mode.BLACK_HOLE:
                continue
            if self.mode is Mode.CUT_REPLY:
                if to_server:
                    watched[0] = watched[0] or any(mark in data for mark in self._marks)
                elif watched[0]:
                    self.mode, self.cuts = self._then, self.cuts + 1
                    break
            writer.write(data)
            await writer.drain()
        raise EOFError


@contextmanager
def a_proxy_in_a_thread(port: int) -> Iterator[TcpProxy]:
    """For servers that are used by other processes than the test's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = TcpProxy(port)
    asyncio.run_coroutine_threadsafe(proxy.start(), loop).result()
    try:
        yield proxy
    finally:
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_stop_all(proxy), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop_all(proxy: TcpProxy) -> None:
    await proxy.stop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
