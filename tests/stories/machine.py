"""Incidents as a machine: whatever happens in whatever order, the promises hold."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
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
    HandToSquad,
    Mute,
    Note,
    Park,
    Promote,
    Reassign,
    Resolve,
    Snooze,
    StartCall,
    SuppressionChanged,
    TagSquads,
    Unacknowledge,
)
from app.domain.incident import Decision, Incident, Mark, Outcome, Status, Timer
from app.domain.message import Message, MessageKind
from app.domain.notification import NotificationState, Rejected, Result, Sent
from app.domain.ruleset import Rules
from app.domain.step import step
from app.domain.suppress import Silence, SuppressedBy
from app.service.apply import Applier
from app.service.dispatch import Dispatcher
from app.service.in_force import InForce
from app.service.ingest import ingest
from app.service.job import Job
from app.service.lanes import Lane
from app.service.ports import Store
from app.service.respond import respond
from app.service.tick import tick
from tests.stories.stage import VirtualClock, london

PEOPLE = st.sampled_from(["asha", "ben", "chen", "dee", "eve"])
NAMES = st.sampled_from(["one", "two"])
INHIBITOR = "site"
EVERY = st.sampled_from(["one", "two", INHIBITOR])
LOOK = timedelta(hours=1)
"""Longer than the program's own looks, so that a day takes less of them."""

