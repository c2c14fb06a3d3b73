"""The files that are shipped: the example, its runbooks, and what docs/rules.md shows."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from app.adapters.rules_yaml import load_rules, rules_schema
from app.adapters.rules_yaml.located import Shape
from app.adapters.rules_yaml.shapes import FileShape
from app.adapters.sources import SOURCES
from app.adapters.yaml_document import as_plain, read_yaml
from app.domain.classify import Severity, classify
from app.domain.ruleset import Rules
from app.service.check import check
from tests.adapters.rules_yaml.office import a_file, load
from tests.builders import an_alert

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "routing_rules.yaml"
DOCS = (ROOT / "docs" / "rules.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
WORDS = {name: source.severities for name, source in SOURCES.items()}


@pytest.fixture(scope="module")
def example() -> Rules:
    return load_rules(EXAMPLE, ROOT / "runbooks", WORDS)


def test_the_example_loads_without_a_warning(example: Rules) -> None:
    assert example.warnings == ()
    assert (len(example.people), len(example.squads), len(example.rotas)) == (5, 3, 4)


@pytest.mark.parametrize("year", [2026, 2027, 2031])
def test_the_check_has_nothing_to_say_about_the_example(example: Rules, year: int) -> None:
    assert check(example, datetime(year, 1, 6, tzinfo=UTC)) == ()


def test_every_runbook_of_the_example_is_used_and_has_steps(example: Rules) -> None:
    assert {rule.runbook for rule in example.rules if rule.runbook} == set(example.library.by_slug)
    assert all(len(runbook.steps) > 200 and runbook.owner for runbook in example.library.by_slug.values())


@pytest.mark.parametrize(
    ("labels", "severity", "squad"),
    [
        ({"alertname": "PaymentsApiDown"}, Severity.CRITICAL, "payments"),
        ({"alertname": "PaymentsApiDown", "env": "staging"}, Severity.TRIAGE, ""),
        ({"alertname": "DatabaseDiskFull"}, Severity.CRITICAL, "platform"),
        ({"alertname": "HighErrorRate", "service": "web-shop"}, Severity.HIGH, "web"),
        ({"alertname": "Other", "severity": "critical", "squad": "web"}, Severity.CRITICAL, "web"),
    ],
)
def test_the_rules_of_the_example_mean_what_they_say(
    example: Rules, labels: dict[str, str], severity: Severity, squad: str
) -> None:
    found = classify(an_alert(labels=labels), example.rules, example.sources["alertmanager"], example.squads)

    assert (found.severity, found.squad) == (severity, squad)


def test_the_source_that_the_example_shows_in_a_comment_loads(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    commented = text[text.index("# sources:") :]
    (tmp_path / "routing_rules.yaml").write_text(text + re.sub(r"^# ?", "", commented, flags=re.MULTILINE))

    rules = load_rules(tmp_path / "routing_rules.yaml", ROOT / "runbooks", WORDS)

    assert rules.sources["lab-printer"].type == "generic"
    assert rules.sources["lab-printer"].severities["p1"] is Severity.CRITICAL
    assert rules.warnings == ()


def test_the_heartbeat_that_the_example_shows_in_a_comment_loads(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    commented = text[text.index("# heartbeats:") : text.index("# -- Where alerts come from")]
    (tmp_path / "routing_rules.yaml").write_text(text + re.sub(r"^# ?", "", commented, flags=re.MULTILINE))

    rules = load_rules(tmp_path / "routing_rules.yaml", ROOT / "runbooks", WORDS)

    assert (rules.heartbeats["nightly-backup"].every, rules.warnings) == (timedelta(days=1), ())


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_docs_loads(tmp_path: Path, block: str) -> None:
    assert load(tmp_path, block if block.startswith("version:") else a_file(block)).version


def test_every_key_is_in_the_docs() -> None:
    keys = {key for shape in shapes(Shape) for key in shape.model_fields}

    assert {key for key in keys if not re.search(rf"`{key}`|^## {key}$|^### {key}$", DOCS, re.MULTILINE)} == set()


def shapes(of: type[Shape]) -> set[type[Shape]]:
    return {shape for one in of.__subclasses__() for shape in {one, *shapes(one)}}


def test_the_schema_takes_the_example_and_the_docs_and_no_misspelt_key() -> None:
    validator = jsonschema_rs.validator_for(rules_schema())
    plain = {text: as_plain(read_yaml(text.encode(), "f")[0]) for text in [EXAMPLE.read_text(), *BLOCKS]}

    for text, document in plain.items():
        whole = {"version": 1, "defaults": {"on_missing_runbook": "page", "last_resort": "eve"}, **document}
        assert [str(error) for error in validator.iter_errors(whole)] == [], text
    assert not validator.is_valid({**plain[EXAMPLE.read_text()], "squds": {}})
    assert not validator.is_valid({"version": 1})


def test_the_schema_knows_every_section() -> None:
    assert set(rules_schema()["properties"]) == set(FileShape.model_fields)


def test_a_thousand_rules_load_quickly(tmp_path: Path) -> None:
    rules = "".join(
        f"  - {{name: r{n}, match: ['service=~\"svc-{n}.*\"', 'env!=dev'], severity: high, squad: payments}}\n"
        for n in range(1000)
    )
    began = time.perf_counter()

    loaded = load(tmp_path, a_file("rules:\n" + rules))

    assert len(loaded.rules) == 1000
    assert time.perf_counter() - began < 10
