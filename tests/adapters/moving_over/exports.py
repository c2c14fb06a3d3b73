"""Invented exports of each system, and what becomes of them once our loader has read the file that they make."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.adapters.moving_over import READERS, Document, read_documents, rules_text
from app.adapters.rules_yaml import load_rules
from app.domain.rota import DatedFacts, on_call
from app.domain.ruleset import Rules
from app.service.moving_over.choosing import Choice
from app.service.moving_over.draft import Draft, draft
from app.service.moving_over.exported import System

FIXTURES = Path(__file__).parent / "fixtures"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday: when the exports were made."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import comes to: the draft, its text, and the rules as the server reads them."""

    draft: Draft
    text: str
    rules: Rules

    def who(self, rota: str, at: str) -> str | None:
        """Who holds the rota by the rules, at a time in UTC."""
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        return on_call(self.rules.rotas[rota], self.rules.people, DatedFacts(), moment).person

    def told(self, policy: str = "critical") -> list[tuple[str, tuple[str, ...]]]:
        """The steps out of hours: how long after the one before, and whom."""
        steps = self.rules.policies[policy].out_of_hours.steps
        return [(str(step.after.length), tuple(target.name for target in step.tell)) for step in steps]

    def said(self, subject: str) -> str:
        """All reasons that the report gives about a subject."""
        return "\n".join(one.reason for one in self.draft.findings if one.subject.startswith(subject))


def imported(folder: Path, system: System, documents: tuple[Document, ...] | None = None, **choice: Any) -> Imported:
    """The fixture's export, or these documents, carried over and loaded."""
    at = choice.pop("at", AT)
    found = draft(READERS[system](documents or of(system), at), Choice(**choice), at)
    text = rules_text(found)
    (folder / "routing_rules.yaml").write_text(text)
    return Imported(found, text, load_rules(folder / "routing_rules.yaml", folder / "runbooks", {}))


def of(system: System) -> tuple[Document, ...]:
    return read_documents(FIXTURES / system)


def changed(system: System, stem: str, change: Callable[[Any], None]) -> tuple[Document, ...]:
    """The fixture's documents, one of them changed in place."""
    documents = {document.stem: json.loads(json.dumps(document.value)) for document in of(system)}
    change(documents[stem])
    return tuple(Document(stem, value) for stem, value in documents.items())
