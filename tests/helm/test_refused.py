"""Values that cannot be are refused before anything is installed, with a message that says what to do."""

import json
from collections.abc import Iterator

import helm_python
import pytest
import yaml

from tests.helm.chart import CHART, SETS, Values, rendered, settings

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
DEFAULTS: Values = yaml.safe_load((CHART / "values.yaml").read_text())
FREE = {
    "podAnnotations",
    "podLabels",
    "nodeSelector",
    "affinity",
    "runbooks.files",
    "resources",
    "annotations",
    "labels",
}


def sections(values: Values, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, dict) and key not in FREE and ".".join(here) not in FREE:
            yield from sections(value, here)


@pytest.mark.parametrize("path", list(sections(DEFAULTS)), ids=".".join)
def test_a_misspelt_value_is_refused_in_every_section(path: tuple[str, ...]) -> None:
    values: Values = {}
    inner = values
    for key in path:
        inner = inner.setdefault(key, {})
    inner["replicsa"] = 3

    with pytest.raises(helm_python.HelmValuesError, match="'replicsa' not allowed"):
        rendered(values)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"mode": "splitt"}, "/mode"),
        ({"store": {"kind": "redis"}}, "/store/kind"),
        ({"store": {"external": {"url": "http://redis:6379"}}}, "/store/external/url"),
        ({"store": {"deployment": "a b"}}, "/store/deployment"),
        ({"api": {"replicas": 0}}, "/api/replicas"),
        ({"api": {"replicas": "2"}}, "/api/replicas"),
        ({"api": {"resources": {"limits": {"cpu": 1}, "requests": None}}}, "/api/resources"),
        ({"worker": {"maxUnavailable": "half"}}, "/worker/maxUnavailable"),
        ({"image": {"repository": "oncall-router:1"}}, "/image/repository"),
        ({"image": {"digest": "sha256:abc"}}, "/image/digest"),
        ({"inChartRedis": {"maxMemory": "384Mi"}}, "/inChartRedis/maxMemory"),
        ({"publicUrl": "oncall.example.com"}, "/publicUrl"),
        ({"runbooks": {"files": {"payments.txt": "x"}}}, "/runbooks/files"),
        ({"settings": {"ONCALL_LOGLEVEL": "debug"}}, "/settings"),
        ({"settings": {"ONCALL_STORE": "sqlite:////data/x"}}, "/settings"),
        ({"secret": {"values": {"ONCALL_SLAK_TOKEN": "x"}}}, "/secret/values"),
        ({"secret": {"values": {"ONCALL_SLACK_TOKEN": ""}}}, "/secret/values"),
        ({"networkPolicy": {"apiFrom": [{"namespaceSelectr": {}}]}}, "/networkPolicy/apiFrom"),
        ({"prometheusRule": {"runbookUrl": "wiki"}}, "/prometheusRule/runbookUrl"),
    ],
)
def test_the_schema_names_the_place(values: Values, where: str) -> None:
    with pytest.raises(helm_python.HelmValuesError, match=f"at '{where}"):
        rendered(values)


