"""docs/kubernetes.md can be followed: its values render, its rules load, its names are those of the chart."""

import re
from functools import reduce
from pathlib import Path

import pytest
import yaml

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from tests.helm.chart import CHART, ROOT, Values, kinds, objects, templates

PAGE = (ROOT / "docs" / "kubernetes.md").read_text()


def marked(name: str) -> list[str]:
    return re.findall(rf"<!-- {name} -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)


def with_rules(values: Values) -> Values:
    return values | {"rules": {"content": marked("rules")[0]}, "people": {"existingSecret": "oncall-people"}}


@pytest.mark.parametrize("text", marked("values"), ids=lambda text: text.partition(":")[0])
def test_values_on_the_page_render(text: str) -> None:
    assert objects(with_rules(yaml.safe_load(text)))


def test_all_values_on_the_page_render_together() -> None:
    together: Values = reduce(lambda one, other: one | other, map(yaml.safe_load, marked("values")))

    found = objects(with_rules(together))

    assert {one["metadata"]["name"] for one in kinds(found, "Secret")} == set()
    assert len(marked("values")) == 3


def test_the_rules_on_the_page_load_with_the_people_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "routing_rules.yaml").write_text(marked("rules")[0])
    (tmp_path / "people.yaml").write_text(marked("people")[0])

    rules = load_rules(tmp_path / "routing_rules.yaml", tmp_path, {one: SOURCES[one].severities for one in SOURCES})

    assert rules.warnings == ()
    assert set(rules.people) == {"asha", "ben", "eve"}


def test_its_commands_name_what_the_chart_makes() -> None:
    found = objects({})
    made = {f"{one['kind']}/{one['metadata']['name']}".lower() for one in found}
    made |= {f"svc/{one['metadata']['name']}" for one in kinds(found, "Service")}
    made |= {f"deploy/{one['metadata']['name']}" for one in kinds(found, "Deployment")}
    components = {one["metadata"]["labels"]["app.kubernetes.io/component"] for one in templates(found).values()}
    claims = {
        f"{claim['metadata']['name']}-{one['metadata']['name']}-0"
        for one in kinds(found, "StatefulSet")
        for claim in one["spec"]["volumeClaimTemplates"]
    }

    assert set(re.findall(r"(?<= )(?:svc|deploy|deployment)/[\w-]+", PAGE)) - made == set()
    assert set(re.findall(r"app\.kubernetes\.io/component=([\w-]+)", PAGE)) - components == set()
    assert set(re.findall(r"data-oncall-router[\w-]+", PAGE)) - claims == set()
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    assert set(re.findall(r"oncall-router:([\w.]+)", PAGE)) == {version}
