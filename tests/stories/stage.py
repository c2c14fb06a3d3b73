"""A stage for stories: the whole app on a virtual clock, in through HTTP, out through a channel that remembers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.domain.errors import StoreUnavailable
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Sent
from app.entrypoints.http.app import create_app
from app.service.tick import tick
from app.wiring import Application, assemble

LONDON = ZoneInfo("Europe/London")
TOKEN = "story-token"

PEOPLE = """
people:
  asha: {name: Asha, email: asha@example.com, on_call_since: 2026-01-01}
  ben: {name: Ben, email: ben@example.com, on_call_since: 2026-01-01}
  chen: {name: Chen, email: chen@example.com, on_call_since: 2026-01-01}
  dee: {name: Dee, email: dee@example.com, on_call_since: 2026-01-01}
  eve: {name: Eve, email: eve@example.com}
  cto: {name: Cleo, email: cto@example.com, engineer: false}
"""

RULES = (
    """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, last_resort: cto}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}, holidays: GB-ENG}
"""
    + PEOPLE
    + """
squads:
  payments: {name: Payments, email: payments@example.com, members: [asha, ben]}
rotas:
  first_responder: {rotate: weekly, handover: "mon 09:00", members: [eve], starts: 2026-01-05}
  primary: {rotate: weekly, handover: "mon 17:30", members: [asha], starts: 2026-01-05}
  shadow: {rotate: weekly, handover: "mon 17:30", members: [ben], starts: 2026-01-05}
  second_line: {rotate: weekly, handover: "mon 17:30", members: [chen], starts: 2026-01-05}
policies:
  critical:
    in_hours: [{tell: [first_responder]}, {after: 1h, tell: [second_line, squad]}]
    out_of_hours: [{tell: [primary, shadow]}, {after: 1h, tell: [second_line]}]
    repeat: 3
  high:
    in_hours: [{tell: [first_responder]}, {after: 1 working hour, tell: [squad]}]
    out_of_hours: hold
ladders:
  urgent: [{send: [email]}, {again: 15m}]
  quiet: [{send: [email]}]
rules:
  - {match: ['service="payments"'], squad: payments, runbook: payments-api-down}
