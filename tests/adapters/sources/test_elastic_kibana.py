"""Elastic: rules in whatever template, summaries of many alerts, and watches, also where they break their JSON."""

import json
from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.errors import InvalidPayload
from app.service.source_ports import Control
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "elastic-kibana"
ELASTIC = SOURCES["elastic-kibana"]


def sent(name: str) -> bytes:
    return (FIXTURES / name).read_bytes() if "." in name else (FIXTURES / f"{name}.json").read_bytes()


def the(name: str) -> Alert:
    """The one alert of a fixture."""
    (alert,) = alerts_of(ELASTIC, a_request(sent(name)))
    return alert


@pytest.fixture
def rig() -> Rig:
    return Rig(
        ELASTIC,
        FIXTURES,
        a_request(sent("firing")),
        a_request(sent("recovered")),
        tests=(a_request(sent("test_button")),),
    )


class TestElasticKibana(SourceContract):
    """The contract, on Elastic's bodies."""


def test_a_rules_alert_is_read_whole() -> None:
    alert = the("firing")

    assert alert.title == "Queue consumers lag: lag is 91,000 in the last 5m"
    assert alert.dedup_key == "b1f7c0de-51aa-4c1e-9d10-77aa00ff1234:consumer-4"
    assert (alert.labels["squad"], alert.labels["rule"]) == ("shipping", "Queue consumers lag")
    assert (alert.severity, alert.runbooks, alert.flags) == ("", ("queue-lag",), ())
    assert alert.description == "lag is 91,000 in the last 5m\nthreshold 10,000"


def test_nested_variables_say_the_same_as_flat_ones() -> None:
    alert = the("nested")

    assert alert.dedup_key == the("firing").dedup_key
    assert (alert.severity, alert.labels["team"]) == ("high", "shipping")
    assert alert.runbooks == ("https://wiki.example.net/queue-lag",)
    assert [link.text for link in alert.links] == ["alert", "in Kibana", "rule"]
    assert alert.flags == ("flapping",)


def test_json_inside_strings_is_opened() -> None:
    alert = the("json_in_strings")

    assert (alert.status, alert.title) == (AlertStatus.RESOLVED, "Disks fill up: räume voll – «98 %»")
    assert alert.dedup_key == "b1f7c0de-51aa-4c1e-9d10-77aa00ff1234:store-9"


def test_a_summary_holds_each_alert_with_a_status_of_its_own() -> None:
    alerts = alerts_of(ELASTIC, a_request(sent("summary")))

    assert [(alert.status.value, alert.labels["alert_id"]) for alert in alerts] == [
        ("firing", "freezer-1"),
        ("firing", "freezer-3"),
        ("resolved", "freezer-2"),
    ]
    assert alerts[1].severity == "critical"
    assert len({alert.dedup_key for alert in alerts}) == 3


def test_documents_that_a_summary_holds_as_text_are_read() -> None:
    assert the("summary_of_text").title == "Freezers are warm: freezer-1 is hot"


def test_a_summary_of_nothing_but_counts_is_one_alert() -> None:
    assert the("summary_of_counts").dedup_key == "b1f7c0de-51aa-4c1e-9d10-77aa00ff1234"


@pytest.mark.parametrize(
    ("groups", "statuses"),
    [
        (
            {"new": {"count": 1, "data": "{cut"}, "recovered": {"count": 1, "data": [{"_id": "b"}]}},
            ["resolved", "firing"],
        ),
        ({"new": {"count": 1}, "recovered": {"count": 1}}, ["firing"]),
        ({"new": {"data": [{"_id": "a"}]}, "recovered": {"count": 1}}, ["firing"]),
        ({"new": {"count": 0}, "recovered": {"count": 2}}, ["resolved"]),
        ([{"_id": "a"}, {"_id": "b"}], ["firing", "firing"]),
        ('{"_id": "a"},{"_id": "b"}', ["firing", "firing"]),
    ],
)
def test_no_alert_of_a_summary_is_lost_and_none_is_over_while_one_fires(groups: object, statuses: list[str]) -> None:
    body = {"rule_id": "r", "rule_name": "Freezers are warm", "alerts": groups}

    alerts = alerts_of(ELASTIC, a_request(json.dumps(body)))

    assert [alert.status.value for alert in alerts] == statuses


@pytest.mark.parametrize("name", ["summary_empty", "untracked"])
def test_what_neither_opens_nor_closes_is_control(name: str) -> None:
    assert isinstance(ELASTIC.parse(a_request(sent(name)), an_instance(ELASTIC)), Control)


@pytest.mark.parametrize("name", ["watcher", "watcher_wrapped", "watcher_broken.txt"])
def test_a_watch_is_known_by_its_id_also_in_broken_json(name: str) -> None:
    alert = the(name)

    assert (alert.dedup_key, alert.title, alert.severity) == ("carrier_errors", "carrier errors", "high")
    assert alert.runbooks == ("carrier-errors",)
    assert "a watch never resolves this by itself" in alert.flags
    assert any("broken JSON" in flag for flag in alert.flags) == (name == "watcher_broken.txt")


def test_a_body_that_names_nothing_still_makes_a_flagged_alert() -> None:
    alert = the("nothing_useful")

    assert alert.status is AlertStatus.FIRING
    assert "compare your template" in alert.flags[-1]


def test_a_summary_of_too_many_alerts_is_refused() -> None:
    data = [{"kibana.alert.uuid": str(n)} for n in range(1_001)]

    with pytest.raises(InvalidPayload) as refused:
        alerts_of(ELASTIC, a_request(json.dumps({"alerts": {"new": {"data": data}}})))

    assert refused.value.field == "alerts"


def test_one_variable_that_was_not_filled_in_is_no_test() -> None:
    (alert,) = alerts_of(ELASTIC, a_request('{"rule_name": "Freezers", "alert_id": "a", "x": "{{context.x}}"}'))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, ("the tool did not fill in: x",))
