"""The incident as a machine: whatever happens in whatever order, the promises hold."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.events import (
    Acknowledge,
    Action,
    Actor,
    CallSecondLine,
    Escalate,
    Note,
    Park,
    Reassign,
    Resolve,
    Snooze,
    TagSquads,
    Unacknowledge,
)
from app.domain.incident import Decision, Incident, Mark, Outcome, Status, Timer
from app.domain.message import Message, MessageKind
from app.domain.notification import NotificationState, Rejected, Result, Sent
from app.domain.ruleset import Rules
from app.domain.step import step
from app.service.apply import Applier
from app.service.dispatch import Dispatcher
from app.service.in_force import InForce
from app.service.ingest import ingest
from app.service.lanes import Lane
from app.service.ports import Store
from app.service.respond import respond
from app.service.tick import tick
from tests.stories.stage import VirtualClock, london

PEOPLE = st.sampled_from(["asha", "ben", "chen", "dee", "eve"])
NAMES = st.sampled_from(["one", "two"])
SEVERITIES = st.sampled_from(["critical", "high", "triage"])
STARTS = st.sampled_from(
    [
        "2026-11-20 16:50",
        "2026-11-22 03:00",
        "2026-11-23 08:40",
        "2026-11-23 11:00",
        "2026-03-28 23:30",
        "2026-10-25 00:30",
    ]
)


class IncidentMachine(RuleBasedStateMachine):
    """One alert group, five people who do whatever they like, channels that die, and time."""

    house_rules: Rules
    open_store: Callable[[], Any]

    @initialize(at=STARTS)
    def set_the_stage(self, at: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = VirtualClock(london(at))
        self.store: Store = self.run(self.open_store())
        self.in_force = InForce(self.house_rules, self.clock.now())
        self.applier = Applier(self.store, self.in_force, self.clock, lambda: None)
        self.steps: list[tuple[Incident | None, Any, Context, Decision]] = []
        self.recording = patch("app.service.apply.step", self._recorded)
        self.recording.start()
        self.dead: set[str] = set()
        self.sent: list[tuple[datetime, str, Message]] = []
        self.reports = 0
        self.dispatcher = Dispatcher(
            self.store, {"email": self}, self.in_force, self.applier, self.clock, lambda one: f"http://r/{one.incident}"
        )
        numbers = count(1)
        self.new_id = lambda: f"{next(numbers):016x}"
        self.ids: list[str] = []

        async def begin() -> None:
            self.applier.start()

        self.run(begin())

    name = "email"

    async def send(self, message: Message) -> Result:
        if message.address in self.dead:
            return Rejected("no such mailbox")
        self.sent.append((self.clock.at, message.address, message))
        return Sent()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.recording.stop()
            self.run(self.applier.stop())
            close = getattr(self.store, "close", None)
            if close:
                self.run(close())
            self.loop.close()

    @rule(name=NAMES, severity=SEVERITIES)
    def an_alert_fires(self, name: str, severity: str) -> None:
        (taken,) = self.run(self._ingest(name, AlertStatus.FIRING, severity))
        if taken.incident not in self.ids:
            self.ids.append(taken.incident)
            self.reports = 0
        self.reports += 1
        self.settle()
        assert self.incident().count >= self.reports

    @rule(name=NAMES)
    def an_alert_resolves(self, name: str) -> None:
        self.run(self._ingest(name, AlertStatus.RESOLVED, "critical"))
        self.settle()

    @precondition(lambda self: self.ids)
    @rule(
        by=PEOPLE,
        to=PEOPLE,
        minutes=st.integers(1, 2000),
        kind=st.sampled_from(
            ["ack", "unack", "resolve", "snooze", "reassign", "escalate", "second", "park", "note", "tag"]
        ),
    )
    def somebody_acts(self, by: str, to: str, minutes: int, kind: str) -> None:
        actor = Actor(by, "api")
        actions: dict[str, Action] = {
            "ack": Acknowledge(actor),
            "unack": Unacknowledge(actor),
            "resolve": Resolve(actor),
            "snooze": Snooze(actor, self.clock.now() + timedelta(minutes=minutes)),
            "reassign": Reassign(actor, to),
            "escalate": Escalate(actor),
            "second": CallSecondLine(actor, "help"),
            "park": Park(actor),
            "note": Note(actor, "looked at it"),
            "tag": TagSquads(actor, ("payments",)),
        }
        before = self.incident()
        try:
            self.run(respond(self.ids[-1], actions[kind], self.house_rules, self.applier))
        except (IllegalTransition, InvalidPayload):
            assert self.incident() == before
        self.settle()

    @precondition(lambda self: self.ids)
    @rule(by=PEOPLE)
    def acknowledging_twice_is_acknowledging_once(self, by: str) -> None:
        if self.incident().is_open and not self._waits():
            self.run(respond(self.ids[-1], Acknowledge(Actor(by, "link")), self.house_rules, self.applier))
            once = self.incident()
            again = self.run(respond(self.ids[-1], Acknowledge(Actor(by, "link")), self.house_rules, self.applier))
            shadow = again.outcome is Outcome.ACKNOWLEDGED and once.status is Status.TRIGGERED
            assert shadow or self.incident() == once
        self.settle()

    @rule(minutes=st.integers(1, 300))
    def time_passes(self, minutes: int) -> None:
        self._pass_until(self.clock.at + timedelta(minutes=minutes))

    @rule()
    def a_day_passes(self) -> None:
        self._pass_until(self.clock.at + timedelta(days=1))

    @rule(minutes=st.integers(1, 600))
    def the_router_is_down_for_a_while(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)
        self.settle()

    @rule(person=PEOPLE)
    def a_mailbox_dies_or_comes_back(self, person: str) -> None:
        self.dead ^= {f"{person}@example.com"}

    @invariant()
    def never_nobody(self) -> None:
        """A production incident that nobody has and that waits for nothing has somebody being paged."""
        if not self.ids or self.incident().status is not Status.TRIGGERED or self._waits():
            return
        if self.incident().severity is not Severity.TRIAGE:
            assert any(not page.shadowing for page in self.incident().pages), self.incident()

    @invariant()
    def acknowledged_means_no_further_page_except_by_rule(self) -> None:
        if self.ids and self.incident().status is Status.ACKNOWLEDGED:
            assert {page.role for page in self.incident().pages} <= {"second_line", "last_resort"}

    @invariant()
    def a_timer_exists_whenever_something_must_still_happen(self) -> None:
        if not self.ids:
            return
        incident, timers = self.incident(), set(self.incident().timers)
        if incident.status is Status.RESOLVED:
            assert not timers
            assert not incident.pages
        elif Mark.SNOOZED in incident.marks:
            assert timers == {Timer.UNSNOOZE}
        elif Mark.HELD in incident.marks:
            assert timers == {Timer.RELEASE}
        elif incident.severity is Severity.TRIAGE:
            assert not timers
        elif Mark.PARKED in incident.marks:
            assert timers == {Timer.HAND_OVER}
        elif incident.status is Status.ACKNOWLEDGED:
            assert len(timers) == 1
            assert timers <= {Timer.STOP, Timer.PARK, Timer.HAND_OVER}
        else:
            assert Timer.ESCALATE in timers or Mark.LAST_RESORT in incident.marks

    @invariant()
    def nothing_is_left_overdue(self) -> None:
        if self.ids:
            backlog = self.run(self.store.backlog(self.clock.now()))
            assert (backlog.timers, backlog.notifications) == (0, 0)

    @invariant()
    def every_live_page_has_a_living_row(self) -> None:
        """What the incident lists can still be sent, or has reached its reader."""
        if not self.ids:
            return
        rows = {row.key: row for row in self.run(self.store.notifications(self.ids[-1]))}
        for page in self.incident().pages:
            assert rows[page.key].state in (NotificationState.LIVE, NotificationState.DONE), rows[page.key]

    @invariant()
    def replaying_the_events_gives_the_same_decisions(self) -> None:
        for incident, event, ctx, decision in self.steps[-3:]:
            assert step(incident, event, Context(ctx.now, ctx.rules, ctx.facts)) == decision

    @invariant()
    def no_step_pages_twice(self) -> None:
        keys = [row.key for *_, decision in self.steps for row in decision.notifications]
        assert len(keys) == len(set(keys))

    @invariant()
    def nobody_is_paged_for_what_somebody_has(self) -> None:
        """A page goes out only while nobody has the incident, or because somebody was called in beside the holder."""
        for at, address, message in self.sent:
            if message.kind in (MessageKind.PAGE, MessageKind.REMINDER):
                (item,) = message.items
                called_in = "called in" in item.why or "reached" in item.why
                assert item.status == "triggered" or called_in, (at, address)

    def settle(self) -> None:
        for _ in range(100):
            handled = self.run(tick(self.store, self.applier, self.clock))
            claimed = self.run(self.dispatcher.claim())
            self.run(self.dispatcher.send(claimed))
            if not handled and not claimed:
                return
        raise AssertionError("it never comes to rest")

    def incident(self) -> Incident:
        loaded = self.run(self.store.load((), (self.ids[-1],)))
        return loaded.incidents[self.ids[-1]]

    def _waits(self) -> bool:
        return bool({Mark.HELD, Mark.SNOOZED, Mark.PARKED} & set(self.incident().marks))

    def _pass_until(self, goal: datetime) -> None:
        while (due := self.run(self.store.next_due())) is not None and due <= goal:
            self.clock.at = max(self.clock.at, due)
            self.settle()
        self.clock.at = goal

    async def _ingest(self, name: str, status: AlertStatus, severity: str) -> Any:
        alert = Alert(
            source="alertmanager",
            source_type="alertmanager",
            dedup_key=name,
            status=status,
            title=f"alert {name}",
            severity=severity,
            labels={"alertname": "PaymentsApiDown", "service": "payments"},
            group_key="group",
        )
        return await ingest([alert], self.house_rules, self.applier, self.new_id, Lane("alertmanager"))

    def _recorded(self, incident: Incident | None, event: Any, ctx: Context) -> Decision:
        decision = step(incident, event, ctx)
        self.steps.append((incident, event, ctx, decision))
        return decision
