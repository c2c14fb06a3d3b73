"""`check`: what is wrong with our files, and an exit code for pull requests."""

import json
from pathlib import Path

from tests.entrypoints.cli.terminal import run


def test_the_shipped_files_are_in_order(files: Path) -> None:
    said = run("check", "--at", "2026-11-22T12:00:00Z")

    assert (said.exit_code, said.stdout) == (0, "routing_rules.yaml and runbooks/ are in order (no warnings)\n")


def test_every_problem_of_a_refused_file_has_its_line_key_and_suggestion(files: Path) -> None:
    rules = files / "routing_rules.yaml"
    text = (
        rules.read_text()
        .replace("tell: [primary, shadow]", "tell: [primry, shadow]")
        .replace("squad: web", "squad: wep")
    )
    rules.write_text(text)
    lines = {
        part: n for n, line in enumerate(text.splitlines(), 1) for part in ("primry", "squad: wep") if part in line
    }

    said = run("check")

    assert said.exit_code == 1
    assert f'routing_rules.yaml:{lines["primry"]} rota "primry" is not defined (did you mean "primary"?)' in said.stdout
    assert f'routing_rules.yaml:{lines["squad: wep"]} squad "wep" is not defined (did you mean "web"?)' in said.stdout
    assert said.stdout.endswith("2 errors, no warnings\n")


def test_json_names_file_line_key_and_reason(files: Path) -> None:
    rules = files / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("members: [asha, ben, chen]", "members: [dana]"))
    line = next(n for n, text in enumerate(rules.read_text().splitlines(), 1) if "primary: {" in text)

    said = run("check", "--json", "--at", "2026-11-22T12:00:00Z")

    (gap,) = [problem for problem in json.loads(said.stdout) if problem["key"] == "rotas.primary"]
    assert said.exit_code == 1
    assert (gap["file"], gap["line"], gap["weight"]) == ("routing_rules.yaml", line, "error")
    assert gap["reason"].startswith("nobody from Sun 22 Nov 2026 12:00 for the rest of 90 days")


def test_a_dead_runbook_is_an_error(files: Path) -> None:
    (files / "runbooks" / "payments-api-down.md").unlink()

    said = run("check")

    assert said.exit_code == 1
    assert "payments-api-down" in said.stdout


def test_a_file_that_is_not_there_is_said_in_a_line(files: Path) -> None:
    said = run("check", "--rules", "nope.yaml")

    assert (said.exit_code, said.stdout.splitlines()[0]) == (
        1,
        "error   nope.yaml cannot be read: No such file or directory",
    )
