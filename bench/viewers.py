"""Looks at the open incidents as many browsers would: `python -m bench.viewers PORT HOW_MANY COOKIE`.

Says `looking` once every one of them has been sent something, and looks until it is killed.
"""

import asyncio
import sys

PIECE = 1 << 16


async def main(port: int, many: int, cookie: str) -> None:
    first = [asyncio.get_running_loop().create_future() for _ in range(many)]
    looking = [asyncio.create_task(look(port, cookie, one)) for one in first]
    await asyncio.gather(*first)
    print("looking", flush=True)
    await asyncio.gather(*looking)


async def look(port: int, cookie: str, first: "asyncio.Future[None]") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ask = f"GET /live/incidents HTTP/1.1\r\nhost: router\r\ncookie: {cookie}\r\naccept: text/event-stream\r\n\r\n"
    writer.write(ask.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0], head
    while await reader.read(PIECE):
        if not first.done():
            first.set_result(None)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
