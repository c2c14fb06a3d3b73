"""What the journal holds and nothing can be made of goes into quarantine, so that it holds up nothing behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.alert import Alert
from app.service.journalling import Answer
from app.service.ports import Clock, Store
from app.service.quarantine import keep_refused
from app.service.source_ports import Request

JOURNAL = "journal"
"""What stands for the source where it cannot be known."""


@dataclass(slots=True)
class PutAside:
    """`count` grows with every alert that was put aside, `refused` with every answer that came too late to count.
    `secrets` gives a source's secret, which some tools send in the body."""

    store: Store
    clock: Clock
    secrets: Callable[[str], str]
    keep: int
    new_id: Callable[[], str]
    count: int = 0
    refused: int = 0

    async def parts(self, parts: Sequence[tuple[Alert | Answer, str]]) -> None:
        """An answer needs no quarantine: it was to an incident that has moved on since."""
        for what, reason in parts:
            if isinstance(what, Answer):
                self.refused += 1
            else:
                await self._keep(what.source, what.raw.encode("utf-8", "replace"), reason)

    async def unread(self, entries: Sequence[tuple[int, bytes]]) -> None:
        for number, written in entries:
            await self._keep(JOURNAL, written, f"entry {number} of the journal cannot be read by this version")

    async def _keep(self, source: str, body: bytes, reason: str) -> None:
        request = Request("POST", f"/webhooks/{source}", {}, {}, body, self.clock.now())
        said = f"from the journal: {reason}"
        await keep_refused(source, said, request, self.secrets(source), self.store, self.keep, self.new_id)
        self.count += 1
