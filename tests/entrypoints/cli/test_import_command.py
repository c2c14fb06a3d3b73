"""`import`: a rules file that loads, a report of everything, and nothing overwritten by accident."""

import json
from pathlib import Path

import pytest

from tests.entrypoints.cli.terminal import ROOT, run

FIXTURES = ROOT / "tests" / "adapters" / "moving_over" / "fixtures"
PAGERDUTY = ("import", "pagerduty", str(FIXTURES / "pagerduty"), "--at", "2026-11-25T12:00:00Z")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("system", ["pagerduty", "opsgenie", "grafana-oncall", "goalert"])
def test_the_file_is_written_and_check_finds_it_in_order(folder: Path, system: str) -> None:
    said = run("import", system, str(FIXTURES / system), "--at", "2026-11-25T12:00:00Z")

    assert said.exit_code == 0
    assert "routing_rules.yaml is written, and loads." in said.stdout
    checked = run("check", "--at", "2026-11-25T12:00:00Z")
    assert (checked.exit_code, "error" in checked.stdout) == (0, False)


def test_the_report_has_what_was_carried_changed_and_left_out_and_overrides_in_both_times(folder: Path) -> None:
    said = run(*PAGERDUTY, "--report", "report.txt")

    for heading in (
        "Carried over:",
        "Carried over with a change (look at these):",
        "Not carried over:",
        "Overrides in force or to come: a rules file has none, so arrange them as cover:",
        "What `oncall-router check` says of the new file:",
    ):
        assert f"\n{heading}\n" in said.stdout
    assert "2026-11-27 18:00 to 2026-11-28 18:00 UTC = Fri 27 Nov 2026 18:00" in said.stdout
    assert said.stdout.startswith((folder / "report.txt").read_text())


def test_a_file_that_is_there_is_replaced_only_by_force(folder: Path) -> None:
    (folder / "routing_rules.yaml").write_text("mine")

    refused = run(*PAGERDUTY)
    untouched = (folder / "routing_rules.yaml").read_text()
    forced = run(*PAGERDUTY, "--force")

    assert (refused.exit_code, untouched) == (1, "mine")
    assert refused.stderr == "routing_rules.yaml is there already: name another file, or say --force to replace it\n"
    assert forced.exit_code == 0
    assert "version: 1" in (folder / "routing_rules.yaml").read_text()


def test_a_refused_export_writes_nothing(folder: Path) -> None:
    said = run(*PAGERDUTY, "--policy", "Enginering")

    assert (said.exit_code, said.stderr) == (
        1,
        'the export has no policy "Enginering" (did you mean "Engineering"?)\n',
    )
    assert list(folder.iterdir()) == []


def test_policies_schedules_and_the_last_resort_can_be_named(folder: Path) -> None:
    said = run(*PAGERDUTY, "--schedule", "Second Line", "--last-resort", "Dana Weiß", "--output", "new.yaml")

    assert said.exit_code == 0
    assert "last_resort: dana-weiss" in (folder / "new.yaml").read_text()
    both = run(*PAGERDUTY, "--schedule", "Primary", "--policy", "Engineering")
    assert (both.exit_code, both.stderr[:31]) == (1, "--policy and --schedule cannot ")


def test_json_is_the_report_for_programs(folder: Path) -> None:
    said = json.loads(run(*PAGERDUTY, "--json").stdout)

    assert {finding["outcome"] for finding in said["findings"]} == {"carried", "changed", "left_out"}
    assert said["overrides"][0]["since"] == "2026-11-27T18:00:00+00:00"
    assert (said["system"], said["output"]) == ("pagerduty", "routing_rules.yaml")


def test_a_system_that_is_not_known_and_a_strange_instant_are_usage_errors(folder: Path) -> None:
    assert run("import", "pagerdooty", ".").exit_code == 2
    assert run("import", "pagerduty", ".", "--at", "9999-12-31").exit_code == 2


def test_a_folder_that_cannot_be_written_is_said_in_a_line(folder: Path) -> None:
    said = run(*PAGERDUTY, "--output", "nowhere/rules.yaml")

    assert (said.exit_code, said.stderr) == (1, "nowhere/rules.yaml cannot be written: No such file or directory\n")
