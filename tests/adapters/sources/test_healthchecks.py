"""Healthchecks: bodies, queries and paths from a user's template, also where a name breaks the JSON."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "healthchecks"
CHECKS = SOURCES["healthchecks"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(CHECKS, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        CHECKS,
        FIXTURES,
        a_request(sent("down")),
        a_request(sent("up")),
        tests=(
            a_request(sent("test")),
            a_request(sent("test_title")),
        ),
    )


class TestHealthchecks(SourceContract):
    """The contract, on Healthchecks' bodies."""


def test_a_check_is_read_whole() -> None:
    alert = the("down")

    assert alert.dedup_key == "0b6a9c1e-77aa-4f00-9a11-5c5c5c5c5c5c"
    assert alert.title == 'Night "ledger" run is down'
    assert (alert.labels["squad"], alert.labels["prod"], alert.labels["exit_status"]) == ("ledger", "true", "3")
    assert alert.description.startswith("exit 3: disk full\nCloses the day.")
    assert alert.runbooks == ("https://wiki.example.net/ledger",)
    assert alert.started_at == datetime(2026, 6, 14, 2, 11, 8, tzinfo=UTC)


def test_a_title_alone_says_the_name_and_the_status() -> None:
    down, up = the("title_only"), the("title_only_up")

    assert (down.status, up.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert down.dedup_key == up.dedup_key


def test_the_format_of_pagertree_is_understood() -> None:
    alert = the("pagertree")

    assert (alert.status, alert.title) == (AlertStatus.RESOLVED, "Night ledger run is UP")
    assert alert.dedup_key == the("up").dedup_key


def test_a_name_that_breaks_the_json_is_read_and_flagged() -> None:
    alert = the("broken.txt")

    assert (alert.title, alert.dedup_key) == ('Night "ledger" run is down', the("down").dedup_key)
    assert "broken JSON" in alert.flags[0]


def test_plain_text_is_a_title() -> None:
    (alert,) = alerts_of(CHECKS, a_request("Night ledger run is down\nsince noon", content_type="text/plain"))

    assert (alert.title, alert.dedup_key) == ("Night ledger run is down", the("title_only").dedup_key)


@pytest.mark.parametrize(("stated", "status"), [("down", AlertStatus.FIRING), ("up", AlertStatus.RESOLVED)])
def test_an_address_says_which_check_and_what_became_of_it(stated: str, status: AlertStatus) -> None:
    path = f"/webhooks/healthchecks/0b6a9c1e-77aa-4f00-9a11-5c5c5c5c5c5c/night-ledger-run/{stated}"

    (alert,) = alerts_of(CHECKS, a_request("", path=path, query={"name": "Night ledger run", "token": "s3cret"}))

    assert (alert.dedup_key, alert.status) == (the("down").dedup_key, status)
    assert alert.title == f"Night ledger run is {stated}"
    assert "s3cret" not in repr(alert)


def test_an_address_that_says_both_is_taken_to_be_down() -> None:
    (alert,) = alerts_of(CHECKS, a_request("", path="/webhooks/up/up/down", query={"name": "Night ledger run"}))
    (named_up,) = alerts_of(CHECKS, a_request("", path="/webhooks/up", query={"name": "Night ledger run"}))

    assert (alert.status, named_up.status) == (AlertStatus.FIRING, AlertStatus.FIRING)


def test_a_paused_check_is_control() -> None:
    assert isinstance(CHECKS.parse(a_request(sent("paused")), an_instance(CHECKS)), Control)


def test_a_body_that_names_nothing_still_makes_a_flagged_alert() -> None:
    alert = the("nothing_useful")

    assert (alert.status, alert.title) == (AlertStatus.FIRING, "a check without a name is down")
    assert "compare your template" in alert.flags[-1]
