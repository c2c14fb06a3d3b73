"""Every pod is restricted, asks for what it needs, is probed rightly, and reads only settings that exist."""

import re

import pytest

from tests.helm.chart import SETS, Object, Values, kinds, named, objects, of, settings, templates
from tests.helm.pod_security import complaints

every_set = pytest.mark.parametrize("name", SETS)
SOURCE_SECRET = re.compile(r"ONCALL_SOURCE_[A-Z0-9_]+_SECRET")


def routers(name: str) -> list[Object]:
    """The containers of the router itself."""
    return [one["spec"]["containers"][0] for one in workloads(name) if one["spec"]["containers"][0]["name"] == "router"]


def workloads(name: str) -> list[Object]:
    return [one["spec"]["template"] for one in kinds(of(name), "Deployment", "StatefulSet")]


@every_set
def test_restricted_pod_security_holds_for_every_pod(name: str) -> None:
    found = templates(of(name))

    assert {pod: complaints(one["spec"]) for pod, one in found.items()} == {pod: [] for pod in found}
    assert len(found) >= 2


@every_set
def test_pods_get_no_token_no_service_links_and_no_writable_root(name: str) -> None:
    for pod in templates(of(name)).values():
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False
        assert all(one["securityContext"]["readOnlyRootFilesystem"] for one in pod["spec"]["containers"])
    assert all(one["automountServiceAccountToken"] is False for one in kinds(of(name), "ServiceAccount"))


@every_set
def test_every_container_asks_for_cpu_and_memory_and_is_held_to_its_memory(name: str) -> None:
    for pod in templates(of(name)).values():
        for one in pod["spec"]["containers"]:
            assert {"cpu", "memory"} <= set(one["resources"]["requests"])
            assert set(one["resources"]["limits"]) == {"memory"}


@every_set
def test_liveness_never_asks_the_store_and_readiness_does(name: str) -> None:
    for one in routers(name):
        assert one["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
        assert one["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
        assert one["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
        assert one["ports"] == [{"name": "http", "containerPort": 8080}]
    assert routers(name)


@every_set
def test_a_pod_has_time_to_end_in_order(name: str) -> None:
    for pod in workloads(name):
        hook = pod["spec"]["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {})
        assert pod["spec"]["terminationGracePeriodSeconds"] >= hook.get("seconds", 0) + 40
    api = next(one for one in routers(name) if one["args"] != ["serve", "--role", "worker"])
    assert api["lifecycle"] == {"preStop": {"sleep": {"seconds": 10}}}


@every_set
def test_every_variable_is_a_setting_of_the_application(name: str) -> None:
    given = {one["name"] for container in routers(name) for one in container["env"]}
    given |= {key for one in kinds(of(name), "Secret") for key in one["data"] if key.startswith("ONCALL_")}

    assert {one for one in given if not SOURCE_SECRET.fullmatch(one)} - settings() == set()


@every_set
def test_no_variable_is_given_twice(name: str) -> None:
    for one in routers(name):
        given = [variable["name"] for variable in one["env"]]
        assert sorted(set(given)) == sorted(given)


@every_set
def test_what_is_written_lies_on_volumes(name: str) -> None:
    for pod in workloads(name):
        mounts = {one["mountPath"]: one for one in pod["spec"]["containers"][0]["volumeMounts"]}
        writable = {path for path, one in mounts.items() if not one.get("readOnly")}
        assert writable == {"/data", "/tmp"}
        assert not any("subPath" in one for one in mounts.values())


@every_set
def test_every_volume_that_is_mounted_is_there(name: str) -> None:
    for one in kinds(of(name), "Deployment", "StatefulSet"):
        pod = one["spec"]["template"]["spec"]
        claims = [claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", [])]
        there = [volume["name"] for volume in pod["volumes"]] + claims
        assert sorted(there) == sorted(mount["name"] for mount in pod["containers"][0]["volumeMounts"])


def test_rules_and_people_lie_side_by_side_and_can_be_changed_in_place() -> None:
    pod = named(of("production"), "Deployment", "oncall-router-worker")["spec"]["template"]

    volume = next(one for one in pod["spec"]["volumes"] if one["name"] == "rules")
    env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
    assert volume["projected"]["sources"] == [
        {"configMap": {"name": "oncall-router-rules"}},
        {"secret": {"name": "oncall-people"}},
    ]
    assert env["ONCALL_RULES"] == "/etc/oncall/rules/routing_rules.yaml"
    assert [key for key in pod["metadata"]["annotations"] if key.startswith("checksum/")] == []


def test_a_new_rule_restarts_nothing_and_a_new_secret_does() -> None:
    def pods(values: Values) -> dict[str, Object]:
        return templates([one for one in objects(values) if one["kind"] != "Pod"])

    base = SETS["everything made"]
    before = pods(base)
    other_rules = pods(base | {"rules": {"content": "version: 1\npeople_file: people.yaml\n# other\n"}})
    other_secret = pods(base | {"secret": {"values": {"ONCALL_SLACK_TOKEN": "xoxb-2"}}})
    other_redis = pods(base | {"store": {"kind": "external-redis", "external": {"url": "redis://other"}}})
    other_setting = pods(base | {"settings": {"ONCALL_LOG_LEVEL": "info"}})

    assert before == other_rules
    for other in (other_secret, other_redis, other_setting):
        assert all(before[name] != other[name] for name in before)


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("default", "Deployment", {"name": "data", "emptyDir": {"sizeLimit": "192Mi"}}),
        (
            "minimal",
            "Deployment",
            {"name": "data", "persistentVolumeClaim": {"claimName": "oncall-router-data"}},
        ),
        ("production", "StatefulSet", None),
        ("sentinel", "StatefulSet", None),
    ],
)
def test_the_api_keeps_its_journal_where_the_values_say(name: str, kind: str, data: Object | None) -> None:
    api = named(of(name), kind, "oncall-router-api")

    volumes = {one["name"]: one for one in api["spec"]["template"]["spec"]["volumes"]}
    assert volumes.get("data") == data
    claims = [claim["metadata"]["name"] for claim in api["spec"].get("volumeClaimTemplates", [])]
    assert claims == ([] if data else ["data"])
    if kind == "StatefulSet":
        headless = named(of(name), "Service", api["spec"]["serviceName"])
        assert headless["spec"]["clusterIP"] == "None"
        assert api["spec"]["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_sqlite_is_never_opened_by_two_pods_and_outlives_the_release() -> None:
    api = named(of("minimal"), "Deployment", "oncall-router-api")
    volume = named(of("minimal"), "PersistentVolumeClaim", "oncall-router-data")

    assert api["spec"]["strategy"] == {"type": "Recreate"}
    assert api["spec"]["replicas"] == 1
    assert api["spec"]["template"]["spec"]["containers"][0]["args"] == ["serve"]
    assert volume["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize("name", ["default", "production", "sentinel", "everything made"])
def test_an_update_takes_no_pod_away_before_the_new_one_is_ready(name: str) -> None:
    for one in kinds(of(name), "Deployment"):
        assert one["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert one["spec"]["minReadySeconds"] == 5


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("default", [["serve", "--role", "api"], ["serve", "--role", "worker"]]),
        ("minimal", [["serve"]]),
        ("production", [["serve", "--role", "api"], ["serve", "--role", "worker"]]),
        ("single on Redis", [["serve"]]),
    ],
)
def test_roles_are_split_where_the_values_say(name: str, args: list[list[str]]) -> None:
    assert sorted(one["args"] for one in routers(name)) == args
