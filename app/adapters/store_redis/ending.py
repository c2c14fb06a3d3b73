"""Ending a background task for good."""

import asyncio


async def end(task: "asyncio.Task[None] | None") -> None:
    """Cancelled until it has ended: a cancellation that meets a time-out of the client's own may be swallowed there."""
    while task and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)
