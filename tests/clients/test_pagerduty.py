"""PagerDuty's own Python client, against the server as it is run, behind TLS, for it speaks nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.others import incidents, run
from tests.clients.tls_front import TlsFront, a_tls_front
from tests.faults.running import House, Server, serving

pytestmark = pytest.mark.server

KEY = "8f14e45fceea167a5a36dedd4bea2543"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, TlsFront]]:
    place: Path = tmp_path_factory.mktemp("pagerduty")
    house = House(place, environment={"ONCALL_SOURCE_PAGERDUTY_SECRET": KEY})
    with serving(house) as server, a_tls_front(house.port, place) as front:
        yield server, front


def test_an_event_lives_from_trigger_to_resolve(served: tuple[Server, TlsFront]) -> None:
    server, front = served

    said = run("pagerduty_life", front.url, KEY, environment=front.environment)

    (incident,) = incidents(server, source="pagerduty", dedup_key=said["made"])
    assert said["same"]
    assert (incident["title"], incident["severity"]) == ("Payments API is down", "critical")
    assert (incident["status"], incident["count"]) == ("resolved", 2)
    assert incident["runbook"] == "https://wiki.example.com/payments"
    timeline = server.ask("GET", f"/api/v1/incidents/{incident['id']}/timeline").json()["items"]
    assert {"source_acknowledged", "page", "resolved"} <= {one["what"] for one in timeline}


def test_a_key_that_nobody_has_is_refused_as_the_client_expects(served: tuple[Server, TlsFront]) -> None:
    server, front = served
    before = len(incidents(server))

    said = run("pagerduty_refused", front.url, "0" * 32, environment=front.environment)

    assert said == {"status": 400, "errors": ["'routing_key' is not the key of any source here"]}
    assert len(incidents(server)) == before
