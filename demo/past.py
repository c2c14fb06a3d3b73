"""Five weeks that have passed: played through the application itself on a clock of its own, so that the log is true."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import httpx

from app.config import Settings
from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.entrypoints.http.app import create_app
from app.service.tick import tick
from app.wiring import Application, assemble
from demo.acting import Acting

TOKEN = "oncall_the-demonstration-plays-its-past"  # noqa: S105 - it is good only while the past is played
LONDON = ZoneInfo("Europe/London")
WEEKS = 5
TOLD = ("slack", "email", "sms", "voice")
LOOK = timedelta(minutes=1)
"""How soon after an incident's end its post-mortem is drafted here."""

MORNING = time(9, 35)

WORKING, NIGHTLY = (10, 11, 13, 14, 15, 16), (20, 22, 1, 3, 5)
HELPED = {"PaymentsApiDown": "payctl", "DatabaseDiskFull": "dbctl", "HighErrorRate": "a rollback"}
TEXTS = {
    "impact": "For {minutes} minutes about 4 % of customers could not finish their order; support had 31 calls.",
    "root_cause": "The pool of connections is sized for last year's traffic, and nothing watches how full it is.",
    "detection": "By the alert, three minutes after the first failed request. A customer was no earlier than that.",
    "resolution": "By the runbook: the provider was switched off, and the pool was doubled once things were quiet.",
    "prevention": "Watch how full the pool is, and load it in the nightly test.",
}


@dataclass(slots=True)
class PlayedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Untroubled:
    """A channel of the past: everything was delivered."""

    name: str

    async def send(self, message: Message) -> Result:
        return Sent(reference=f"{self.name}-{abs(hash(message.key)) % 10**8}")


@dataclass(slots=True)
class Past:
    application: Application
    clock: PlayedClock
    acting: Acting
    random: Random

    async def go_to(self, goal: datetime) -> None:
        """Let time pass, with everything that falls due on the way, and a look at what is done daily."""
        while (morning := next_morning(self.clock.at)) <= goal:
            await self._pass(morning)
            app = self.application
            for look in (app.review.round, app.weekly_report.look, app.triage_handover.look, app.shift_telling.round):
                await look()
            await self._settle()
            await self._take_up()
        await self._pass(goal)

    async def _take_up(self) -> None:
        """What came at night and could wait, once the working day has begun."""
        found = await self.acting.get("/api/v1/incidents?status=triggered&severity=high")
        for one in found["items"]:
            if "held" not in one["marks"]:
                await self.acting.act(one["id"], "acknowledge", self.holder("first_responder"))
                await self.acting.act(one["id"], "resolve", self.holder("first_responder"), reason="it had caught up")

    async def _pass(self, goal: datetime) -> None:
        while (due := await self.application.store.next_due()) is not None and due <= goal:
            self.clock.at = max(self.clock.at, due)
            await self._settle()
        self.clock.at = max(self.clock.at, goal)
        await self._settle()

    async def _settle(self) -> None:
        app = self.application
        while True:
            handled = await tick(app.store, app.applier, app.clock)
            claimed = await app.dispatcher.claim()
            await app.dispatcher.send(claimed)
            if not handled and not claimed:
                return

    def holder(self, rota: str) -> str:
        return self.application.in_force.context(self.clock.at).on_call(rota).person or "asha"

    async def incident(self, at: datetime, name: str, number: int) -> None:
        """One from its alert to its end, answered by whoever is there."""
        await self.go_to(at)
        incident = await self.acting.alert(name, "firing", number)
        await self.go_to(self.clock.at + timedelta(seconds=self.random.randint(40, 600)))
        found = await self.acting.get(f"/api/v1/incidents/{incident}")
        if found["severity"] == "triage" or "held" in found["marks"]:
            return
        who = self.holder("primary" if at.astimezone(LONDON).hour not in WORKING else "first_responder")
        if self.random.random() < 0.1:
            await self.go_to(self.clock.at + timedelta(minutes=70))
        await self.acting.act(incident, "acknowledge", who)
        if self.random.random() < 0.25:
            await self.acting.act(
                incident, "note", who, text=f"Looks like last week's; trying {HELPED.get(name, 'it')}"
            )
        minutes = self.random.randint(6, 95)
        await self.go_to(self.clock.at + timedelta(minutes=minutes))
        if self.random.random() < 0.3:
            await self.acting.alert(name, "resolved", number)
        else:
            await self.acting.act(incident, "resolve", who, reason="the runbook helped")
        await self.go_to(self.clock.at + LOOK)
        while await self.application.review.round():
            await self._settle()
        await self._write_up(incident, who, minutes, name)

    async def _write_up(self, incident: str, owner: str, minutes: int, name: str) -> None:
        """Most are written up, and some published, with something to do."""
        fate = self.random.random()
        if fate > 0.75:
            return
        address = f"/api/v1/postmortems/{incident}"
        version = (await self.acting.get(address))["version"]
        sections = {part: text.format(minutes=minutes) for part, text in TEXTS.items()}
        helped = name != "HighErrorRate" or fate > 0.3
        await self.acting.post(
            f"{address}/edit", {"version": version, "sections": sections, "runbook_helped": helped, "by": owner}
        )
        day = (self.clock.at + timedelta(days=self.random.randint(2, 30))).date().isoformat()
        action = {"kind": "new_alert", "text": "Alert on a full pool of connections", "owner": owner, "due": day}
        await self.acting.post(f"{address}/actions", {**action, "by": owner})
        await self.acting.post(f"{address}/review", {"by": owner})
        if fate < 0.5:
            await self.acting.post(f"{address}/publish", {"by": owner})


