"""docs/ci.md: its commands run, its output is what they print, its blocks are sound."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.adapters.yaml_document import as_plain, read_yaml
from tests.entrypoints.cli.alerting import SOUND, UNOWNED
from tests.entrypoints.cli.terminal import ROOT, run

PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"(?:^|run: |- |\| )(oncall-router check\b[^\n`]*)$", PAGE, re.MULTILINE)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With the files that the page speaks of, in which the commands run."""
    shutil.copy(ROOT / "routing_rules.yaml", tmp_path)
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    for folder, file in (("alerts", "payments.yaml"), ("deploy", "rules.yaml")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(SOUND)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def block(word: str) -> Any:
    """The block in which the word is."""
    (text,) = [one for one in BLOCKS if word in one]
    tree, complaints = read_yaml(text.encode(), "ci.md")
    assert complaints == ()
    return as_plain(tree)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_runs(command: str) -> None:
    words = shlex.split(command)[1:]

    assert run(*words, "--at", "2026-11-22", body=SOUND).exit_code == 0


def test_there_is_a_command_for_the_shell_for_stdin_for_github_and_for_gitlab() -> None:
    assert COMMANDS == [
        "oncall-router check alerts/ deploy/rules.yaml",
        "oncall-router check -",
        "oncall-router check alerts/ --format github",
        "oncall-router check alerts/",
    ]


def test_the_output_on_the_page_is_what_the_command_prints(repository: Path) -> None:
    (repository / "alerts" / "shop.yaml").write_text(UNOWNED.replace("wiki.", "wki."))

    said = run("check", "alerts/", "deploy/rules.yaml", "--at", "2026-11-22")

    assert said.exit_code == 1
    assert f"```\n{said.stdout}```" in PAGE


def test_the_blocks_to_paste_are_whole() -> None:
    github, gitlab = block("runs-on"), block("script")

    assert [step.get("run", "").split()[:1] for step in github["jobs"]["check"]["steps"]] == [
        [],
        [],
        ["pip"],
        ["oncall-router"],
    ]
    assert gitlab["alerts"]["script"] == ["oncall-router check alerts/"]


def test_the_hook_on_the_page_is_the_hook_that_there_is() -> None:
    (repo,) = block("repos")["repos"]
    (named,) = repo["hooks"]
    tree, complaints = read_yaml((ROOT / ".pre-commit-hooks.yaml").read_bytes(), ".pre-commit-hooks.yaml")
    (hook,) = as_plain(tree)  # type: ignore[misc]

    assert (complaints, hook["id"], hook["entry"]) == ((), named["id"], "oncall-router check")
    assert run("check", *named["args"], "alerts/payments.yaml", "--at", "2026-11-22").exit_code == 0
