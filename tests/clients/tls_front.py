"""TLS in front of a plain server, for clients that speak nothing else: an authority is made for it, and forgotten."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class TlsFront:
    """`url` is how clients reach it, `authority` the file of the certificate that they have to trust."""

    url: str
    authority: Path

    @property
    def environment(self) -> dict[str, str]:
        """What makes a client of OpenSSL's trust it, and nobody else."""
        return {"SSL_CERT_FILE": str(self.authority)}


@contextmanager
def a_tls_front(port: int, place: Path) -> Iterator[TlsFront]:
    """Everything that comes goes to that port of this machine, and back, until the end of the block."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(place / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tls front")
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listening(port, context), loop).result()
    try:
        yield TlsFront(f"https://localhost:{server.sockets[0].getsockname()[1]}", place / "authority.pem")
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listening(port: int, context: ssl.SSLContext) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_passed(reader, to_writer), _passed(to_reader, writer))
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            for end in (writer, to_writer):
                end.transport.abort()

    return await asyncio.start_server(serve, "localhost", 0, ssl=context)


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    raise EOFError


async def _closed(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*others, return_exceptions=True)
