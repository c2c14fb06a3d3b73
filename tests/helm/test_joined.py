"""What belongs together finds each other: selectors and labels, autoscalers and targets, mounts and what is mounted."""

from typing import Any

import pytest
import yaml

from tests.helm.chart import SETS, Object, kinds, matches, named, objects, of, opened, templates

every_set = pytest.mark.parametrize("name", SETS)
MADE_OUTSIDE = {
    "production": {"oncall-people", "oncall-runbooks", "oncall-secrets", "oncall-redis", "oncall-redis-tls"},
    "sentinel": {"oncall-redis"},
}


def labels(name: str) -> dict[str, dict[str, str]]:
    return {pod: one["metadata"]["labels"] for pod, one in templates(of(name)).items()}


def taken(selector: dict[str, Any], name: str) -> list[str]:
    return [pod for pod, own in labels(name).items() if matches(selector, own)]


@every_set
def test_a_workload_selects_its_own_pods_and_no_others(name: str) -> None:
    for one in kinds(of(name), "Deployment", "StatefulSet"):
        assert taken(one["spec"]["selector"], name) == [one["metadata"]["name"]]


@every_set
def test_a_service_leads_to_one_workload_and_to_a_port_that_it_has(name: str) -> None:
    for service in kinds(of(name), "Service"):
        (pod,) = taken({"matchLabels": service["spec"]["selector"]}, name)
        ports = {port["name"] for port in templates(of(name))[pod]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


@every_set
def test_budgets_and_policies_select_real_pods(name: str) -> None:
    for budget in kinds(of(name), "PodDisruptionBudget"):
        (pod,) = taken(budget["spec"]["selector"], name)
        assert pod == budget["metadata"]["name"]
    for policy in kinds(of(name), "NetworkPolicy"):
        (pod,) = taken(policy["spec"]["podSelector"], name)
        assert pod == policy["metadata"]["name"]


@every_set
def test_a_budget_lets_a_node_be_drained(name: str) -> None:
    budgets = {one["metadata"]["name"]: one["spec"]["maxUnavailable"] for one in kinds(of(name), "PodDisruptionBudget")}

    assert set(budgets.values()) <= {1}
    assert ("oncall-router-api" in budgets) == (name != "minimal")


@pytest.mark.parametrize(("name", "kind"), [("production", "StatefulSet"), ("everything made", "Deployment")])
def test_an_autoscaler_scales_a_workload_that_does_not_count_for_itself(name: str, kind: str) -> None:
    (scaler,) = kinds(of(name), "HorizontalPodAutoscaler")

    target = scaler["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": kind, "name": "oncall-router-api"}
    assert "replicas" not in named(of(name), kind, "oncall-router-api")["spec"]
    assert named(of(name), "Deployment", "oncall-router-worker")["spec"]["replicas"] >= 2


def test_workers_can_be_scaled_too() -> None:
    found = objects({"worker": {"autoscaling": {"enabled": True}}})

    (scaler,) = kinds(found, "HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] == "oncall-router-worker"
    assert "replicas" not in named(found, "Deployment", "oncall-router-worker")["spec"]


@pytest.mark.parametrize("name", ["production", "everything made"])
def test_every_router_pod_is_scraped_once(name: str) -> None:
    (monitor,) = kinds(of(name), "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]

    chosen = [
        one for one in kinds(of(name), "Service") if matches(monitor["spec"]["selector"], one["metadata"]["labels"])
    ]

    scraped = [pod for one in chosen for pod in taken({"matchLabels": one["spec"]["selector"]}, name)]
    assert sorted(scraped) == ["oncall-router-api", "oncall-router-worker"]
    assert all([port["name"] for port in one["spec"]["ports"]] == [endpoint["port"]] for one in chosen)
    assert monitor["spec"]["namespaceSelector"] == {"matchNames": ["ops"]}


@every_set
def test_what_a_pod_mounts_or_reads_is_there_or_is_promised_by_the_values(name: str) -> None:
    there = {(one["kind"], one["metadata"]["name"]): one for one in of(name)}
    outside = MADE_OUTSIDE.get(name, set())

    for kind, wanted, key in references(name):
        found = there.get((kind, wanted))
        assert found or wanted in outside, f"{kind} {wanted}"
        assert not found or not key or key in found["data"]
    if name != "single on Redis":
        accounts = {pod["spec"]["serviceAccountName"] for pod in templates(of(name)).values()}
        assert accounts == {one["metadata"]["name"] for one in kinds(of(name), "ServiceAccount")}


def references(name: str) -> list[tuple[str, str, str]]:
    """Kind, name and key of everything that pods are made of; an optional key may be missing."""
    found: list[tuple[str, str, str]] = []
    for pod in templates(of(name)).values():
        for volume in pod["spec"].get("volumes", []):
            for source in [volume, *volume.get("projected", {}).get("sources", [])]:
                found += [("ConfigMap", source["configMap"]["name"], "")] if "configMap" in source else []
                secret = source.get("secret", {})
                found += [("Secret", secret.get("name") or secret["secretName"], "")] if secret else []
            if "persistentVolumeClaim" in volume:
                found.append(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"], ""))
        for one in pod["spec"]["containers"]:
            found += [("Secret", each["secretRef"]["name"], "") for each in one.get("envFrom", [])]
            refs = [each["valueFrom"]["secretKeyRef"] for each in one["env"] if "valueFrom" in each]
            found += [("Secret", ref["name"], ref["key"]) for ref in refs]
    return found


@every_set
def test_secrets_stand_in_secrets_only(name: str) -> None:
    secret = {text for one in kinds(of(name), "Secret") for text in opened(one).values()}
    others = yaml.safe_dump([one for one in of(name) if one["kind"] != "Secret"])

    assert [one for one in secret if one in others] == []


def test_a_url_with_a_password_is_kept_in_a_secret() -> None:
    secret = named(of("everything made"), "Secret", "oncall-router-redis")
    api = named(of("everything made"), "Deployment", "oncall-router-api")

    env = {one["name"]: one for one in api["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert opened(secret) == {"url": "rediss://:s3cret@redis.example.com:6380/0"}
    assert env["ONCALL_STORE"]["valueFrom"]["secretKeyRef"] == {"name": "oncall-router-redis", "key": "url"}


def test_what_is_given_to_the_secret_wins_and_the_rest_is_generated() -> None:
    secret = opened(named(of("everything made"), "Secret", "oncall-router"))

    generated = {name: secret.pop(name) for name in ("ONCALL_SECRET_KEY", "ONCALL_ADMIN_TOKEN")}
    assert secret == {"ONCALL_SLACK_TOKEN": "xoxb-1", "ONCALL_SOURCE_GRAFANA_SECRET": "hmac"}
    assert all(len(value) >= 48 for value in generated.values())
    given = objects({"secret": {"values": {"ONCALL_ADMIN_TOKEN": "mine"}}})
    assert opened(named(given, "Secret", "oncall-router"))["ONCALL_ADMIN_TOKEN"] == "mine"


def test_the_ingress_leads_to_the_api() -> None:
    (ingress,) = kinds(of("production"), "Ingress")

    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] == "oncall.example.com"
    assert path["backend"]["service"] == {"name": "oncall-router", "port": {"name": "http"}}
    assert ingress["spec"]["tls"] == [{"secretName": "oncall-tls", "hosts": ["oncall.example.com"]}]


def test_the_public_url_follows_the_ingress_unless_it_is_given() -> None:
    def url(values: dict[str, Any]) -> str:
        api = named(objects(values), "Deployment", "oncall-router-api")
        env: dict[str, str] = {
            one["name"]: one.get("value", "") for one in api["spec"]["template"]["spec"]["containers"][0]["env"]
        }
        return env["ONCALL_PUBLIC_URL"]

    plain = {"enabled": True, "hosts": ["oncall.example.com"]}
    assert url({}) == "http://oncall-router.ops.svc"
    assert url({"service": {"port": 8080}}) == "http://oncall-router.ops.svc:8080"
    assert url({"ingress": plain}) == "http://oncall.example.com"
    assert url({"ingress": plain | {"tls": [{"secretName": "t"}]}}) == "https://oncall.example.com"
    assert url({"publicUrl": "https://pager.example.com/"}) == "https://pager.example.com"


def test_only_routers_reach_the_redis_in_the_chart_and_it_reaches_nobody() -> None:
    policy = named(of("default"), "NetworkPolicy", "oncall-router-redis")

    (rule,) = policy["spec"]["ingress"]
    callers = [pod for peer in rule["from"] for pod in taken(peer["podSelector"], "default")]
    assert sorted(callers) == ["oncall-router-api", "oncall-router-worker"]
    assert policy["spec"]["egress"] == []


def test_the_network_policy_lets_in_and_out_what_the_values_say() -> None:
    policies: dict[str, Object] = {
        one["metadata"]["name"]: one["spec"] for one in kinds(of("production"), "NetworkPolicy")
    }

    api, worker = policies["oncall-router-api"], policies["oncall-router-worker"]
    ingress = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    http = [{"port": "http", "protocol": "TCP"}]
    callers, scrapers = api["ingress"]
    assert callers["ports"] == scrapers["ports"] == http
    assert callers["from"][:2] == [ingress, monitoring]
    assert taken(callers["from"][2]["podSelector"], "production") == ["oncall-router-test"]
    assert scrapers["from"] == [monitoring]
    assert worker["ingress"] == [{"ports": http, "from": [monitoring]}]
    dns, redis, outside = api["egress"]
    assert {(port["port"], port["protocol"]) for port in dns["ports"]} == {(53, "UDP"), (53, "TCP")}
    assert redis == {"ports": [{"port": 6380, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "10.20.0.0/24"}}]}
    assert [port["port"] for port in outside["ports"]] == [443, 465, 587]
    assert worker["egress"] == api["egress"]


def test_with_a_policy_the_redis_in_the_chart_is_still_reached() -> None:
    found = of("single on Redis")
    policy = named(found, "NetworkPolicy", "oncall-router-api")

    redis = policy["spec"]["egress"][1]
    assert redis["ports"] == [{"port": 6379, "protocol": "TCP"}]
    assert taken(redis["to"][0]["podSelector"], "single on Redis") == ["oncall-router-redis"]


@pytest.mark.parametrize("name", ["default", "production"])
def test_replicas_of_a_role_keep_apart(name: str) -> None:
    for role in ("api", "worker"):
        pod = templates(of(name))[f"oncall-router-{role}"]
        spread = pod["spec"]["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        assert all(taken(one["labelSelector"], name) == [f"oncall-router-{role}"] for one in spread)
