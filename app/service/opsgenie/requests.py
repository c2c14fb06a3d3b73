"""What became of a request that was answered "will be processed": clients ask for it, so it is kept for a day."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.service.ports import Record, Store

KIND = "opsgenie-request"
KEPT = timedelta(days=1)
UNKNOWN = "Alert does not exist"
"""Opsgenie's own words for a request that met no alert; clients may know the text."""


@dataclass(frozen=True, slots=True)
class Processed:
    """`action` is Opsgenie's word for what was asked. `alert` is the incident's id; it and `alias` are empty where the
    request came to nothing, and `status` says why."""

    action: str
    at: datetime
    success: bool
    status: str
    alert: str = ""
    alias: str = ""


def request_record(source: str, id: str, processed: Processed) -> Record:
    """For the commit that does what was asked. A request is found by the source that made it only."""
    body = {**asdict(processed), "at": processed.at.isoformat()}
    return Record(KIND, _id(source, id), json.dumps(body), expires_at=processed.at + KEPT)


async def processed(source: str, id: str, store: Store) -> Processed | None:
    record = await store.record(KIND, _id(source, id))
    if record is None:
        return None
    body = json.loads(record.body)
    return Processed(**{**body, "at": datetime.fromisoformat(body["at"])})


def _id(source: str, id: str) -> str:
    return f"{source}/{id}"
