"""The independent witness: takes every page over HTTP and writes down when it came and what it named.

Run as `python -m bench.receiver PORT FILE`. A line of the file is `nanoseconds role key...`: CLOCK_MONOTONIC when the
whole request was there, and each alert named in it. What it knows is written when it is asked for (`GET /flush`).
"""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import TextIO

import httptools
import uvloop

_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
_NAMED = re.compile(rb'"(?:title|summary)": ?"[^"]*?\b([0-9a-f]{16})\b')
_READER = re.compile(rb'"reader": ?"(\w+)"')


class Witness(asyncio.Protocol):
    """One connection; `seen` is shared by all."""

    def __init__(self, seen: list[tuple[int, bytes]], log: TextIO) -> None:
        self._seen = seen
        self._log = log
        self._parser = httptools.HttpRequestParser(self)
        self._body = bytearray()
        self._asked = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._asked = url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        came = time.monotonic_ns()
        if self._asked == b"/page":
            self._seen.append((came, bytes(self._body)))
        elif self._asked == b"/flush":
            self._flush()
        self._transport.write(_OK)
        self._body.clear()

    def _flush(self) -> None:
        for came, body in self._seen:
            reader = _READER.search(body)
            keys = sorted(set(_NAMED.findall(body)))
            print(came, reader[1].decode() if reader else "-", *[key.decode() for key in keys], file=self._log)
        self._log.flush()
        self._seen.clear()


async def serve(port: int, path: Path) -> None:
    seen: list[tuple[int, bytes]] = []
    with path.open("w") as log:
        server = await asyncio.get_running_loop().create_server(lambda: Witness(seen, log), "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
