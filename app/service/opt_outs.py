"""Numbers that have answered STOP: no text message reaches them, so none is tried until they say START."""

import json
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import StoreUnavailable
from app.domain.message import Message
from app.domain.notification import Rejected, Result
from app.service.ports import Channel, Clock, Record, Store

KIND = "stopped-number"


@dataclass(frozen=True, slots=True)
class OptOuts:
    """One record a number, until it is taken back. Numbers are in international form."""

    store: Store
    clock: Clock

    async def stop(self, number: str) -> None:
        await self.store.put_record(Record(KIND, number, json.dumps({"at": self.clock.now().isoformat()})))

    async def start(self, number: str) -> None:
        await self.store.delete_record(KIND, number)

    async def every(self) -> frozenset[str]:
        """All numbers that have stopped."""
        return frozenset(record.id for record in await self.store.records(KIND))

    async def has_stopped(self, number: str) -> bool:
        return await self.store.record(KIND, number) is not None


class HeedsStop:
    """A channel that refuses at once what a number has asked not to get, so that the reader's next method is tried."""

    def __init__(self, channel: Channel, opt_outs: OptOuts) -> None:
        self.name = channel.name
        self._channel = channel
        self._opt_outs = opt_outs

    async def send(self, message: Message) -> Result:
        with suppress(StoreUnavailable):  # The provider knows it too, and says so.
            if await self._opt_outs.has_stopped(message.address):
                return Rejected("this number has answered STOP: it must send START to get text messages again")
        return await self._channel.send(message)