"""
)

RUNBOOK = "# Payments API down\n\n## Steps\n\n1. Look at the dashboard.\n"


BOTH_STORES = pytest.mark.parametrize(
    "on_every_store", ["sqlite", pytest.param("new_redis", marks=pytest.mark.server)], indirect=True
)
"""For stories to which it does not matter how Redis is set up: on a SQLite file and on one server."""


@dataclass(slots=True)
class VirtualClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Remembering:
    """A channel that takes everything, except for addresses that are marked as dead."""

    clock: VirtualClock
    name: str = "email"
    dead: set[str] = field(default_factory=set)
    got: list[tuple[datetime, Message]] = field(default_factory=list)

    async def send(self, message: Message) -> Result:
        if message.address in self.dead or "*" in self.dead:
            return Rejected("no such mailbox")
        self.got.append((self.clock.at, message))
        return Sent()


@dataclass(slots=True)
class Stage:
    """The app, its clock, and what people got."""

    application: Application
    clock: VirtualClock
    channel: Remembering
    client: httpx.AsyncClient
    app: FastAPI
    _seen: int = 0
    _look_at: datetime | None = None

    async def fire_one(self, one: dict[str, object]) -> str:
        """Post this alert alone; the id of its incident."""
        (incident,) = (await self.fire(one))["incidents"]
        return str(incident)

    async def raise_by(self, **body: object) -> str:
        """Raise an incident as a person does; its id."""
        reply = await self.client.post("/api/v1/incidents", json=body)
        assert reply.status_code == 201, reply.text
        await self.settle()
        return str(reply.json()["id"])

    async def timeline(self, incident: str) -> list[str]:
        """The texts of an incident's timeline."""
        reply = await self.client.get(f"/api/v1/incidents/{incident}/timeline")
        assert reply.status_code == 200, reply.text
        return [str(entry["text"]) for entry in reply.json()["items"]]

    async def fire(self, *alerts: dict[str, object], group: str = "g1") -> dict[str, Any]:
        """Post these as one Alertmanager group and let everything due now happen; the reply's body."""
        reply = await self.post(*alerts, group=group)
        await self.settle()
        return reply

    async def post(self, *alerts: dict[str, object], group: str = "g1") -> dict[str, Any]:
        """Post these as one Alertmanager group; the reply's body."""
        body = {
            "version": "4",
            "groupKey": group,
            "status": "firing",
            "receiver": "router",
            "groupLabels": {},
            "commonLabels": {},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.example.com",
            "truncatedAlerts": 0,
            "alerts": list(alerts),
        }
        reply = await self.client.post("/webhooks/alertmanager", json=body)
        assert reply.status_code == 202, reply.text
        return dict(reply.json())

    async def act(self, incident: str, action: str, status: int = 200, **body: object) -> dict[str, Any]:
        reply = await self.client.post(f"/api/v1/incidents/{incident}/{action}", json=body)
        assert reply.status_code == status, reply.text
        await self.settle()
        return dict(reply.json())

    async def incident(self, id: str) -> dict[str, Any]:
        reply = await self.client.get(f"/api/v1/incidents/{id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def go_to(self, text: str) -> None:
        """Let time pass until that local London time, handling everything in between when it is due."""
        await self._go_to(london(text))

    async def pass_time(self, length: timedelta) -> None:
        """The same for a length of time."""
        await self._go_to(self.clock.at + length)

    async def _go_to(self, goal: datetime) -> None:
        assert goal >= self.clock.at, "time only goes forward"
        while (due := await self._next_due()) is not None and due <= goal:
            self.clock.at = max(self.clock.at, due)
            await self.settle()
        self.clock.at = goal
        await self.settle()

    async def settle(self) -> None:
        """Everything that is due at this instant, with the store or without it."""
        while await self._work():
            pass

    async def _work(self) -> bool:
        application, busy = self.application, False
        if application.outage:
            busy = await application.outage.round() == 0
            await application.outage.sent()
        try:
            handled = await tick(application.store, application.applier, application.clock)
            claimed = await application.dispatcher.claim()
            await application.dispatcher.send(claimed)
            await application.pings.flush()
            looked = await application.watching.look()
            self._look_at = looked.again
        except StoreUnavailable:
            if application.outage is None:
                raise
            return busy
        return bool(busy or handled or claimed or looked.quiet or looked.over)

    async def _next_due(self) -> datetime | None:
        """With the store away, what is due is what this replica holds itself."""
        try:
            due = await self.application.store.next_due()
            return min((at for at in (due, self._look_at) if at), default=None)
        except StoreUnavailable:
            return await self.application.outage.held.next_due() if self.application.outage else None

    def news(self) -> list[str]:
        """What people got since the last look: "Sun 03:00 page asha@example.com", in order of time and address."""
        fresh = self.channel.got[self._seen :]
        self._seen = len(self.channel.got)
        lines = [(at, message.address.partition("@")[0], message) for at, message in fresh]
        return [
            f"{at.astimezone(LONDON):%a %H:%M} {message.kind} {who}"
            for at, who, message in sorted(lines, key=lambda line: (line[0], line[1]))
        ]

    def messages(self) -> list[Message]:
        return [message for _, message in self.channel.got]


def london(text: str) -> datetime:
    """ "2026-11-22 03:00" on a London clock, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def alert(name: str = "PaymentsApiDown", status: str = "firing", **labels: str) -> dict[str, object]:
    """One alert of an Alertmanager webhook."""
    every = {"alertname": name, "severity": "critical", "service": "payments", **labels}
    return {
        "status": status,
        "labels": every,
        "annotations": {"summary": f"{name} is firing"},
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": "-".join(f"{key}={value}" for key, value in sorted(every.items())),
    }


def place_of(tmp_path: Path) -> dict[str, Any]:
    """The settings of where the data lives; the fixture `on_every_store` puts others in their place."""
    return {"store": f"sqlite:///{tmp_path}/oncall.db"}


@asynccontextmanager
async def stage(
    tmp_path: Path, at: str, rules: str = RULES, opened: Any = None, **settings: Any
) -> AsyncIterator[Stage]:
    """The whole app over a fresh store, or over the given one, at that local London time."""
    (tmp_path / "routing_rules.yaml").write_text(rules)
    runbooks = tmp_path / "runbooks"
    runbooks.mkdir(exist_ok=True)
    (runbooks / "payments-api-down.md").write_text(RUNBOOK)
    clock = VirtualClock(london(at))
    channel = Remembering(clock)
    application = await assemble(
        Settings(
            rules=tmp_path / "routing_rules.yaml",
            runbooks=runbooks,
            **{"admin_token": TOKEN} | place_of(tmp_path) | settings,
        ),
        clock=clock,
        channels={"email": channel},
        secrets={},
        store=opened,
    )
    app = create_app(application)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://router.test", headers=headers) as client:
        yield Stage(application, clock, channel, client, app)
    await app.state.slack.rest()
    await application.close()
