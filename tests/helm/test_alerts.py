"""The alerts on the router itself: Prometheus reads them, they fire when they should, and each leads to a runbook."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.adapters.metrics import Metrics
from app.adapters.runbooks_md import steps_of
from app.adapters.sources.prometheus_group import SEVERITIES
from tests.helm.chart import ROOT, SETS, Object, kinds, objects, of

RUNBOOKS = ROOT / "docs" / "runbooks-router.md"
API, WORKER = '{namespace="ops",job="oncall-router",pod="%s"', '{namespace="ops",job="oncall-router-worker",pod="%s"'
promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: apt-get install prometheus")


@cache
def groups(name: str = "production") -> list[Object]:
    (rule,) = kinds(of(name), "PrometheusRule")
    found: list[Object] = rule["spec"]["groups"]
    return found


def alerts(name: str = "production") -> dict[str, Object]:
    return {one["alert"]: one for group in groups(name) for one in group["rules"]}


def test_the_routers_own_troubles_all_have_an_alert() -> None:
    assert set(alerts()) == {
        "OncallRouterAbsent",
        "OncallRouterNoApi",
        "OncallRouterNoWorker",
        "OncallRouterPodDown",
        "OncallRouterLate",
        "OncallRouterChannelFailing",
        "OncallRouterMessagesRejected",
        "OncallRouterStoreAway",
        "OncallRouterJournalInUse",
        "OncallRouterJournalFull",
        "OncallRouterRulesRefused",
        "OncallRouterRulesDiffer",
        "OncallRouterLoopFailing",
        "OncallRouterPersonUnreachable",
        "OncallRouterRunbookDebt",
    }


def test_a_router_of_one_role_misses_no_other_and_without_redis_no_journal() -> None:
    single = SETS["minimal"] | {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.com/router"}}

    (rule,) = kinds(objects(single), "PrometheusRule")

    assert set(alerts()) - {one["alert"] for group in rule["spec"]["groups"] for one in group["rules"]} == {
        "OncallRouterNoApi",
        "OncallRouterNoWorker",
        "OncallRouterJournalFull",
    }


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_says_what_it_is_and_has_a_runbook_with_steps(alert: str) -> None:
    one = alerts()[alert]

    assert set(one["annotations"]) == {"summary", "description", "runbook_url"}
    assert one["labels"]["severity"] in SEVERITIES
    assert one["annotations"]["runbook_url"] == f"https://wiki.example.com/runbooks-router#{alert.lower()}"
    section = re.search(rf"^## {alert}\n(.*?)(?=^## |\Z)", RUNBOOKS.read_text(), re.MULTILINE | re.DOTALL)
    assert section, f"docs/runbooks-router.md has no heading {alert}"
    assert steps_of(section[1])


def test_every_metric_in_an_alert_is_one_of_the_applications() -> None:
    known = {
        family.name + {"counter": "_total"}.get(family.type, "")
        for metric in vars(Metrics()).values()
        if hasattr(metric, "describe")
        for family in metric.describe()
    }

    used = set(re.findall(r"\boncall_\w+", " ".join(one["expr"] for one in alerts().values())))

    assert used - known == set()
    assert len(used) >= 9


def test_every_metric_is_looked_for_where_the_service_monitor_leads() -> None:
    where = 'namespace="ops",job=~"oncall-router|oncall-router-worker"'

    for one in alerts().values():
        assert re.findall(r"\w+\{(?!" + re.escape(where) + ")", one["expr"]) == []


@promtool
@pytest.mark.parametrize("name", ["production", "everything made"])
def test_prometheus_reads_every_rule(name: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups(name)}))

    done = subprocess.run(["promtool", "check", "rules", "--lint-fatal", tmp_path / "rules.yaml"], capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
    assert f"{len(alerts(name))} rules found" in done.stdout.decode()


HEALTHY = {
    "up%s}": "1",
    'oncall_rules_info%s,version="v1"}': "1",
    "oncall_store_up%s}": "1",
    "oncall_journal_entries%s}": "0",
    "oncall_journal_room_ratio%s}": "1",
    "oncall_rules_refused%s}": "0",
    'oncall_lateness_seconds%s,kind="timer"}': "0",
    'oncall_overdue%s,kind="timer"}': "0",
    'oncall_loop_errors_total%s,loop="tick"}': "0",
    'oncall_sends_total%s,channel="slack",result="sent"}': "0+1",
    'oncall_sends_total%s,channel="slack",result="retry"}': "0+1",
    'oncall_sends_total%s,channel="slack",result="rejected"}': "0",
    'oncall_without_runbook_total%s,squad="web"}': "0",
    'oncall_people_unready%s,lack="stopped",when="now"}': "0",
    'oncall_people_unready%s,lack="never_tested",when="now"}': "3",
    'oncall_people_unready%s,lack="bounced",when="later"}': "1",
}
PODS = {"oncall-router-api-0": API, "oncall-router-worker-5d-x1": WORKER}
TROUBLES: list[tuple[str, dict[tuple[str, str], str | None], set[str]]] = [
    ("nothing is wrong", {}, set()),
    ("a worker has no journal", {("oncall-router-worker-5d-x1", "oncall_journal_room_ratio%s}"): "0"}, set()),
    (
        "all pods are gone",
        {(pod, series): None for pod in PODS for series in HEALTHY},
        {"OncallRouterAbsent", "OncallRouterNoApi", "OncallRouterNoWorker"},
    ),
    (
        "the workers are gone",
        {("oncall-router-worker-5d-x1", series): None for series in HEALTHY},
        {"OncallRouterNoWorker"},
    ),
    ("a pod does not answer", {("oncall-router-api-0", "up%s}"): "0"}, {"OncallRouterPodDown", "OncallRouterNoApi"}),
    (
        "a timer is late",
        {
            ("oncall-router-api-0", 'oncall_lateness_seconds%s,kind="timer"}'): "90",
            ("oncall-router-api-0", 'oncall_overdue%s,kind="timer"}'): "1",
        },
        {"OncallRouterLate"},
    ),
    (
        "nothing gets through",
        {(pod, 'oncall_sends_total%s,channel="slack",result="sent"}'): "7" for pod in PODS},
        {"OncallRouterChannelFailing"},
    ),
    (
        "an address is wrong",
        {("oncall-router-worker-5d-x1", 'oncall_sends_total%s,channel="slack",result="rejected"}'): "0+0.1"},
        {"OncallRouterMessagesRejected"},
    ),
    (
        "Redis is gone and alerts wait",
        {
            ("oncall-router-api-0", "oncall_store_up%s}"): "0",
            ("oncall-router-api-0", "oncall_journal_entries%s}"): "3",
        },
        {"OncallRouterStoreAway", "OncallRouterJournalInUse"},
    ),
    (
        "the journal fills up",
        {("oncall-router-api-0", "oncall_journal_room_ratio%s}"): "0.2"},
        {"OncallRouterJournalFull"},
    ),
    ("a file is refused", {("oncall-router-api-0", "oncall_rules_refused%s}"): "1"}, {"OncallRouterRulesRefused"}),
    (
        "a pod has stayed behind",
        {
            ("oncall-router-api-0", 'oncall_rules_info%s,version="v1"}'): None,
            ("oncall-router-api-0", 'oncall_rules_info%s,version="v0"}'): "1",
        },
        {"OncallRouterRulesDiffer"},
    ),
    (
        "a loop fails",
        {("oncall-router-worker-5d-x1", 'oncall_loop_errors_total%s,loop="tick"}'): "0+1"},
        {"OncallRouterLoopFailing"},
    ),
    (
        "somebody on call has answered STOP",
        {("oncall-router-worker-5d-x1", 'oncall_people_unready%s,lack="stopped",when="now"}'): "1"},
        {"OncallRouterPersonUnreachable"},
    ),
    (
        "a squad owes runbooks",
        {("oncall-router-api-0", 'oncall_without_runbook_total%s,squad="web"}'): "0+1"},
        {"OncallRouterRunbookDebt"},
    ),
]
MINUTES = 30


@promtool
@pytest.mark.parametrize(("trouble", "series", "firing"), TROUBLES, ids=[one[0] for one in TROUBLES])
def test_an_alert_fires_in_its_trouble_and_in_no_other(
    trouble: str, series: dict[tuple[str, str], str | None], firing: set[str], tmp_path: Path
) -> None:
    values: dict[tuple[str, str], str | None] = {(pod, one): value for pod in PODS for one, value in HEALTHY.items()}
    values |= series
    inputs = [
        {"series": one % (PODS[pod] % pod), "values": f"{value}x{MINUTES}" if "+" in value else f"{value}+0x{MINUTES}"}
        for (pod, one), value in values.items()
        if value is not None
    ]
    counted = {
        alert: [{"exp_samples": [{"labels": "{}", "value": 1}] if alert in firing else []}] for alert in alerts()
    }
    tests: list[dict[str, Any]] = [
        {
            "interval": "1m",
            "input_series": inputs,
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) > bool 0',
                    "eval_time": f"{MINUTES - 1}m",
                    **expected[0],
                }
                for alert, expected in counted.items()
            ],
        }
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups()}))
    (tmp_path / "test.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests})
    )

    done = subprocess.run(["promtool", "test", "rules", tmp_path / "test.yaml"], capture_output=True)

    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
