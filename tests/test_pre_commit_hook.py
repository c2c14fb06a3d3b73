"""The hook that other repositories take from here, run by pre-commit itself over a repository of its own.

Only how it is installed is another: pre-commit would build the package from the network, so here it takes the command
that is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
HOOKS = ".pre-commit-hooks.yaml"
CONFIGURATION = """
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: oncall-router-check
        language: system
        args: [--at, "2026-11-22T12:00:00Z"]
"""
UNOWNED = """
groups:
  - name: shop
    rules:
      - {alert: ShopDown, expr: up == 0, labels: {severity: critical}, annotations: {runbook: payments-api-down}}
"""

pytestmark = pytest.mark.server


def environment(folder: Path) -> dict[str, str]:
    """Nothing of this machine's settings, and the command of this project on the path."""
    (folder / "bin").mkdir(exist_ok=True)
    command = folder / "bin" / "oncall-router"
    command.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from app.entrypoints.cli.main import main; main()" "$@"\n'
    )
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONCALL_", "GIT_"))}
    return {
        **kept,
        "PATH": f"{folder / 'bin'}:{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "PRE_COMMIT_HOME": str(folder / "cache"),
        **{f"GIT_{who}_{what}": "tests@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


def run(*words: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def committed(folder: Path, env: dict[str, str]) -> str:
    """The commit of everything in a new repository there."""
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        done = run("git", *words, folder=folder, env=env)
        assert done.returncode == 0, done.stderr
    return run("git", "rev-parse", "HEAD", folder=folder, env=env).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A repository with rules and runbooks that has the hook, everything committed."""
    env = environment(tmp_path)
    (tmp_path / "hooks").mkdir()
    shutil.copy(ROOT / HOOKS, tmp_path / "hooks")
    rev = committed(tmp_path / "hooks", env)
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(ROOT / "routing_rules.yaml", project)
    shutil.copytree(ROOT / "runbooks", project / "runbooks")
    (project / "service.py").write_text("print()\n")
    (project / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(repo=tmp_path / "hooks", rev=rev))
    committed(project, env)
    return project, env


def hook(project: Path, env: dict[str, str], *files: str) -> subprocess.CompletedProcess[str]:
    """What pre-commit says of a change to these files."""
    return run(str(BIN / "pre-commit"), "run", "--color", "never", "--files", *files, folder=project, env=env)


def test_sound_files_may_be_committed(project: tuple[Path, dict[str, str]]) -> None:
    said = hook(*project, "routing_rules.yaml", "runbooks/payments-api-down.md")

    assert (said.returncode, "Passed" in said.stdout) == (0, True), said.stdout + said.stderr


def test_an_alert_without_an_owner_may_not(project: tuple[Path, dict[str, str]]) -> None:
    (project[0] / "shop.yml").write_text(UNOWNED)

    said = hook(*project, "shop.yml", "routing_rules.yaml", "service.py")

    assert (said.returncode, "Failed" in said.stdout) == (1, True), said.stdout + said.stderr
    assert 'shop.yml:5 groups.rules: "ShopDown" is critical without an owner' in said.stdout


def test_a_change_to_other_files_does_not_run_it(project: tuple[Path, dict[str, str]]) -> None:
    said = hook(*project, "service.py")

    assert (said.returncode, "Skipped" in said.stdout) == (0, True), said.stdout + said.stderr
