"""What an open incident costs in the server's memory; `pytest -s` prints the figure that docs/durability.md states."""

import pytest

from tests.adapters.store_redis.conftest import Stores
from tests.builders import a_decision, a_notification, an_alert_row, an_entry, an_id, an_incident
from tests.redis_servers import Server

pytestmark = pytest.mark.server

INCIDENTS = 10_000
AT_ONCE = 500
MOST_BYTES = 8_000


async def test_an_open_incident_with_its_rows_takes_a_few_kilobytes(server: Server, stores: Stores) -> None:
    store = await stores.open(server.url)
    with server.client() as client:
        before = client.info("memory")["used_memory"]

        for first in range(0, INCIDENTS, AT_ONCE):
            await store.commit([_crowded(an_id(n), n) for n in range(first, first + AT_ONCE)])

        each = (client.info("memory")["used_memory"] - before) / INCIDENTS
    print(f"\n{server.kind}: {each:.0f} bytes for an open incident with 2 alerts, 2 notifications, 3 entries")
    assert each < MOST_BYTES


def _crowded(id: str, number: int) -> object:
    return a_decision(
        incident=an_incident(id=id),
        alerts=tuple(an_alert_row(incident=id, key=f"a/alertmanager/{number}/{each}") for each in "ab"),
        notifications=tuple(a_notification(incident=id, reader=reader) for reader in ("asha", "ben")),
        timeline=(an_entry(), an_entry(what="paged"), an_entry(what="noted")),
    )
