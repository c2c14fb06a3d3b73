"""Sends alerts at a steady rate, or a number of them as fast as they are taken, and writes down when each was sent.

Run as `python -m bench.sender PORT SOURCE NAME COUNT ALERTS RATE START FILE`. A line of the file is `sent replied key`,
both in nanoseconds of CLOCK_MONOTONIC. Ends with an error when a reply is not 202.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.bodies import keys, webhook
from bench.serving import TOKEN

CONNECTIONS = 16


class Connection:
    """One kept connection: a request, then its whole reply."""

    def __init__(self, source: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._source = source
        self._reader = reader
        self._writer = writer

    async def post(self, body: bytes) -> tuple[int, int]:
        """When the request was handed to the kernel, and when its 202 had come."""
        head = (
            f"POST /webhooks/{self._source} HTTP/1.1\r\nhost: router\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {TOKEN}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        sent = time.monotonic_ns()
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(int(length.partition(b":")[2]))
        if not answer.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"refused: {answer[:200]!r}")
        return sent, time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate` is in requests a second; 0 sends the next one as soon as a connection is free."""

    port: int
    source: str
    name: str
    count: int
    alerts: int
    rate: float
    start: int


async def send(plan: Plan) -> list[str]:
    """A line for each request, by its first key."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Connection(plan.source, *await asyncio.open_connection("127.0.0.1", plan.port)))
    template, lines = webhook(plan.name), list[str]()
    begin, under_way = time.monotonic(), set[asyncio.Task[None]]()

    async def one(connection: Connection, names: list[str]) -> None:
        sent, replied = await connection.post(template.body(names, names[0]))
        lines.append(f"{sent} {replied} {names[0]}")
        free.put_nowait(connection)

    every = keys(plan.count * plan.alerts, plan.start)
    for number in range(plan.count):
        if plan.rate:
            await asyncio.sleep(begin + number / plan.rate - time.monotonic())
        names = [next(every) for _ in range(plan.alerts)]
        under_way.add(task := asyncio.create_task(one(await free.get(), names)))
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return lines


if __name__ == "__main__":
    port, source, name, count, alerts, rate, start, file = sys.argv[1:]
    plan = Plan(int(port), source, name, int(count), int(alerts), float(rate), int(start))
    Path(file).write_text("\n".join(uvloop.run(send(plan))))
