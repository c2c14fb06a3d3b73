"""Prometheus figures of this process, in a registry of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.domain.heartbeat import Standing
from app.domain.incident import Outcome
from app.domain.notification import Result
from app.domain.reach import Lack, PersonReach
from app.domain.rota_gaps import Outlook
from app.domain.suppress import SuppressedBy
from app.service.in_force import InForce
from app.service.ingest import Taken
from app.service.self_audit import Audit

SOON = timedelta(days=7)
"""How far ahead gaps and double bookings are figures that somebody should act on."""


class Metrics:
    """Every figure is named oncall_*; docs/metrics.md says what each is for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._alerts: dict[tuple[str, str], Counter] = {}
        self._of_what_comes_in()
        self._of_what_is_done()
        self._of_the_rules()
        self._of_the_store_and_beats()
        self._of_people()

    def _of_what_comes_in(self) -> None:
        """What is accepted, refused, held against a limit or kept quiet."""
        self.alerts = Counter(
            "oncall_alerts", "Alerts understood, by source and outcome.", ["source", "outcome"], registry=self.registry
        )
        self.refused = Counter(
            "oncall_requests_refused",
            "Webhooks refused, by source and reason.",
            ["source", "reason"],
            registry=self.registry,
        )
        self.without_runbook = Counter(
            "oncall_without_runbook",
            "Incidents opened by alerts that have no runbook, by squad.",
            ["squad"],
            registry=self.registry,
        )
        self.over_limit = Counter(
            "oncall_over_limit",
            "Requests of sources that sent more than their rate_limit, by source.",
            ["source"],
            registry=self.registry,
        )
        self.suppressed = Counter(
            "oncall_suppressed", "Alerts that told nobody, by what suppressed them.", ["by"], registry=self.registry
        )
        self.silences = Gauge("oncall_silences", "Silences in force, by kind.", ["kind"], registry=self.registry)
        self.accept_seconds = Histogram(
            "oncall_accept_seconds",
            "From the request to the durable answer.",
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
        )

    def _of_what_is_done(self) -> None:
        """What is sent, and what is late."""
        self.sends = Counter(
            "oncall_sends", "Messages handed to a channel, by result.", ["channel", "result"], registry=self.registry
        )
        self.loop_errors = Counter(
            "oncall_loop_errors", "Rounds of a loop that failed.", ["loop"], registry=self.registry
        )
        self.overdue = Gauge("oncall_overdue", "Due and not done yet, by kind.", ["kind"], registry=self.registry)
        self.lateness = Gauge(
            "oncall_lateness_seconds", "How late the oldest due one is, by kind.", ["kind"], registry=self.registry
        )

    def _of_the_rules(self) -> None:
        """What is in force."""
        self.rules_refused = Gauge(
            "oncall_rules_refused", "1 while a newer rules file is refused.", registry=self.registry
        )
        self.rules_info = Gauge(
            "oncall_rules_info", "1 for the rules version in force.", ["version"], registry=self.registry
        )

    def _of_the_store_and_beats(self) -> None:
        """What this process stands on, and who beats."""
        self.store_up = Gauge("oncall_store_up", "1 while the store answers.", registry=self.registry)
        self.journal_entries = Gauge(
            "oncall_journal_entries", "Requests that wait in this process's journal.", registry=self.registry
        )
        self.journal_room = Gauge(
            "oncall_journal_room_ratio", "How much of the journal is free, 0 to 1.", registry=self.registry
        )
        self.journal_room.set(1)
        self.heartbeats = Gauge(
            "oncall_heartbeats", "Heartbeats that are watched, by how they stand.", ["state"], registry=self.registry
        )
        self.beats = Counter("oncall_beats", "The router's own beats, by result.", ["result"], registry=self.registry)
        self.quarantine = Gauge(
            "oncall_quarantine", "Refused bodies that wait, by source.", ["source"], registry=self.registry
        )

    def _of_people(self) -> None:
        """Who holds what, and who can be reached."""
        self.rota_gaps = Gauge(
            "oncall_rota_gap_seconds",
            "Time within the next 7 days that nobody holds, by rota.",
            ["rota"],
            registry=self.registry,
        )
        self.double_bookings = Gauge(
            "oncall_double_bookings",
            "Times within the next 7 days that one person holds two roles that back each other.",
            registry=self.registry,
        )
        self.unready = Gauge(
            "oncall_people_unready",
            "People who lack something to be reached, by what it is and when they are next on call.",
            ["lack", "when"],
            registry=self.registry,
        )

    def sent(self, channel: str, result: Result) -> None:
        self.sends.labels(channel, type(result).__name__.lower()).inc()

    def sends_by_channel(self) -> dict[str, dict[str, int]]:
        """How many sendings of this process had which result, by channel."""
        found: dict[str, dict[str, int]] = {}
        for sample in next(iter(self.sends.collect())).samples:
            if sample.name.endswith("_total"):
                found.setdefault(sample.labels["channel"], {})[sample.labels["result"]] = int(sample.value)
        return found

    def accepted(self, source: str, taken: Sequence[Taken], seconds: float) -> None:
        self.accept_seconds.observe(seconds)
        self.taken(source, taken)

    def taken(self, source: str, taken: Sequence[Taken]) -> None:
        """What became of alerts, wherever they come from."""
        counts: dict[Outcome, int] = {}
        for one in taken:
            counts[one.outcome] = counts.get(one.outcome, 0) + 1
        for outcome, count in counts.items():
            key = (source, outcome)
            if key not in self._alerts:
                self._alerts[key] = self.alerts.labels(*key)
            self._alerts[key].inc(count)

        for one in taken:
            if one.debt:
                self.without_runbook.labels(one.debt).inc()
            if one.suppressed:
                self.suppressed.labels(one.suppressed).inc()

    def watched(self, standings: Mapping[Standing, int]) -> None:
        for standing in Standing:
            self.heartbeats.labels(standing.value).set(standings.get(standing, 0))

    def quarantined(self, waiting: Mapping[str, int]) -> None:
        self.quarantine.clear()
        for source, count in waiting.items():
            self.quarantine.labels(source).set(count)

    def reached(self, everybody: Sequence[PersonReach], now: datetime) -> None:
        for lack in Lack:
            for when in ("now", "soon", "later"):
                counted = sum(lack in one.lacks and one.when(now) == when for one in everybody)
                self.unready.labels(lack, when).set(counted)

    def journal(self, waiting: int, room: float) -> None:
        self.journal_entries.set(waiting)
        self.journal_room.set(room)

    def audited(self, found: Audit, in_force: InForce, now: datetime) -> None:
        self.overdue.labels("timer").set(found.timers)
        self.overdue.labels("notification").set(found.notifications)
        self.lateness.labels("timer").set(found.timers_late)
        self.lateness.labels("notification").set(found.notifications_late)
        for kind in (SuppressedBy.SILENCE, SuppressedBy.MAINTENANCE):
            of_kind = (one for one in in_force.silences if one.kind is kind)
            self.silences.labels(kind).set(sum(one.is_in_force(now) for one in of_kind))
        self.rules_refused.set(bool(in_force.refusal))
        self.rules_info.clear()
        self.rules_info.labels(in_force.rules.version).set(1)

    def looked_ahead(self, ahead: Outlook) -> None:
        """A rota without gaps has no series."""
        self.rota_gaps.clear()
        soon = ahead.since + SOON
        for gap in ahead.gaps:
            if gap.since < soon:
                self.rota_gaps.labels(gap.rota).inc((min(gap.until, soon) - gap.since).total_seconds())
        self.double_bookings.set(sum(one.since < soon for one in ahead.double_bookings))

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
