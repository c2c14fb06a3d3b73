"""A sender of Opsgenie's goes on without noticing while the store is away."""

from pathlib import Path
from typing import Any

from tests.stories.outages import replica, switchable
from tests.stories.stage import Stage

NIGHT = "2026-11-22 03:00"
KILN = {
    "message": "Kiln 4 is cold",
    "alias": "kilns/4",
    "priority": "P1",
    "tags": ["kiln"],
    "details": {"runbook_url": "https://wiki.example.com/cold-kiln"},
}
CLOSE = "/v2/alerts/kilns%2F4/close?identifierType=alias"


async def posted(story: Stage, path: str, body: object = None) -> Any:
    reply = await story.client.post(path, json=body)
    assert reply.status_code == 202, reply.text
    await story.settle()
    return reply.json()


async def shown(story: Stage) -> dict[str, Any]:
    return dict((await story.client.get("/v2/alerts/kilns%2F4?identifierType=alias")).json()["data"])


async def test_a_create_and_a_close_are_kept_and_followed(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        switch.away = True

        created = await posted(story, "/v2/alerts", KILN)

        assert story.news() == ["Sun 03:00 page asha", "Sun 03:00 page ben"]
        assert (await story.client.get("/v2/alerts")).status_code == 503
        assert (await story.client.post("/v2/alerts/kilns%2F4/notes", json={"note": "x"})).status_code == 503
        switch.away = False
        await story.settle()
        assert (await shown(story))["tags"] == ["kiln"]
        status = await story.client.get(f"/v2/alerts/requests/{created['requestId']}")
        assert (status.status_code, status.headers["x-opsgenie-errortype"]) == (404, "RequestNotProcessed")

        switch.away = True
        await posted(story, CLOSE, {"note": "warm again"})
        switch.away = False
        await story.settle()

        found = await shown(story)
        assert (found["status"], found["message"]) == ("closed", "Kiln 4 is cold")


async def test_by_an_id_only_the_store_knows_what_is_meant(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        await posted(story, "/v2/alerts", KILN)
        id = (await shown(story))["id"]
        switch.away = True

        reply = await story.client.post(f"/v2/alerts/{id}/close")

        assert (reply.status_code, reply.json()["message"]) == (503, "the store is out of reach")
        assert "retry-after" in reply.headers
