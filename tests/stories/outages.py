"""A stage on which the store can go away, lose its replies, or not be confirmed by its replicas."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.store_sqlite import SqliteStore
from app.domain.errors import Damaged, StoreUnavailable, Unconfirmed
from app.domain.incident import Decision
from app.service.ports import Record
from tests.stories.stage import RULES, Stage, stage

SHARED = "redis://127.0.0.1:1"
"""Named in the settings only, so that a journal is wanted: the store is handed in."""


class Switch:
    """A real store behind a switch. `away`: no call gets through. `loses_replies`: the next commit is carried out, but
    then it is away. `unconfirmed`: commits are carried out, on the primary alone. `refuses`: titles of incidents that
    it cannot keep. `full`: those that it has no room for now. `commits`: how many it takes before it goes away.
    `hangs`: a look for what is due has no answer."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.away = False
        self.loses_replies = False
        self.unconfirmed = False
        self.hangs = False
        self.refuses: set[str] = set()
        self.full: set[str] = set()
        self.commits = 1_000_000
        self.done: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            if self.away:
                raise StoreUnavailable("the store is out of reach")
            return await method(*arguments, **named)

        return call

    async def next_due(self) -> datetime | None:
        if self.hangs:
            await asyncio.Event().wait()
        return await self.__getattr__("next_due")()

    async def commit(self, decisions: Sequence[Decision], *arguments: Any, **named: Any) -> None:
        self.away = self.away or not self.commits
        if self.away:
            raise StoreUnavailable("the store is out of reach")
        if self.full & {decision.incident.title for decision in decisions if decision.incident}:
            raise StoreUnavailable("the store has no memory left")
        if self.refuses & {decision.incident.title for decision in decisions if decision.incident}:
            raise Damaged("a stored document cannot be read")
        await self.store.commit(decisions, *arguments, **named)
        self.commits -= 1
        doubt = f"commit-{len(self.done)}"
        self.done.add(doubt)
        if self.unconfirmed:
            raise Unconfirmed("0 of 1 replicas confirmed", doubt=doubt)
        if self.loses_replies:
            self.away, self.loses_replies = True, False
            raise StoreUnavailable("the reply was lost", doubt=doubt)

    async def put_record(self, record: Record) -> None:
        await self.__getattr__("put_record")(record)
        if self.unconfirmed:
            raise Unconfirmed("0 of 1 replicas confirmed")

    async def applied(self, doubt: str) -> bool:
        if self.away:
            raise StoreUnavailable("the store is out of reach")
        if self.unconfirmed and doubt in self.done:
            raise Unconfirmed("0 of 1 replicas confirmed", doubt=doubt)
        return doubt in self.done

    async def fail_over(self, path: Path) -> None:
        """A server takes over that has nothing of what was not confirmed."""
        await self.store.close()
        self.store = await SqliteStore.open(path)
        self.done.clear()
        self.unconfirmed = False

    async def close(self) -> None:
        """The store outlives a replica."""


@asynccontextmanager
async def replica(folder: Path, at: str, switch: Switch, rules: str = RULES, **settings: Any) -> AsyncIterator[Stage]:
    """One replica over that store, with its journal in `folder`."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - once, in a test
    fields = {"store": SHARED, "secret_key": "a key that all replicas have", "journal": folder / "journal"}
    async with stage(folder, at, rules, switch, **fields | settings) as story:
        yield story


@asynccontextmanager
async def switchable(tmp_path: Path) -> AsyncIterator[Switch]:
    switch = Switch(await SqliteStore.open(tmp_path / "oncall.db"))
    yield switch
    await switch.store.close()
