"""Tools whose body a user writes are taken over HTTP by a token in the address, whatever they send."""

from pathlib import Path

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

FIXTURES = Path(__file__).parents[2] / "adapters" / "sources" / "fixtures"
TOOLS = (
    *("elastic-kibana", "zabbix", "nagios", "icinga2", "uptime-kuma", "uptimerobot", "pingdom", "healthchecks"),
    *("datadog", "newrelic", "honeycomb", "checkly", "better-stack", "site24x7", "statuscake", "cloudflare", "splunk"),
)
CODE = "0b6a9c1e-77aa-4f00-9a11-5c5c5c5c5c5c"


@pytest.mark.parametrize("tool", TOOLS)
async def test_every_fixture_is_taken(rig: Rig, tool: str) -> None:
    token = (await rig.token(Scope.INGEST))["Authorization"].removeprefix("Bearer ")

    for file in sorted((FIXTURES / tool).iterdir()):
        reply = await rig.client.post(
            f"/webhooks/{tool}?token={token}",
            content=file.read_bytes(),
            headers={"content-type": "application/json", "authorization": ""},
        )

        assert reply.status_code == 202, (file.name, reply.text)
        assert token not in reply.text


async def test_what_follows_the_source_in_an_address_reaches_it(rig: Rig) -> None:
    down = await rig.client.get(f"/webhooks/healthchecks/{CODE}/down", params={"name": "Night ledger run"})
    up = await rig.client.get(f"/webhooks/healthchecks/{CODE}/up/", params={"name": "Night ledger run"})

    assert (down.status_code, up.status_code) == (202, 202)
    assert down.json()["outcomes"][0]["outcome"] != "ignored"
    assert up.json()["incidents"] == down.json()["incidents"]


async def test_a_slash_too_many_loses_no_alert(rig: Rig) -> None:
    reply = await rig.client.post("/webhooks/generic/", json={"title": "Payments API is down"})

    assert (reply.status_code, reply.json()["accepted"]) == (202, 1)
