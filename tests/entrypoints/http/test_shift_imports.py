"""A calendar taken over into a rota by the API: shown first, then made so, everybody concerned told."""

from typing import Any

import httpx
import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

EVENING = "DTSTART:20261124T180000Z\nDTEND:20261124T220000Z"


def a_calendar(*events: str) -> str:
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{inner}END:VCALENDAR\n"


async def imported(rig: Rig, calendar: str, rota: str = "primary", **more: Any) -> httpx.Response:
    return await rig.client.post(f"/api/v1/rotas/{rota}/import", json={"calendar": calendar, **more})


async def holder(rig: Rig, at: str) -> str:
    shown = (await rig.client.get(f"/api/v1/oncall?at={at}")).json()["items"]
    return str(next(one["person"] for one in shown if one["rota"] == "primary"))


async def test_a_look_shows_what_it_would_come_to_and_changes_nothing(rig: Rig) -> None:
    calendar = a_calendar(f"{EVENING}\nSUMMARY:Ben on call", "DTSTART:20261125T100000Z\nDURATION:PT1H\nSUMMARY:Standup")

    reply = await imported(rig, calendar)

    problem = "Standup (2026-11-25 10:00): it names nobody of people, neither by mail address nor in its title"
    assert reply.json() == {
        "rota": "primary",
        "applied": False,
        "covers": [
            {
                "person": "ben",
                "instead_of": "asha",
                "since": "2026-11-24T18:00:00Z",
                "until": "2026-11-24T22:00:00Z",
            }
        ],
        "as_it_is": 0,
        "passed_over": 1,
        "problems": [problem],
        "untold": [],
    }
    assert await holder(rig, "2026-11-24T20:00:00Z") == "asha"


async def test_carried_out_both_sides_are_told_and_the_rota_is_so(rig: Rig) -> None:
    reply = await imported(rig, a_calendar(f"{EVENING}\nSUMMARY:Ben"), apply=True, by="cto", note="winter plan")
    await rig.settle()

    assert (reply.status_code, len(reply.json()["covers"])) == (200, 1), reply.text
    assert await holder(rig, "2026-11-24T20:00:00Z") == "ben"
    assert await holder(rig, "2026-11-24T22:00:00Z") == "asha"
    assert sorted(message.reader for message in rig.channel.got) == ["Asha", "Ben"]
    assert "rota.import" in (await rig.client.get("/api/v1/audit")).text


async def test_the_same_calendar_once_more_changes_nothing(rig: Rig) -> None:
    calendar = a_calendar(f"{EVENING}\nSUMMARY:Ben")
    await imported(rig, calendar, apply=True, by="cto")

    again = await imported(rig, calendar, apply=True, by="cto")

    assert (again.json()["covers"], again.json()["as_it_is"]) == ([], 1)


async def test_what_was_exported_and_edited_comes_back(rig: Rig) -> None:
    exported = (await rig.client.get("/api/v1/rotas/primary/calendar.ics")).text
    first, _, rest = exported.partition("X-ONCALL-PERSON:asha")

    unchanged = (await imported(rig, exported)).json()
    edited = (await imported(rig, f"{first}X-ONCALL-PERSON:chen{rest}")).json()

    assert (unchanged["covers"], unchanged["problems"], unchanged["as_it_is"]) == ([], [], 25)
    assert [(one["person"], one["since"]) for one in edited["covers"]] == [("chen", "2026-11-23T17:30:00Z")]


async def test_who_may_not_manage_can_look_and_not_import(rig: Rig) -> None:
    ben = await rig.token(Scope.RESPOND, person="ben")
    body = {"calendar": a_calendar(f"{EVENING}\nSUMMARY:Ben")}

    looked = await rig.client.post("/api/v1/rotas/primary/import", json=body, headers=ben)
    done = await rig.client.post("/api/v1/rotas/primary/import", json={**body, "apply": True}, headers=ben)

    assert (looked.status_code, done.status_code) == (200, 403)
    assert await holder(rig, "2026-11-24T20:00:00Z") == "asha"


@pytest.mark.parametrize(
    ("rota", "body", "status"),
    [
        ("primry", {"calendar": a_calendar()}, 404),
        ("primary", {"calendar": "hello"}, 422),
        ("primary", {"calendar": ""}, 422),
        ("primary", {}, 422),
        ("primary", {"calendar": a_calendar(), "apply": True, "by": "nobody"}, 422),
    ],
)
async def test_what_cannot_be_is_refused(rig: Rig, rota: str, body: dict[str, Any], status: int) -> None:
    reply = await rig.client.post(f"/api/v1/rotas/{rota}/import", json=body)

    assert reply.status_code == status, reply.text


async def test_problems_beyond_a_hundred_are_counted_only(rig: Rig) -> None:
    calendar = a_calendar(*[f"{EVENING}\nSUMMARY:Standup {number}" for number in range(120)])

    shown = (await imported(rig, calendar)).json()

    assert (len(shown["problems"]), shown["passed_over"]) == (100, 120)
