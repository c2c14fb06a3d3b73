"""Opsgenie's own Python client, against the server as it is run, plainly and behind TLS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.others import incidents, run
from tests.clients.tls_front import TlsFront, a_tls_front
from tests.faults.running import House, Server, serving

pytestmark = pytest.mark.server

KEY = "5d41402a-genie-key"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Server, TlsFront]]:
    house = House(tmp_path, environment={"ONCALL_SOURCE_OPSGENIE_SECRET": KEY})
    with serving(house) as server, a_tls_front(house.port, tmp_path) as front:
        yield server, front


@pytest.mark.parametrize("is_tls", [True, False], ids=["TLS", "plain"])
def test_an_alert_lives_from_create_to_close(served: tuple[Server, TlsFront], is_tls: bool) -> None:
    server, front = served
    url = [front.url, KEY, str(front.authority)] if is_tls else [f"http://127.0.0.1:{server.house.port}", KEY]

    said = run("opsgenie_life", *url)

    (incident,) = incidents(server, source="opsgenie")
    assert said == {
        "created": ["Request will be processed", "Created alert"],
        "polled": "Created alert",
        "shown": ["Still down", "open", "P2", ["night"], {"region": "eu"}, False],
        "by": ["x/y zäh", "x/y zäh"],
        "listed": ["x/y zäh"],
        "counted": 1,
        "closed": "closed",
        "met": "Alert does not exist",
        "refused": ["ConfigurationException", 422],
        "wrong key": ["AuthenticationException", 401],
        "id": incident["id"],
    }
    assert (incident["status"], incident["severity"], incident["count"]) == ("resolved", "critical", 1)
    assert incident["runbook"] == "https://wiki.example.com/payments"
    timeline = server.ask("GET", f"/api/v1/incidents/{incident['id']}/timeline").json()["items"]
    happened = [one["what"] for one in timeline if one["what"] != "page"]
    assert happened[:3] == ["opened", "source_acknowledged", "note"]
    assert {"escalated", "reassigned", "resolved"} <= set(happened)
    assert any("which stops nothing here" in one["text"] for one in timeline)
    assert timeline[-1]["text"] == "closed in the tool by Asha (asha): restarted"
