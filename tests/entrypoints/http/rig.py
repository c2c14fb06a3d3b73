"""The whole application behind an ASGI client, on a clock that stands still until a test moves it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.config import Settings
from app.domain.message import Message
from app.domain.notification import Result, Sent
from app.entrypoints.http.app import create_app
from app.service.source_ports import Outside
from app.service.tick import tick
from app.service.tokens import Scope
from app.wiring import Application, assemble

SUNDAY_NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)
ADMIN = "admin-token-of-the-tests"
PAGERDUTY_KEY = "0123456789abcdef0123456789abcdef"
OTHER_PAGERDUTY_KEY = "fedcba9876543210fedcba9876543210"
GENIE_KEY = "1b5e7c1a-genie-key"
OTHER_GENIE_KEY = "9c0d2e4f-genie-key"
PROMETHEUS_SECRET = "prometheus-secret"
OTHER_PROMETHEUS_SECRET = "other-prometheus-secret"
SECRETS = {
    "GRAFANA": "grafana-secret",
    "GENERIC": "generic-secret",
    "HEARTBEATS": "heartbeats-secret",
    "PAGERDUTY": PAGERDUTY_KEY,
    "PAGERDUTY_SHOP": OTHER_PAGERDUTY_KEY,
    "OPSGENIE": GENIE_KEY,
    "OPSGENIE_SHOP": OTHER_GENIE_KEY,
    "PROMETHEUS_API_V2": PROMETHEUS_SECRET,
    "PROMETHEUS_EU": OTHER_PROMETHEUS_SECRET,
}

RULES = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: page, last_resort: cto}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}, holidays: GB-ENG}
people:
  asha: {name: Asha, console: asha, phone: "+441632960001", on_call_since: 2026-01-01}
  ben: {name: Ben, console: ben, webhook: "https://hooks.example.com/secret-path", on_call_since: 2026-01-01}
  chen: {name: Chen, console: chen, on_call_since: 2026-01-01}
  eve: {name: Eve, console: eve}
  cto: {name: Cleo, console: cto, engineer: false}
squads:
  payments: {name: Payments, members: [asha, ben]}
rotas:
  first_responder: {rotate: weekly, handover: "mon 09:00", members: [eve], starts: 2026-01-05}
  primary: {rotate: weekly, handover: "mon 17:30", members: [asha], starts: 2026-01-05}
  shadow: {rotate: weekly, handover: "mon 17:30", members: [ben], starts: 2026-01-05}
  second_line: {rotate: weekly, handover: "mon 17:30", members: [chen], starts: 2026-01-05}
policies:
  critical:
    in_hours: [{tell: [first_responder]}, {after: 1h, tell: [second_line]}]
    out_of_hours: [{tell: [primary, shadow]}, {after: 1h, tell: [second_line]}]
  high:
    in_hours: [{tell: [first_responder]}]
    out_of_hours: hold
ladders:
  urgent: [{send: [console]}, {again: 15m}]
  quiet: [{send: [console]}]
sources:
  pagerduty-shop: {type: pagerduty}
  opsgenie-shop: {type: opsgenie, acknowledge: true}
  prometheus-eu: {type: prometheus-api-v2}
heartbeats:
  nightly-backup: {every: 24h, grace: 30m, squad: payments, runbook: payments-api-down}
rules:
  - {name: payments, match: ['service="payments"'], squad: payments, runbook: payments-api-down}
"""

RUNBOOK = """---
owner: payments
---
# Payments API down

## Steps

1. Look at [the dashboard](https://grafana.example.com/d/payments).
2. <script>alert(1)</script> is text here. ![seen](https://tracker.example.com/pixel.png)
"""


@dataclass(slots=True)
class StandingClock:
    at: datetime = SUNDAY_NIGHT

    def now(self) -> datetime:
        return self.at

    def pass_by(self, length: timedelta) -> None:
        self.at += length


@dataclass(slots=True)
class Recording:
    """A channel that takes everything and remembers it."""

    name: str = "console"
    got: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        return Sent()


@dataclass(slots=True)
class Rig:
    """The application, its clock, and a client that holds the admin's token."""

    application: Application
    app: FastAPI
    clock: StandingClock
    channel: Recording
    client: httpx.AsyncClient
    folder: Path

    async def token(self, *scopes: Scope, person: str = "", name: str = "a token") -> dict[str, str]:
        """The header of a new token."""
        secret = await self.application.tokens.create(name, frozenset(scopes), person)
        return {"Authorization": f"Bearer {secret}"}

    async def opened(self, **changes: Any) -> str:
        """The id of a new incident, reported by the generic source, with its first pages sent."""
        body = {
            "title": "Payments API is down",
            "severity": "critical",
            "dedup_key": "down",
            "labels": PAYMENTS,
        } | changes
        reply = await self.client.post("/webhooks/generic", json=body)
        assert reply.status_code == 202, reply.text
        await self.settle()
        return str(reply.json()["incidents"][0])

    async def act(self, incident: str, action: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1/incidents/{incident}/{action}", json=body)

    async def incident(self, id: str) -> dict[str, Any]:
        reply = await self.client.get(f"/api/v1/incidents/{id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def timeline(self, id: str) -> list[str]:
        return [entry["what"] for entry in (await self.client.get(f"/api/v1/incidents/{id}/timeline")).json()["items"]]

    async def settle(self) -> None:
        """Let everything happen that is due now."""
        while True:
            handled = await tick(self.application.store, self.application.applier, self.clock)
            claimed = await self.application.dispatcher.claim()
            await self.application.dispatcher.send(claimed)
            if not handled and not claimed:
                return

    def link(self, incident: str, person: str) -> str:
        """The path of a person's action page."""
        return self.application.links.address(incident, person).partition("router.test")[2]


PAYMENTS = {"service": "payments"}


def settings(folder: Path, written: str = RULES, **changes: Any) -> Settings:
    """`written` is the text of the rules file."""
    (folder / "routing_rules.yaml").write_text(written)
    runbooks = folder / "runbooks"
    runbooks.mkdir(exist_ok=True)
    (runbooks / "payments-api-down.md").write_text(RUNBOOK)
    fields: dict[str, Any] = {
        "rules": folder / "routing_rules.yaml",
        "runbooks": runbooks,
        "store": f"sqlite:///{folder}/oncall.db",
        "public_url": "http://router.test",
        "admin_token": ADMIN,
    }
    return Settings(**fields | changes)


@asynccontextmanager
async def rigged(
    folder: Path, secrets: Mapping[str, str] = SECRETS, outside: Outside | None = None, **changes: Any
) -> AsyncIterator[Rig]:
    clock, channel = StandingClock(), Recording()
    configured = settings(folder, **changes)
    application = await assemble(configured, clock, {"console": channel}, secrets, outside=outside)
    app = create_app(application)
    headers = {"Authorization": f"Bearer {ADMIN}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://router.test", headers=headers) as client:
        yield Rig(application, app, clock, channel, client, folder)
    await application.close()
