"""The docs say what the program does: settings, metrics, examples, links, and one night step by step."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.adapters.metrics import Metrics
from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.config import Settings
from app.domain.alert import Alert, AlertStatus
from app.domain.ruleset import Rules
from app.service.simulate import simulate
from app.service.simulated import What
from scripts.state_diagram import diagram

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LONDON = ZoneInfo("Europe/London")


def page(name: str) -> str:
    return (ROOT / name).read_text()


def rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("| ")]


def rules_of(file: Path) -> Rules:
    return load_rules(file, ROOT / "runbooks", {name: source.severities for name, source in SOURCES.items()})


def test_every_setting_is_documented_with_its_default() -> None:
    def written(default: object) -> str:
        return f"`{default}`" if str(default) else "empty"

    said = [(row[0], row[1]) for row in rows(page("docs/settings.md")) if row[0].startswith("`ONCALL_")]

    assert said == [(f"`ONCALL_{name.upper()}`", written(one.default)) for name, one in Settings.model_fields.items()]


def test_every_metric_is_documented_with_its_labels() -> None:
    def labels(text: str) -> set[str]:
        return set(re.findall(r"`(\w+)`", text))

    said = {row[0].strip("`"): labels(row[1]) for row in rows(page("docs/metrics.md")) if row[0].startswith("`oncall_")}

    kept = {"counter": "_total"}
    assert said == {
        family.name + kept.get(family.type, ""): set(metric._labelnames)
        for metric in vars(Metrics()).values()
        if hasattr(metric, "_labelnames")
        for family in metric.describe()
    }


def test_examples_that_say_so_load_as_rules(tmp_path: Path) -> None:
    examples = [
        found
        for one in PAGES
        for found in re.findall(r"<!-- loads as rules -->\n```yaml\n(.*?)```", one.read_text(), re.DOTALL)
    ]
    for example in examples:
        (tmp_path / "rules.yaml").write_text(example)
        rules = rules_of(tmp_path / "rules.yaml")
        assert rules.warnings == ()
    assert examples


def test_the_table_of_sources_has_each_of_them_once_in_one_piece() -> None:
    table = next(part for part in page("docs/sources.md").split("\n\n") if part.startswith("| tool"))

    named = re.findall(r"^\| [^|]*?\(`([a-z0-9-]+)`\) \|", table, re.MULTILINE)

    assert sorted(named) == sorted(["type", *SOURCES])


@pytest.mark.parametrize("file", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    def leads(target: str) -> bool:
        path, _, anchor = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        return found.exists() and (not anchor or anchor in anchors(found))

    assert [target for target in targets if not leads(target)] == []


def anchors(file: Path) -> set[str]:
    """The names that a heading can be linked by."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_state_diagram_is_the_transition_table() -> None:
    assert f"```mermaid\n{diagram()}\n```" in page("docs/architecture.md"), "run scripts/state_diagram.py, paste it"


def test_the_night_in_the_docs_is_what_would_happen() -> None:
    told = [tuple(row[:4]) for row in rows(page("docs/escalation.md")) if re.match(r"\w{3} \d\d:\d\d", row[0])]
    alert = Alert(
        source="alertmanager",
        source_type="alertmanager",
        dedup_key="night",
        status=AlertStatus.FIRING,
        title="The payments API is down",
        labels={"alertname": "PaymentsApiDown"},
    )
    start, answered = datetime(2026, 1, 11, 3, tzinfo=UTC), timedelta(minutes=70)

    lines = simulate([alert], rules_of(ROOT / "routing_rules.yaml"), start, timedelta(hours=31, minutes=1), answered)

    happens = [
        (f"{line.at.astimezone(LONDON):%a %H:%M}", str(line.what), line.role, line.person)
        for line in lines
        if line.what is not What.REMINDER
    ]
    assert told == list(dict.fromkeys(happens))
