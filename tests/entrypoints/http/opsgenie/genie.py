"""A client with a GenieKey, and what each route of the Alert API needs of a token."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from app.service.tokens import Scope
from tests.entrypoints.http.rig import GENIE_KEY, Rig

NEEDS: dict[tuple[str, str], Scope] = {
    ("POST", "/v2/alerts"): Scope.INGEST,
    ("POST", "/v2/alerts/{identifier}/acknowledge"): Scope.INGEST,
    ("POST", "/v2/alerts/{identifier}/close"): Scope.INGEST,
    ("GET", "/v2/alerts/requests/{requestId}"): Scope.INGEST,
    ("GET", "/v2/alerts"): Scope.READ,
    ("GET", "/v2/alerts/count"): Scope.READ,
    ("GET", "/v2/alerts/{identifier}"): Scope.READ,
    **{
        ("POST", f"/v2/alerts/{{identifier}}/{action}"): Scope.RESPOND
        for action in (
            "unacknowledge",
            "snooze",
            "escalate",
            "assign",
            "notes",
            "tags",
            "details",
            "responders",
            "teams",
            "actions/{actionName}",
        )
    },
    **{
        ("PUT", f"/v2/alerts/{{identifier}}/{action}"): Scope.RESPOND
        for action in ("message", "description", "priority")
    },
    **{("DELETE", f"/v2/alerts/{{identifier}}{part}"): Scope.RESPOND for part in ("", "/tags", "/details")},
}

ALIAS = "x/y zäh🔥"
"""Everything that an address has to carry percent-encoded."""

CRITICAL = {"message": "Payments API is down", "alias": ALIAS, "priority": "P1"}


@dataclass(slots=True)
class Genie:
    """Speaks to the Alert API with one key, about one alias where nothing else is said."""

    rig: Rig
    key: str = GENIE_KEY

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """`body` of bytes goes as it is."""
        headers = {"authorization": f"GenieKey {self.key}"}
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body} if body else {}
        reply = await self.rig.client.request(
            method, f"/v2/alerts{path}", headers=headers, params=query or None, **sent
        )
        await self.rig.settle()
        return reply

    async def act(self, action: str, body: object = None, method: str = "POST", **query: str) -> dict[str, Any]:
        """What became of it, as the status of its request says, which had to be answered with 202."""
        path = f"/{quote(ALIAS, safe='')}" + (f"/{action}" if action else "")
        reply = await self.ask(method, path, body, **{"identifierType": "alias", **query})
        assert reply.status_code == 202, reply.text
        return await self.status(reply)

    async def create(self, **changes: object) -> str:
        """The id of the incident."""
        body = {name: value for name, value in (CRITICAL | changes).items() if value is not None}
        reply = await self.ask("POST", "", body)
        assert reply.status_code == 202, reply.text
        return str((await self.status(reply))["alertId"])

    async def status(self, reply: httpx.Response) -> dict[str, Any]:
        return dict((await self.ask("GET", f"/requests/{reply.json()['requestId']}")).json()["data"])

    async def alert(self, name: str = ALIAS, by: str = "alias") -> dict[str, Any]:
        reply = await self.ask("GET", f"/{quote(name, safe='')}", identifierType=by)
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["data"])

    async def notes(self, incident: str) -> list[str]:
        """What the timeline says that is neither about pages nor about the opening."""
        items = (await self.rig.client.get(f"/api/v1/incidents/{incident}/timeline")).json()["items"]
        return [f"{one['what']}: {one['text']}" for one in items if one["what"] not in ("opened", "page")]
