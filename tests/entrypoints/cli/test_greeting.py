"""The first alert that the server offers really pages, at any hour, or is not offered."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.ruleset import Rules
from app.entrypoints.cli.greeting import address, first_alert

WEEK = [datetime(2026, 12, 21, tzinfo=UTC) + timedelta(hours=3 * n) for n in range(8 * 7)]


def rules_of(folder: Path, changes: Mapping[str, str] | None = None) -> Rules:
    file = folder / "routing_rules.yaml"
    text = file.read_text()
    for before, after in (changes or {}).items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    return load_rules(file, folder / "runbooks", {name: source.severities for name, source in SOURCES.items()})


def test_it_pages_at_every_hour_of_a_week_with_holidays(files: Path) -> None:
    rules = rules_of(files)

    found = [first_alert(rules, now) for now in WEEK]

    assert {one[0] if one else "" for one in found} == {"generic"}


def test_another_source_is_offered_where_the_rules_bar_the_first(files: Path) -> None:
    barred = {"rules:\n": "rules:\n  - {match: ['source_type=\"generic\"'], severity: triage}\n"}

    found = first_alert(rules_of(files, barred), WEEK[0])

    assert found is not None
    assert found[0] == "alertmanager"


def test_nothing_is_offered_where_nothing_would_page(files: Path) -> None:
    barred = {"rules:\n": "rules:\n  - {match: [], severity: triage}\n"}

    assert first_alert(rules_of(files, barred), WEEK[0]) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104
        ("::", "http://[::1]:8080"),
        ("::1", "http://[::1]:8080"),
        ("router.example.com", "http://router.example.com:8080"),
    ],
)
def test_the_address_is_one_that_this_machine_can_call(host: str, url: str) -> None:
    assert address(host, 8080) == url
