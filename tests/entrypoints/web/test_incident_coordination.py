"""A call and a ticket by the page of an incident: a button where it would do something, then a link."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.domain.events import TicketOpened
from app.service.job import Job
from tests.adapters.fake_zoom import ACCOUNT, CLIENT, SECRET, a_zoom
from tests.entrypoints.http.rig import RULES, rigged
from tests.entrypoints.web.visitor import visiting

ROOM, ISSUE = "https://meet.example.com/payments", "https://github.com/example/payments/issues/7"
COORDINATED = RULES.replace(
    "payments: {name: Payments,",
    f'payments: {{name: Payments, tickets: {{github: example/payments}}, call_room: "{ROOM}",',
)


async def test_a_call_is_started_by_a_button_and_is_a_link_from_then_on(tmp_path: Path) -> None:
    async with rigged(tmp_path, written=COORDINATED) as rig, visiting(rig, "asha") as asha:
        id = await rig.opened()
        before = await asha.get(f"/incidents/{id}")

        after = await asha.send(f"/incidents/{id}/call")

        assert before.every("button", data_act="call")
        assert "People can meet now" in after.said
        assert after.every("a", href=ROOM)
        assert not after.every("button", data_act="call")
        assert (await rig.incident(id))["call"] == ROOM
        acts = (await rig.client.get("/api/v1/audit")).json()["items"]
        assert [(act["who"], act["channel"]) for act in acts if act["what"] == "incident.call"] == [("asha", "web")]


async def test_a_ticket_is_asked_for_by_a_button_and_is_a_link_when_it_stands(tmp_path: Path) -> None:
    async with rigged(tmp_path, written=COORDINATED) as rig, visiting(rig, "asha") as asha:
        id = await rig.opened()
        before = await asha.get(f"/incidents/{id}")

        asked = await asha.send(f"/incidents/{id}/ticket")
        await rig.application.applier.submit([Job(lambda _: TicketOpened("payments", ISSUE), id=id)])

        assert before.every("button", data_act="ticket")
        assert "Ticket of Payments: is being written down" in asked.said
        assert not asked.every("button", data_act="ticket")
        assert (await asha.get(f"/incidents/{id}")).every("a", href=ISSUE)


async def test_no_button_leads_to_a_room_or_tracker_that_is_not_there(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, visiting(rig, "asha") as asha:
        id = await rig.opened()

        seen = await asha.get(f"/incidents/{id}")

        assert not seen.every("button", data_act="call")
        assert not seen.every("button", data_act="ticket")


@pytest.mark.server
async def test_a_zoom_that_fails_is_said_on_the_page(tmp_path: Path, httpserver: HTTPServer) -> None:
    a_zoom(httpserver).status = 500
    url = httpserver.url_for("")
    zoom = {"zoom_account_id": ACCOUNT, "zoom_client_id": CLIENT, "zoom_client_secret": SECRET}
    async with (
        rigged(tmp_path, **zoom, zoom_api_url=url, zoom_oauth_url=url) as rig,
        visiting(rig, "asha") as asha,
    ):
        id = await rig.opened()

        seen = await asha.send(f"/incidents/{id}/call")

        assert seen.status == 503
        assert "Nothing was changed: no call was started: Zoom gave no token (it answered 500)" in seen.said
