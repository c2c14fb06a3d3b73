"""The lock files: what pip installs by hash fits pyproject.toml, and no address of a registry is in them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "requirements.lock": RUNTIME,
    "requirements-build.lock": GROUPS["build"],
    "requirements-dev.lock": [*RUNTIME, *GROUPS["build"], *GROUPS["dev"]],
}


def fits(wanted: Requirement, pins: dict[str, str]) -> bool:
    pinned = pins.get(canonicalize_name(wanted.name))
    return pinned is not None and wanted.specifier.contains(pinned)


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_pins_all_that_the_project_wants(name: str) -> None:
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert [line for line in WANTED[name] if not fits(Requirement(line), pins)] == [], "run `make lock`"


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_has_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text()
    pinned = re.findall(r"^[\w.-]+==.*?(?=^[\w.-]+==|\Z)", text, re.MULTILINE | re.DOTALL)

    assert [one for one in pinned if "--hash=sha256:" not in one] == []
    assert "://" not in text


def test_all_locks_agree() -> None:
    pins: dict[str, set[str]] = {}
    for name in WANTED:
        for package, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE):
            pins.setdefault(package, set()).add(version)

    assert {package: versions for package, versions in pins.items() if len(versions) > 1} == {}