LIMITS = """
limits: {flap_reopens: 1, flap_hold: 20m}
inhibit:
  - {name: site down, source: 'name="site"', target: 'name=~"one|two"'}
"""
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
    """Two alert groups, of which one inhibits the other; five people who do and silence whatever they like; channels
    that die; and time."""

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
        self.patches = ExitStack()
        self.patches.enter_context(patch("app.service.fold.step", self._recorded))
        for look in ("SILENCE_LOOK", "INHIBITION_LOOK"):
            self.patches.enter_context(patch(f"app.domain.suppress.{look}", LOOK))
        self.dead: set[str] = set()
        self.sent: list[tuple[datetime, str, Message]] = []
        self.reports: Counter[str] = Counter()
        self.worst: dict[tuple[str, int], int] = {}
        self.told_quiet: list[tuple[datetime, Incident, Message]] = []
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
        quiet = (await self.store.load((), [item.incident for item in message.items])).incidents.values()
        self.told_quiet += [(self.clock.at, one, message) for one in quiet if one.is_suppressed]
        return Sent()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.patches.close()
            self.run(self.applier.stop())
            close = getattr(self.store, "close", None)
            if close:
                self.run(close())
            self.loop.close()

    @rule(name=EVERY, severity=SEVERITIES)
    def an_alert_fires(self, name: str, severity: str) -> None:
        is_silenced = self._is_silenced(name)
        (taken,) = self.run(self._ingest(name, AlertStatus.FIRING, severity))
        if taken.incident not in self.ids:
            self.ids.append(taken.incident)
            assert not is_silenced or taken.outcome is Outcome.SUPPRESSED
        self.reports[taken.incident] += 1
        incident = self.incidents()[taken.incident]
        episode = (incident.id, incident.episode)
        self.worst[episode] = max(self.worst.get(episode, 0), Severity(severity).rank)
        self.settle()
        assert self.incidents()[taken.incident].count >= self.reports[taken.incident]

    @rule(name=EVERY)
    def an_alert_resolves(self, name: str) -> None:
        self.run(self._ingest(name, AlertStatus.RESOLVED, "critical"))
        self.settle()

    @rule(name=EVERY, minutes=st.integers(1, 600), later=st.integers(0, 60))
    def somebody_silences(self, name: str, minutes: int, later: int) -> None:
        start = self.clock.at + timedelta(minutes=later)
        silence = Silence(
            id=f"{len(self.in_force.silences):016x}",
            kind=SuppressedBy.SILENCE,
            matchers=(f'name="{name}"',),
            matches=lambda alert: alert.value("name") == name,
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            by="asha",
            why="a test",
            created_at=self.clock.at,
        )
        self.in_force.silences = (*self.in_force.silences, silence)
        self.settle()

    @rule(name=NAMES, minutes=st.integers(1, 600), kind=st.sampled_from(["snooze", "reassign", "escalate", "note"]))
    def an_alert_gets_worse_silently_and_somebody_acts(self, name: str, minutes: int, kind: str) -> None:
        self.an_alert_fires(name, "high")
        self.somebody_silences(name, minutes, 0)
        self.an_alert_fires(name, "critical")
        self.somebody_acts("asha", "chen", minutes, 1, kind)

    @precondition(lambda self: self.in_force.silences)
    @rule(which=st.integers(0, 9), is_told=st.booleans())
    def a_silence_is_ended_early(self, which: int, is_told: bool) -> None:
        """By a process that then has everything looked at again, or dies before."""
        silences = list(self.in_force.silences)
        n = which % len(silences)
        silences[n] = replace(silences[n], ended_at=self.clock.at)
        self.in_force.silences = tuple(silences)
        if is_told:
            jobs = [Job(lambda _: SuppressionChanged(), id=id, must_exist=True) for id in self.ids]
            self.run(self.applier.submit(jobs))
        self.settle()

    @precondition(lambda self: self.ids)
    @rule(
        by=PEOPLE,
        to=PEOPLE,
        minutes=st.integers(1, 2000),
        which=st.integers(1, 2),
        kind=st.sampled_from(
            [
                "ack",
                "unack",
                "resolve",
                "snooze",
                "reassign",
                "escalate",
                "second",
                "park",
                "note",
                "tag",
                "hand",
                "promote",
                "mute",
                "call",
            ]
        ),
    )
    def somebody_acts(self, by: str, to: str, minutes: int, which: int, kind: str) -> None:
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
            "call": StartCall(actor, "https://meet.example.com/payments"),
            "hand": HandToSquad(actor, "payments"),
            "promote": Promote(actor, Severity.HIGH if minutes % 2 else Severity.CRITICAL),
            "mute": Mute(actor, self.clock.now() + timedelta(minutes=minutes) if minutes % 2 else None),
        }
        id = self.ids[-min(which, len(self.ids))]
        before = self.incidents()[id]
        try:
            self.run(respond(id, actions[kind], self.house_rules, self.applier))
        except (IllegalTransition, InvalidPayload):
            assert self.incidents()[id] == before
        self.settle()

    @precondition(lambda self: self.ids)
    @rule(by=PEOPLE)
    def acknowledging_twice_is_acknowledging_once(self, by: str) -> None:
        if self.incident().is_open and not waits(self.incident()):
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
        for one in self.incidents().values():
            if one.status is Status.TRIGGERED and not waits(one) and one.severity is not Severity.TRIAGE:
                assert any(not page.shadowing for page in one.pages), one

    @invariant()
    def acknowledged_means_no_further_page_except_by_rule(self) -> None:
        for one in self.incidents().values():
            if one.status is Status.ACKNOWLEDGED:
                assert {page.role for page in one.pages} <= {"second_line", "last_resort"}

    @invariant()
    def a_timer_exists_whenever_something_must_still_happen(self) -> None:
        for one in self.incidents().values():
            self._has_its_timers(one)

    def _has_its_timers(self, incident: Incident) -> None:
        timers = set(incident.timers) - ({Timer.UNSUPPRESS} if not incident.is_suppressed else set())
        if incident.status is Status.RESOLVED:
            assert not incident.timers
            assert not incident.pages
        elif Mark.SUPPRESSED in incident.marks:
            assert timers == {Timer.UNSUPPRESS}
        elif Mark.SNOOZED in incident.marks:
            assert timers == {Timer.UNSNOOZE}
        elif Mark.MUTED in incident.marks:
            assert timers <= {Timer.UNMUTE}
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
    def whatever_is_kept_quiet_is_looked_at_soon_and_says_why(self) -> None:
        for one in self.incidents().values():
            if due := one.timers.get(Timer.UNSUPPRESS):
                assert one.quiet is not None
                assert self.clock.at < due <= self.clock.at + LOOK
            if one.is_suppressed:
                assert one.status is Status.TRIGGERED
                assert one.suppression is not None

    @invariant()
    def nothing_suppressed_is_told(self) -> None:
        """Unless a person has called somebody in."""
        for at, incident, message in self.told_quiet:
            assert all("called in" in item.why or "reached" in item.why for item in message.items), (at, incident)

    @invariant()
    def what_was_reported_as_worse_is_never_forgotten(self) -> None:
        """An incident is as severe as the worst that was reported, or looks again at that."""
        for one in self.incidents().values():
            if one.is_open and one.severity.rank < self.worst.get((one.id, one.episode), 0):
                assert Timer.UNSUPPRESS in one.timers, one

    @invariant()
    def nothing_is_left_overdue(self) -> None:
        if self.ids:
            backlog = self.run(self.store.backlog(self.clock.now()))
            assert (backlog.timers, backlog.notifications) == (0, 0)

    @invariant()
    def every_live_page_has_a_living_row(self) -> None:
        """What the incident lists can still be sent, or has reached its reader."""
        for one in self.incidents().values():
            if one.pages:
                self._has_living_rows(one)

    def _has_living_rows(self, incident: Incident) -> None:
        rows = {row.key: row for row in self.run(self.store.notifications(incident.id))}
        for page in incident.pages:
            assert rows[page.key].state in (NotificationState.LIVE, NotificationState.DONE), rows[page.key]

    @invariant()
    def replaying_the_events_gives_the_same_decisions(self) -> None:
        for incident, event, ctx, decision in self.steps[-3:]:
            assert step(incident, event, Context(ctx.now, ctx.rules, ctx.facts, ctx.silences, ctx.fires)) == decision

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
        """The newest."""
        return self.incidents()[self.ids[-1]]

    def incidents(self) -> Mapping[str, Incident]:
        """All that there are."""
        return self.run(self.store.load((), self.ids)).incidents if self.ids else {}

    def _is_silenced(self, name: str) -> bool:
        alert = self._alert(name, AlertStatus.FIRING, "critical")
        return any(one.is_in_force(self.clock.at) and one.matches(alert) for one in self.in_force.silences)

    def _pass_until(self, goal: datetime) -> None:
        while (due := self.run(self.store.next_due())) is not None and due <= goal:
            self.clock.at = max(self.clock.at, due)
            self.settle()
        self.clock.at = goal

    async def _ingest(self, name: str, status: AlertStatus, severity: str) -> Any:
        alert = self._alert(name, status, severity)
        return await ingest([alert], self.house_rules, self.applier, self.new_id, Lane("alertmanager"))

    def _alert(self, name: str, status: AlertStatus, severity: str) -> Alert:
        return Alert(
            source="alertmanager",
            source_type="alertmanager",
            dedup_key=name,
            status=status,
            title=f"alert {name}",
            severity=severity,
            labels={"alertname": "PaymentsApiDown", "service": "payments", "name": name},
            group_key="site" if name == INHIBITOR else "group",
        )

    def _recorded(self, incident: Incident | None, event: Any, ctx: Context) -> Decision:
        heard: dict[str, bool] = {}

        def fires(key: str, observed: bool) -> bool:
            heard[key] = ctx.fires(key, observed)
            return heard[key]

        decision = step(incident, event, replace(ctx, fires=fires))
        self.steps.append((incident, event, replace(ctx, fires=lambda key, _: heard[key]), decision))
        return decision


def waits(incident: Incident) -> bool:
    return bool({Mark.HELD, Mark.SNOOZED, Mark.PARKED, Mark.SUPPRESSED, Mark.MUTED} & set(incident.marks))
