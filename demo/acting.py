"""What monitoring tools and people do in the demonstration, over the same HTTP as anybody's."""

from dataclasses import dataclass
from typing import Any

import httpx

KINDS = {
    "PaymentsApiDown": "Card payments fail: 38 % of requests answer 502",
    "CardPaymentsSlow": "Card payments take 4.2 s at the 95th percentile",
    "DatabaseDiskFull": "orders-db-1 has 4 % of its disk left, enough for 50 minutes",
    "QueueBacklog": "The mail queue has 41,000 messages, the oldest 18 minutes old",
    "HighErrorRate": "7 % of requests to the checkout answer 500",
    "SearchSlow": "Search takes 2.8 s at the 95th percentile",
    "BasketTotalsWrong": "Totals of 12 baskets do not add up",
}
"""Alerts by name, with what each says. The last two have no runbook, so they are nobody's page."""

SERVICES = {"PaymentsApiDown": "payments", "CardPaymentsSlow": "payments", "DatabaseDiskFull": "orders-db"}


@dataclass(slots=True)
class Acting:
    """Speaks to the server as Alertmanager, Rollbar and people do; `client` has a token that may do everything."""

    client: httpx.AsyncClient

    async def alert(self, name: str, status: str, run: int) -> str:
        """One alert of Alertmanager; the id of its incident, or empty."""
        labels = {"alertname": name, "service": SERVICES.get(name, "web"), "severity": "critical", "run": str(run)}
        one = {
            "status": status,
            "labels": labels,
            "annotations": {"summary": KINDS[name], "dashboard": f"https://grafana.example.com/d/{name.lower()}"},
            "startsAt": "2026-01-01T00:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://prometheus.example.com/graph",
            "fingerprint": f"{name}-{run}",
        }
        body = {
            "version": "4",
            "groupKey": f"{{}}:{{{name}, {run}}}",
            "status": status,
            "receiver": "oncall-router",
            "groupLabels": {"alertname": name},
            "commonLabels": labels,
            "commonAnnotations": {},
            "externalURL": "https://alertmanager.example.com",
            "truncatedAlerts": 0,
            "alerts": [one],
        }
        found = (await self.post("/webhooks/alertmanager", body)).get("incidents") or [""]
        return str(found[0])

    async def crash(self, number: int, title: str) -> None:
        """A new item of Rollbar's."""
        item = {"id": number, "counter": number, "title": title, "environment": "production", "level": 40, "status": 1}
        await self.post("/webhooks/rollbar", {"event_name": "new_item", "data": {"item": item}})

    async def act(self, incident: str, action: str, by: str, **more: object) -> None:
        await self.post(f"/api/v1/incidents/{incident}/{action}", {"by": by, **more})

    async def get(self, path: str) -> dict[str, Any]:
        reply = await self.client.get(path)
        reply.raise_for_status()
        return dict(reply.json())

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = await self.client.post(path, json=body)
        if reply.is_error:
            raise RuntimeError(f"{path} answered {reply.status_code}: {reply.text[:300]}")
        return dict(reply.json())
