"""The command line explains itself, quickly and in full."""

import subprocess
import sys

import pytest

from app.entrypoints.cli.main import app
from tests.entrypoints.cli.terminal import ROOT, run

HEAVY = ("fastapi", "uvicorn", "httpx", "pydantic", "structlog", "ruamel", "app.wiring", "app.adapters")


def commands() -> list[str]:
    """Every command as it is typed."""
    import typer

    found: list[str] = []
    for name, command in vars(typer.main.get_command(app))["commands"].items():
        below = vars(command).get("commands")
        found += [f"{name} {one}" for one in below] if below else [name]
    return found


def test_help_loads_nothing_heavy() -> None:
    asked = "import sys\nfrom app.entrypoints.cli.main import app\ntry:\n app(['--help'])\nexcept SystemExit:\n pass\n"
    said = f"{asked}print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"

    ended = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_and_is_documented(command: str) -> None:
    said = run(*command.split(), "--help")

    assert said.exit_code == 0
    assert f"oncall-router {command}" in (ROOT / "docs" / "cli.md").read_text()


def test_an_unknown_command_is_a_usage_error() -> None:
    said = run("pgae")

    assert said.exit_code == 2
    assert "No such command 'pgae'" in said.stderr