def next_morning(at: datetime) -> datetime:
    """When the day's looks are taken: today, or tomorrow."""
    local = at.astimezone(LONDON)
    today = datetime.combine(local.date(), MORNING, LONDON)
    return (today if today > local else datetime.combine(local.date() + timedelta(days=1), MORNING, LONDON)).astimezone(
        UTC
    )


def plan(since: datetime, until: datetime, random: Random) -> list[tuple[datetime, str]]:
    """When which alert comes: more by day than by night, a few a week."""
    kinds = {"PaymentsApiDown": 3, "CardPaymentsSlow": 2, "DatabaseDiskFull": 2, "QueueBacklog": 2, "HighErrorRate": 3}
    names, weights = list(kinds), list(kinds.values())
    found = []
    day = since.date()
    while day < until.date():
        for hours, likely in ((WORKING, 0.75), (NIGHTLY, 0.35)):
            if random.random() < likely and (hours is NIGHTLY or day.weekday() < 5):
                at = datetime.combine(day, time(random.choice(hours), random.randint(0, 59)), LONDON).astimezone(UTC)
                found.append((at, random.choices(names, weights)[0]))
        day += timedelta(days=1)
    return sorted(one for one in found if since < one[0] < until)


async def play(settings: Settings, now: datetime, progress: Callable[[int, int], None]) -> None:
    """Fill the store of these settings with what has happened until `now`."""
    since = now - timedelta(weeks=WEEKS)
    async with _application(settings, since) as past:
        events = plan(since, now - timedelta(hours=4), past.random)
        await _agree(past)
        for number, (at, name) in enumerate(events):
            if at > past.clock.at:
                await past.incident(at, name, number)
            progress(number + 1, len(events))
        await _this_morning(past, now)


@asynccontextmanager
async def _application(settings: Settings, since: datetime) -> AsyncIterator[Past]:
    clock = PlayedClock(since)
    channels = {name: Untroubled(name) for name in TOLD}
    application = await assemble(
        settings.model_copy(update={"admin_token": TOKEN}), clock=clock, channels=channels, secrets={}
    )
    app = create_app(application)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://demo", headers=headers) as client:
        yield Past(application, clock, Acting(client), Random(7))  # noqa: S311 - the same past every time
    await application.close()


async def _agree(past: Past) -> None:
    """A swap, a skipped week, somebody who learns, and a lieu day."""
    post, start = past.acting.post, past.clock.at.astimezone(LONDON).date()
    monday = start + timedelta(days=(7 - start.weekday()) % 7 + 7)
    evening = datetime.combine(monday + timedelta(days=2), time(18), LONDON)
    stretch = {"rota": "primary", "since": evening.isoformat(), "until": (evening + timedelta(hours=12)).isoformat()}
    await post("/api/v1/covers", {**stretch, "person": "dana", "note": "a concert", "by": "dana"})
    skipped = {"since": (monday + timedelta(weeks=4)).isoformat(), "until": (monday + timedelta(weeks=5)).isoformat()}
    await post("/api/v1/opt-outs", {"rota": "first_responder", **skipped, "by": "gus", "note": "on holiday"})
    shadow = {"since": monday.isoformat(), "until": (monday + timedelta(weeks=8)).isoformat()}
    await post("/api/v1/shadowings", {"person": "emeka", **shadow, "by": "asha"})


async def _this_morning(past: Past, now: datetime) -> None:
    """What the visitor finds: some of everything that is open."""
    acting = past.acting
    await past.go_to(now - timedelta(hours=3))
    await acting.crash(4011, "TypeError: cannot read properties of undefined (reading 'total')")
    await acting.alert("SearchSlow", "firing", 9001)
    await past.go_to(now - timedelta(minutes=52))
    slow = await acting.alert("HighErrorRate", "firing", 9002)
    await past.go_to(now - timedelta(minutes=47))
    await acting.act(slow, "acknowledge", past.holder("first_responder"))
    await acting.act(slow, "note", past.holder("first_responder"), text="Rolled the 14:20 release back, watching it")
    await acting.crash(4012, "IntegrityError: duplicate key value violates unique constraint on orders")
    await acting.alert("BasketTotalsWrong", "firing", 9003)
    await past.go_to(now - timedelta(minutes=6))
    await acting.alert("PaymentsApiDown", "firing", 9004)
    silence = {"matchers": ['alertname="QueueBacklog"'], "ends_at": (now + timedelta(hours=5)).isoformat()}
    await acting.post("/api/v1/silences", {**silence, "why": "The queue is being moved", "by": "chen"})
    await past.go_to(now)
