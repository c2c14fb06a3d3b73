"""Looks at the open incidents as many browsers would: `python -m bench.viewers PORT HOW_MANY COOKIE`.

Says `looking` once every one of them has been sent the piece, and looks until it is told to end. Then it says how many
changes the one has been shown that was shown fewest. Ends with an error when the server ends a stream.
"""

import asyncio
import signal
import sys

CHANGE = b"id: "
"""How an event begins that brings a piece; the others say that all is as it was."""


class Viewer:
    """One stream, read as it comes; `changes` counts pieces after the first."""

    def __init__(self) -> None:
        self.sees = asyncio.Event()
        self.changes = -1

    async def look(self, port: int, cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ask = f"GET /live/incidents HTTP/1.1\r\nhost: router\r\ncookie: {cookie}\r\naccept: text/event-stream\r\n\r\n"
        writer.write(ask.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0]:
            raise SystemExit(f"refused: {head[:200]!r}")
        while size := int(await reader.readline(), 16):
            event = await reader.readexactly(size + 2)
            if event.startswith(CHANGE):
                self.changes += 1
                self.sees.set()
        raise SystemExit("the server has ended a stream")


async def main(port: int, many: int, cookie: str) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    viewers = [Viewer() for _ in range(many)]
    async with asyncio.TaskGroup() as group:
        looking = [group.create_task(one.look(port, cookie)) for one in viewers]
        for one in viewers:
            await one.sees.wait()
        print("looking", flush=True)
        await told.wait()
        for task in looking:
            task.cancel()
    print(min(one.changes for one in viewers), flush=True)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
