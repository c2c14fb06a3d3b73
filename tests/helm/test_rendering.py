"""Real Helm lints and renders the chart, and every object is what Kubernetes and the monitoring CRDs take."""

import re
from pathlib import Path

import helm_python
import kubernetes_validate
import pytest
import yaml

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from tests.helm.chart import CHART, ROOT, SETS, Object, Values, kinds, objects, of, opened, rendered

NEWEST = max(kubernetes_validate.utils.all_versions(), key=lambda version: [*map(int, version.split("."))])
every_set = pytest.mark.parametrize("name", SETS)


@every_set
def test_strict_lint_finds_nothing(name: str) -> None:
    report = helm_python.lint(CHART, SETS[name], strict=True, kube_version="v1.34.0")

    loud = [one for one in report["messages"] if one["severity"] > 1]
    assert (report["errors"], loud) == ([], [])


@every_set
def test_kubernetes_takes_every_object(name: str) -> None:
    own = [one for one in of(name) if not one["apiVersion"].startswith("monitoring.coreos.com/")]

    for one in own:
        kubernetes_validate.validate(one, "1.34", strict=True)
        kubernetes_validate.validate(one, NEWEST, strict=True)
    assert {"Deployment", "Service", "ConfigMap", "Pod"} <= {one["kind"] for one in own} or name == "sentinel"


@every_set
def test_the_monitoring_operator_takes_its_objects(name: str) -> None:
    for monitor in kinds(of(name), "ServiceMonitor"):
        assert set(monitor["spec"]) <= {"selector", "endpoints", "namespaceSelector", "jobLabel"}
        assert monitor["spec"]["selector"]
        assert monitor["spec"]["endpoints"]
        assert all(set(one) == {"port", "path", "interval"} for one in monitor["spec"]["endpoints"])
    for rule in kinds(of(name), "PrometheusRule"):
        assert set(rule["spec"]) == {"groups"}
        for group in rule["spec"]["groups"]:
            assert set(group) == {"name", "rules"}
            assert all({"alert", "expr"} <= set(one) for one in group["rules"])
            assert all(set(one) <= {"alert", "expr", "for", "labels", "annotations"} for one in group["rules"])
    assert len(kinds(of(name), "ServiceMonitor", "PrometheusRule")) == (2 if name in WATCHED else 0)


WATCHED = ("production", "everything made")


@every_set
def test_no_two_objects_have_one_name_and_names_are_short_enough(name: str) -> None:
    found = [(one["kind"], one["metadata"]["name"]) for one in of(name)]

    assert len(found) == len(set(found))
    assert all(len(text) <= 52 for _, text in found)
    assert {one["metadata"]["namespace"] for one in of(name)} == {"ops"}


def test_a_long_release_name_still_makes_valid_names() -> None:
    found = objects(
        {"api": {"journal": {"persistent": True}}}, name="a-release-whose-name-is-as-long-as-helm-allows-it"
    )

    for one in found:
        assert len(one["metadata"]["name"]) <= 53
        kubernetes_validate.validate(one, "1.34", strict=True)


@every_set
def test_rendering_twice_differs_in_generated_values_only(name: str) -> None:
    def without_generated(found: list[Object]) -> list[Object]:
        for secret in kinds(found, "Secret"):
            for key in GENERATED & set(secret["data"]):
                secret["data"][key] = ""
        return found

    first, second = objects(SETS[name]), objects(SETS[name])

    if "Secret" not in {one["kind"] for one in first}:
        assert first == second
    assert without_generated(first) == without_generated(second)


GENERATED = {"ONCALL_SECRET_KEY", "ONCALL_ADMIN_TOKEN", "password", "url"}


def test_production_leaves_nothing_to_chance() -> None:
    assert kinds(of("production"), "Secret") == []
    assert rendered(SETS["production"]) == rendered(SETS["production"])


@every_set
def test_images_have_a_version(name: str) -> None:
    images = set(re.findall(r"^ *image: (.*)$", "\n".join(rendered(SETS[name]).values()), re.MULTILINE))

    assert images
    assert [one for one in images if not re.fullmatch(r'"[\w./-]+:\d+\.\d+\.\d+"', one)] == []


def test_the_charts_version_of_the_application_is_the_projects() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert f'version = "{chart["appVersion"]}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        ("default", ("routing_rules.yaml:5 people.somebody: has no contact method but the console",)),
        ("production", ()),
    ],
)
def test_the_rules_in_the_values_load(name: str, doubts: tuple[str, ...], tmp_path: Path) -> None:
    values: Values = SETS[name] or yaml.safe_load((CHART / "values.yaml").read_text())
    (tmp_path / "routing_rules.yaml").write_text(values["rules"]["content"])
    (tmp_path / "people.yaml").write_text(PEOPLE)

    rules = load_rules(tmp_path / "routing_rules.yaml", tmp_path, {one: SOURCES[one].severities for one in SOURCES})

    assert tuple(map(str, rules.warnings)) == doubts


PEOPLE = """
asha: {email: asha@example.com, on_call_since: 2026-01-05}
ben: {email: ben@example.com, on_call_since: 2026-01-05}
eve: {email: eve@example.com, engineer: false}
"""


def test_texts_reach_the_objects_as_they_are() -> None:
    awkward = 'version: 1\n# tabs\there, a quote " and {{ braces }}\n\n  two spaces first\npeople_file: people.yaml\n'
    values = SETS["everything made"] | {
        "rules": {"content": awkward},
        "people": {"content": awkward},
        "runbooks": {"files": {"x.md": awkward}},
    }

    found = objects(values)

    maps = {one["metadata"]["name"]: one["data"] for one in kinds(found, "ConfigMap")}
    secrets = {one["metadata"]["name"]: opened(one) for one in kinds(found, "Secret")}
    assert maps["oncall-router-rules"] == {"routing_rules.yaml": awkward}
    assert maps["oncall-router-runbooks"] == {"x.md": awkward}
    assert secrets["oncall-router-people"] == {"people.yaml": awkward}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("default", ["svc/oncall-router", "/webhooks/generic", "component=worker", "LOSES them", "nobody real"]),
        ("minimal", ["component=api", "There is one pod", "publicUrl is empty"]),
        ("production", ["https://oncall.example.com", "Each api pod's journal is on a volume"]),
        ("everything made", ["store.external.replicas is 0", "Then give secret.existingSecret.", "8080:8443"]),
    ],
)
def test_the_notes_say_how_to_begin_and_what_can_be_lost(name: str, said: list[str]) -> None:
    notes = rendered(SETS[name])["NOTES.txt"]

    assert [one for one in said if one not in notes] == []
    assert ("!!" in notes) == (name not in ("production",))
