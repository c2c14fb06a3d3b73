"""Ending a background task for certain: a library in between may swallow the first request."""

import asyncio

AGAIN = 0.5
"""Seconds."""


async def end(task: "asyncio.Task[None] | None") -> None:
    while task and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN)