EXTERNAL = {"kind": "external-redis"}
PEOPLE_RULES = {"content": "version: 1\npeople_file: people.yaml\n"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"store": {"kind": "sqlite"}}, "cannot serve split roles.*Set mode=single"),
        ({"mode": "single", "store": {"kind": "sqlite"}}, "needs api.replicas=1, not 2"),
        (
            {"mode": "single", "store": {"kind": "sqlite"}, "api": {"autoscaling": {"enabled": True}}},
            "cannot be scaled",
        ),
        (
            {"mode": "single", "store": {"kind": "sqlite"}, "api": {"replicas": 1, "journal": {"persistent": True}}},
            "has no journal",
        ),
        ({"store": EXTERNAL}, "external-redis without a Redis: give store.external.existingSecret"),
        ({"store": EXTERNAL | {"external": {"url": "redis://r", "existingSecret": "s"}}}, "leave one of them out"),
        ({"store": {"external": {"url": "redis://r"}}}, "but store.kind is in-chart-redis"),
        ({"store": {"external": {"replicas": 1}}}, "every alert would end in the journal"),
        ({"rules": {"content": " \n"}}, "no rules: give rules.content"),
        ({"rules": PEOPLE_RULES}, "no people are given"),
        ({"people": {"existingSecret": "p"}}, "the rules do not read them"),
        ({"rules": PEOPLE_RULES, "people": {"content": "x", "existingSecret": "p"}}, "both hold people"),
        ({"runbooks": {"files": {"a.md": "x"}, "existingConfigMap": "r"}}, "both hold runbooks"),
        (
            {"secret": {"existingSecret": "s", "values": {"ONCALL_SLACK_TOKEN": "x"}}},
            "secret.existingSecret is set: put them into that one",
        ),
        ({"api": {"preStopSeconds": 30}}, "takes up to 70 s"),
        ({"worker": {"autoscaling": {"enabled": True, "minReplicas": 9}}}, "more than maxReplicas, 4"),
        (
            {"api": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}},
            "needs api.resources.requests.cpu",
        ),
        ({"ingress": {"enabled": True}}, "name at least one host"),
        ({"prometheusRule": {"enabled": True}}, "An alert without a runbook is not a production alert"),
        ({"image": {"tag": "latest"}}, "image.tag is latest"),
        ({"inChartRedis": {"image": {"tag": "latest"}}}, "inChartRedis.image.tag is latest"),
    ],
)
def test_what_cannot_be_together_is_refused_with_a_remedy(values: Values, said: str) -> None:
    with pytest.raises(helm_python.HelmRenderError, match=said):
        rendered(values)


def test_every_default_is_in_the_schema_and_the_other_way_round() -> None:
    def listed(schema: dict) -> dict:
        return schema if "$ref" not in schema else SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]

    def known(schema: dict, path: str = "") -> Iterator[str]:
        for key, inner in listed(schema).get("properties", {}).items():
            yield f"{path}{key}"
            if f"{path}{key}" not in ("settings", "secret.values"):
                yield from known(inner, f"{path}{key}.")

    def given(values: Values, path: str = "") -> Iterator[str]:
        for key, value in values.items():
            yield f"{path}{key}"
            if isinstance(value, dict) and key not in ("requests", "limits"):
                yield from given(value, f"{path}{key}.")

    assert set(known(SCHEMA)) - {"global"} == set(given(DEFAULTS))


def test_every_setting_of_the_application_can_be_given() -> None:
    """Either the chart sets it itself, or it is a secret, or it is one of `settings`; and nothing else is."""
    made = {"PORT", "STORE", "ROLE", "DEPLOYMENT", "REDIS_REPLICAS", "REDIS_DURABILITY", "JOURNAL", "JOURNAL_MB"}
    made |= {"RULES", "RUNBOOKS", "PUBLIC_URL"}
    secret = SCHEMA["properties"]["secret"]["properties"]["values"]["properties"]
    open_to_all = SCHEMA["properties"]["settings"]["properties"]

    given = [*(f"ONCALL_{name}" for name in made), *secret, *open_to_all]

    assert sorted(given) == sorted(settings()), "put a new setting into helm/oncall-router/values.schema.json"


def test_the_examples_do_not_repeat_defaults() -> None:
    def repeated(values: Values, defaults: Values, path: str = "") -> Iterator[str]:
        for key, value in values.items():
            if isinstance(value, dict) and isinstance(defaults.get(key), dict) and value:
                yield from repeated(value, defaults[key], f"{path}{key}.")
            elif value == defaults.get(key, ...):
                yield f"{path}{key}"

    said = {name: list(repeated(SETS[name], DEFAULTS)) for name in ("minimal", "production", "sentinel")}

    # Said all the same, for they are what the example is about.
    assert said == {"minimal": [], "production": ["store.durability"], "sentinel": []}
