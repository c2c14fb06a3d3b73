"""Runbooks that did not help, by incident, until somebody has settled each."""

import json
from dataclasses import asdict
from datetime import datetime

from app.domain.errors import NotFound
from app.domain.runbook_debt import RunbookDebt, settled
from app.service.ports import Record, Store
from app.service.scanning import scan

KIND = "runbook-debt"


def debt_record(debt: RunbookDebt) -> Record:
    return Record(KIND, debt.id, json.dumps(asdict(debt), default=lambda at: at.isoformat()))


async def debts(store: Store, limit: int, before: str = "", settled_too: bool = False) -> list[RunbookDebt]:
    """Newest incident first, with ids below `before` when it is given."""
    return await scan(store, KIND, _read, lambda one: settled_too or one.settled_at is None, limit, before)


async def settled_debt(id: str, by: str, at: datetime, store: Store) -> RunbookDebt:
    """That debt as it is once it is settled; nothing is stored yet. Raises `NotFound`."""
    record = await store.record(KIND, id)
    if record is None:
        raise NotFound(f"incident {id[:40]!r} has left no runbook debt")
    return settled(_read(record), by, at)


def _read(record: Record) -> RunbookDebt:
    body = json.loads(record.body)
    instants = {
        name: datetime.fromisoformat(body[name]) if body[name] else None for name in ("opened_at", "settled_at")
    }
    return RunbookDebt(**body | instants)
