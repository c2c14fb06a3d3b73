"""What is in force now: the last good rules, the dated facts beside them, and the refusal of a newer file, if any."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.complaint import Complaint
from app.domain.context import Context
from app.domain.rota import DatedFacts
from app.domain.ruleset import Rules
from app.domain.suppress import Silence


@dataclass(slots=True)
class InForce:
    """Replaced piece by piece by a reload, and `silences` whenever somebody makes or ends one; readers take `rules`
    once and keep it for the whole of one decision.

    `refusal` holds the problems of a file that was refused since `loaded_at`; empty when the file in force is current.
    `is_kept`: the store has this version.
    """

    rules: Rules
    loaded_at: datetime
    facts: DatedFacts = field(default_factory=DatedFacts)
    silences: tuple[Silence, ...] = ()
    refusal: tuple[Complaint, ...] = ()
    is_kept: bool = False
    _latest: Context | None = None

    def context(self, now: datetime) -> Context:
        """With what the latest one has looked up already, as long as that holds."""
        latest = self._latest
        if latest and self._is_of(latest) and latest.holds_at(now):
            self._latest = replace(latest, now=now)
        else:
            self._latest = Context(now, self.rules, self.facts, self.silences)
        return self._latest

    def _is_of(self, context: Context) -> bool:
        return context.rules is self.rules and context.facts is self.facts and context.silences is self.silences
