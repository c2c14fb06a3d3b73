"""How the rules are read: the file, with what this installation's sources and channels have to say about it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.adapters.rules_yaml import load_kept, load_rules
from app.adapters.sources import SOURCES
from app.config import Settings
from app.domain.classify import Severity
from app.domain.complaint import NOWHERE, Complaint
from app.domain.ruleset import Rules
from app.service.source_ports import Configurable
from app.wired_channels import not_installed


def read_rules(settings: Settings) -> Rules:
    """The rules and runbooks as they are on disk. Raises `InvalidRules`."""
    rules = load_rules(settings.rules, settings.runbooks, _severity_words())
    return replace(rules, warnings=(*rules.warnings, *_wrong_options(rules), *not_installed(rules)))


def read_kept(text: str) -> Rules:
    """The rules of an earlier version's text. Raises `InvalidRules`."""
    return load_kept(text, _severity_words())


def _severity_words() -> dict[str, Mapping[str, Severity]]:
    return {name: source.severities for name, source in SOURCES.items()}


def _wrong_options(rules: Rules) -> Iterator[Complaint]:
    for name, instance in rules.sources.items():
        source: object = SOURCES.get(instance.type)
        if isinstance(source, Configurable):
            place = rules.places.get(f"sources.{name}", NOWHERE)
            yield from (
                Complaint(place, problem, f"sources.{name}") for problem in source.problems(instance.options or {})
            )
