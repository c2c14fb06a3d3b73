"""What is in force now: the last good rules, the dated facts beside them, and the refusal of a newer file, if any."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.context import Context
from app.domain.rota import DatedFacts
from app.domain.ruleset import Rules


@dataclass(slots=True)
class InForce:
    """Replaced piece by piece by a reload; readers take `rules` once and keep it for the whole of one decision.

    `refusal` holds the problems of a file that was refused since `loaded_at`; empty when the file in force is current.
    """

    rules: Rules
    loaded_at: datetime
    facts: DatedFacts = field(default_factory=DatedFacts)
    refusal: tuple[str, ...] = ()

    def context(self, now: datetime) -> Context:
        return Context(now, self.rules, self.facts)
