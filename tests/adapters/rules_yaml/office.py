"""A small valid rules file in sections, of which a test replaces the one that it is about."""

import re
from pathlib import Path
from textwrap import dedent

from app.adapters.rules_yaml import load_rules
from app.domain.classify import Severity
from app.domain.errors import InvalidRules
from app.domain.ruleset import Rules

TYPES = {
    name: {"critical": Severity.CRITICAL, "warning": Severity.HIGH} for name in ("alertmanager", "generic", "rollbar")
}

OFFICE = {
    "version": "version: 1",
    "defaults": "defaults: {timezone: Europe/London, on_missing_runbook: page, last_resort: eve}",
    "people": """
people:
  asha: {email: asha@example.com, on_call_since: 2026-01-05}
  ben: {email: ben@example.com, on_call_since: 2026-01-05}
  chen: {email: chen@example.com, on_call_since: 2026-01-05}
  eve: {email: eve@example.com, engineer: false}
""",
    "squads": 'squads: {payments: {channel: "#squad-payments", members: [asha, ben]}}',
    "rotas": """
rotas:
  first_responder: {members: all}
  primary: {members: [asha, ben]}
  shadow: {members: [ben]}
  second_line: {members: [chen]}
""",
}


def a_file(sections: str = "") -> str:
    """The office's file, with `sections` in place of its own of the same name."""
    text = dedent(sections).strip("\n")
    replaced = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    kept = [section.strip("\n") for name, section in OFFICE.items() if name not in replaced]
    return "\n".join([*kept, text]) + "\n"


def load(folder: Path, text: str | bytes) -> Rules:
    path = folder / "routing_rules.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_rules(path, folder / "runbooks", TYPES)


def doubts(folder: Path, text: str | bytes) -> tuple[str, ...]:
    """What is said of the file although it is used."""
    return tuple(map(str, load(folder, text).warnings))


def problems(folder: Path, text: str | bytes) -> tuple[str, ...]:
    """Why the file is refused; none if it is not."""
    try:
        load(folder, text)
    except InvalidRules as refused:
        return tuple(map(str, refused.problems))
    return ()
