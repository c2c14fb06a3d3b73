"""The rules of the stories, loaded once."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.ruleset import Rules
from tests.stories.stage import RULES, RUNBOOK


@lru_cache
def town_rules(text: str = RULES) -> Rules:
    """`Rules` of this text, with the one runbook that it names."""
    words = {name: source.severities for name, source in SOURCES.items()}
    with TemporaryDirectory() as folder:
        rules, runbooks = Path(folder) / "routing_rules.yaml", Path(folder) / "runbooks"
        runbooks.mkdir()
        rules.write_text(text)
        (runbooks / "payments-api-down.md").write_text(RUNBOOK)
        return load_rules(rules, runbooks, words)
