"""The pure look-ups that a decision needs, for one instant, each worked out once however many decisions share it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.alert import Alert
from app.domain.calendar import Calendar
from app.domain.rota import DatedFacts, OnCall, on_call
from app.domain.ruleset import Rules
from app.domain.suppress import Silence, Suppression, suppression


@dataclass(slots=True)
class Context:
    """`now` is aware UTC; rules, facts and silences are those in force at `now`. `fires` says whether an alert fires
    under a key of an inhibition, and with True also one that is only observed. `remembered` is for answers that depend
    on nothing but `now`, rules and facts."""

    now: datetime
    rules: Rules
    facts: DatedFacts = field(default_factory=DatedFacts)
    silences: tuple[Silence, ...] = ()
    fires: Callable[[str, bool], bool] = lambda key, observed: False
    remembered: dict[object, Any] = field(default_factory=dict)
    _on_call: dict[str, OnCall] = field(default_factory=dict)
    _hours: dict[str, tuple[bool, str]] = field(default_factory=dict)
    _next_change: dict[str, datetime | None] = field(default_factory=dict)

    def holds_at(self, now: datetime) -> bool:
        """Whether all that was looked up is the same at `now`: nothing in rules and facts changes within a second."""
        return now.replace(microsecond=0) == self.now.replace(microsecond=0)

    def suppression(self, alert: Alert) -> Suppression | None:
        """Why this alert tells nobody now; None when it does. Nobody hears of what is only observed, so that does
        not inhibit what is live."""
        if not self.silences and not self.rules.inhibitions:
            return None
        observed = self.rules.is_observed(alert.source)
        return suppression(
            alert, self.silences, self.rules.inhibitions, lambda key: self.fires(key, observed), self.now
        )

    def on_call(self, rota: str) -> OnCall:
        found = self._on_call.get(rota)
        if found is None:
            found = on_call(self.rules.rotas[rota], self.rules.people, self.facts, self.now)
            self._on_call[rota] = found
        return found

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name, or the default one if a later rules file has dropped it."""
        return self.rules.calendars.get(name) or self.rules.calendars[self.rules.default_calendar]

    def hours(self, calendar: str) -> tuple[bool, str]:
        """Whether it is working hours now, and why."""
        found = self._hours.get(calendar)
        if found is None:
            known = self.calendar(calendar)
            found = (known.is_open(self.now), known.explain(self.now))
            self._hours[calendar] = found
        return found

    def next_change(self, calendar: str) -> datetime | None:
        if calendar not in self._next_change:
            self._next_change[calendar] = self.calendar(calendar).next_change(self.now)
        return self._next_change[calendar]
