"""A wake-up for the loops: rung after a commit that left something to do; losing a ring costs only a poll."""

import asyncio
from contextlib import suppress


class Listener:
    """One loop's ear: any number of rings before a wait count as one."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.rung.wait()
        self.rung.clear()


class Bell:
    """Rings every listener."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self) -> Listener:
        listener = Listener()
        self._listeners.append(listener)
        return listener

    def ring(self) -> None:
        for listener in self._listeners:
            listener.rung.set()
