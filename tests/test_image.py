"""The Dockerfile as text: what `make image-test` takes for granted, or could not see on the base that it makes."""

import io
import json
import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.config import Settings

ROOT = Path(__file__).parents[1]
INSTRUCTIONS = [
    line.split(maxsplit=1)
    for line in re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    .replace("\\\n", "")
    .splitlines()
    if line
]
PAGE = (ROOT / "docs/container.md").read_text()


def said(instruction: str) -> list[str]:
    """What follows each occurrence of an instruction, in order."""
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


def environment() -> dict[str, str]:
    """What the final stage sets; the first ENV is the build stage's."""
    return dict(pair.split("=", 1) for pair in said("ENV")[-1].split())


def test_every_stage_stands_on_one_base_with_an_exact_tag() -> None:
    base = next(one for one in said("ARG") if one.startswith("BASE="))

    assert re.fullmatch(r"BASE=python:\d+\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", base)
    assert [one.split()[0] for one in said("FROM")] == ["${BASE}", "${BASE}"]


def test_the_version_on_the_label_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert f"VERSION={project['version']}" in said("ARG")


def test_what_is_copied_in_is_all_that_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {source for one in said("COPY") if not one.startswith("--from") for source in one.split()[:-1]}

    assert rules[0] == "*"
    assert {one[1:] for one in rules if one.startswith("!")} == copied
    assert [one for one in copied if not (ROOT / one).exists()] == []


def test_no_setting_has_a_path_that_a_read_only_root_would_refuse() -> None:
    relative = {
        f"ONCALL_{name.upper()}"
        for name, field in Settings.model_fields.items()
        if re.search(r"(^|///)(var/|[\w.]+$)", str(field.default)) and (field.annotation is Path or name == "store")
    }
    set_here = {name: value for name, value in environment().items() if name in relative}

    assert relative == set_here.keys()
    assert [one for one in set_here.values() if not re.match(r"(sqlite:///)?/(data|etc/oncall)/", one)] == []


def test_the_health_check_needs_no_shell_and_no_tool() -> None:
    kind, _, command = said("HEALTHCHECK")[0].partition("CMD ")
    program, *_, code = json.loads(command)

    assert program == "python"
    assert "--interval=" in kind
    compile(code, "HEALTHCHECK", "exec")


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_compose_examples_use_settings_that_exist_and_a_read_only_root(example: str) -> None:
    services = YAML(typ="safe", pure=True).load(io.StringIO(example))["services"]
    routers = [one for one in services.values() if "oncall-router" in one["image"]]
    known = {f"ONCALL_{name.upper()}" for name in Settings.model_fields}

    assert routers
    assert [name for one in routers for name in one.get("environment", {}) if name not in known] == []
    assert {(one["read_only"], tuple(one["tmpfs"]), one["stop_grace_period"]) for one in routers} == {
        (True, ("/tmp",), "45s")
    }
