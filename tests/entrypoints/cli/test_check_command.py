"""`check`: what is wrong with our files, and an exit code for pull requests."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.entrypoints.cli.alerting import SOUND, UNOWNED
from tests.entrypoints.cli.terminal import COMMAND, ROOT, run

ENVIRONMENT = {**{name: value for name, value in os.environ.items() if name[:7] != "ONCALL_"}, "PYTHONPATH": str(ROOT)}


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
        2,
        "error   nope.yaml cannot be read: No such file or directory",
    )


UNDECIDED = UNOWNED.replace("severity: critical", "severity: '{{ $labels.severity }}'")
AT = ("--at", "2026-11-22T12:00:00Z")


def write(files: Path, **texts: str) -> None:
    (files / "alerts").mkdir()
    for name, text in texts.items():
        (files / "alerts" / f"{name}.yaml").write_text(text)


def test_alerting_rules_are_looked_at_in_folders_and_files(files: Path) -> None:
    write(files, sound=SOUND, shop=UNOWNED, other="a: 1\n")

    said = run("check", "alerts", *AT)

    assert (said.exit_code, said.stdout.splitlines()) == (
        1,
        [
            'error   alerts/shop.yaml:7 groups.rules.labels.sqaud: the label "sqaud" is not read '
            '(did you mean "squad"?), and "ShopDown" is critical without an owner',
            "1 error, no warnings",
        ],
    )


def test_what_is_in_order_is_counted(files: Path) -> None:
    write(files, sound=SOUND, other="a: 1\n")

    said = run("check", "alerts", *AT, "--verbose")

    assert (said.exit_code, said.stdout, said.stderr) == (
        0,
        "routing_rules.yaml, runbooks/ and 1 alerting rule in 1 file are in order (no warnings)\n",
        "passed over alerts/other.yaml: holds no Prometheus rules\n",
    )


def test_what_helm_makes_may_come_on_stdin(files: Path) -> None:
    said = run("check", "-", *AT, body=UNOWNED)

    assert (said.exit_code, said.stdout.split(" ")[3]) == (1, "stdin:7")


def test_warnings_fail_a_strict_check_only(files: Path) -> None:
    write(files, shop=UNDECIDED)

    lenient, strict = run("check", "alerts", *AT), run("check", "alerts", *AT, "--strict")

    assert (lenient.exit_code, lenient.stdout.splitlines()[-1]) == (
        0,
        "routing_rules.yaml, runbooks/ and 1 alerting rule in 1 file are in order (1 warning)",
    )
    assert (strict.exit_code, strict.stdout.splitlines()[-1]) == (1, "no errors, 1 warning")


def test_a_folder_without_rules_is_a_warning_for_it_may_have_moved(files: Path) -> None:
    write(files, other="a: 1\n")

    said = run("check", "alerts", *AT, "--strict")

    assert (said.exit_code, said.stdout.splitlines()[0]) == (
        1,
        "warning alerts no Prometheus rules are in this folder",
    )


def test_rules_that_do_not_load_hide_nothing_of_the_shape_of_others(files: Path) -> None:
    write(files, shop=UNOWNED.replace("expr", "exp"))
    (files / "routing_rules.yaml").write_text("version: 1\n")

    said = run("check", "alerts", *AT)

    assert said.exit_code == 1
    assert 'alerts/shop.yaml:6 groups.rules: Prometheus knows no key "exp" (did you mean "expr"?)' in said.stdout
    assert "without an owner" not in said.stdout


def test_problems_of_our_own_files_are_named_as_seen_from_here(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "docs").mkdir()
    (files / "runbooks").rename(files / "docs" / "runbooks")
    (files / "docs" / "runbooks" / "broken.md").write_bytes(b"\xff")
    text = (files / "routing_rules.yaml").read_text()
    people = text[text.index("people:") : text.index("squads:")]
    (files / "secret").mkdir()
    (files / "secret" / "people.yaml").write_text(people.replace("engineer:", "enginer:"))
    (files / "routing_rules.yaml").write_text(text.replace(people, "people_file: secret/people.yaml\n"))
    options = (
        "--rules",
        f"{files.name}/routing_rules.yaml",
        "--runbooks",
        f"{files.name}/docs/runbooks",
        *AT,
        "--json",
    )
    monkeypatch.chdir(files.parent)

    refused = json.loads(run("check", *options).stdout)
    (files / "secret" / "people.yaml").write_text(people)
    doubted = json.loads(run("check", *options).stdout)

    assert {one["file"] for one in refused} == {f"{files.name}/secret/people.yaml"}
    assert {one["file"] for one in doubted} == {f"{files.name}/docs/runbooks/broken.md"}


def test_files_elsewhere_are_named_in_full(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(files, shop=UNOWNED)
    monkeypatch.chdir(files / "runbooks")

    said = run("check", "../alerts", "--rules", "../routing_rules.yaml", "--runbooks", ".", *AT, "--json")

    assert [one["file"] for one in json.loads(said.stdout)] == [str(files / "alerts" / "shop.yaml")]


def test_another_instance_of_alertmanager_may_be_meant(files: Path) -> None:
    write(files, shop=UNOWNED)
    with (files / "routing_rules.yaml").open("a") as rules:
        rules.write("sources: {lab: {type: alertmanager, severities: {critical: triage}}}\n")

    named, unknown = (run("check", "alerts", "--source", name, *AT) for name in ("lab", "labs"))

    assert named.exit_code == 0
    assert (unknown.exit_code, "there are alertmanager, lab" in unknown.stderr) == (2, True)


@pytest.mark.server
@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("alerts/sound.yaml",), 0),
        (("alerts/shop.yaml",), 1),
        (("alerts/undecided.yaml",), 0),
        (("alerts/undecided.yaml", "--strict"), 1),
        (("alerts/shop.yaml", "--format", "github"), 1),
        (("alerts/nope.yaml",), 2),
        (("alerts/dangling",), 2),
        (("--rules", "nope.yaml"), 2),
        (("--format", "xml"), 2),
        (("--json", "--format", "github"), 2),
        (("--at", "soon"), 2),
        (("--nope",), 2),
    ],
)
def test_exit_codes_are_fit_for_ci(files: Path, words: tuple[str, ...], exit_code: int) -> None:
    write(files, sound=SOUND, shop=UNOWNED, undecided=UNDECIDED)
    (files / "alerts" / "dangling").mkdir()
    (files / "alerts" / "dangling" / "x.yaml").symlink_to("nowhere")

    ended = subprocess.run([*COMMAND, "check", *AT, *words], cwd=files, env=ENVIRONMENT, capture_output=True, text=True)

    assert ended.returncode == exit_code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_a_mapping_lacks_is_said_with_the_line_of_its_source(files: Path) -> None:
    rules = files / "routing_rules.yaml"
    line = rules.read_text().count("\n") + 2
    with rules.open("a") as file:
        file.write("sources:\n  printer: {type: generic, mapping: goaler}\n")

    (warning,) = json.loads(run("check", "--json", *AT).stdout)

    assert (warning["file"], warning["line"], warning["key"]) == ("routing_rules.yaml", line, "sources.printer")


def test_a_setting_that_cannot_be_is_a_wrong_call(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCALL_PORT", "many")

    said = run("check")

    assert (said.exit_code, "ONCALL_PORT" in said.stderr) == (2, True)
