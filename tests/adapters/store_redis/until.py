"""Waiting for what happens by itself, with an end to it."""

import asyncio
import time
from collections.abc import Callable


async def until(holds: Callable[[], bool], within: float = 10.0) -> float:
    """Seconds that it took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within, "it has not come to that in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - start
