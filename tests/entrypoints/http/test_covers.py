"""Cover over HTTP: what is shown of one, who may, every refusal, and that a repeated request covers once."""

from typing import Any

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

COVERS, OFFERS = "/api/v1/covers", "/api/v1/cover-offers"
KEY = {"Idempotency-Key": "9c7cde10-6a4f-4b0e-b6a7-1e5d7f3f5a11"}
BODY = {"rota": "primary", "for": "2h", "by": "ben", "note": "school concert"}


IMPOSSIBLE: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"rota": "primry"}, 422, "rota: no rota 'primry' in the rules file (did you mean 'primary'?)"),
    ({"by": "bne"}, 422, "by: no person 'bne' in the rules file (did you mean 'ben'?)"),
    ({"by": "eve"}, 422, "person: eve has not agreed to be on call"),
    ({"until": "2026-11-22T04:00:00Z"}, 422, "until: say either `until` or `for`"),
    ({"shift": "2026-11-23"}, 422, "shift: say either `shift`, or from when until when"),
    ({"shift": "2026-11-24", "for": None}, 422, "shift: no shift of rota primary begins on 2026-11-24"),
    ({"shift": "9999-12-27", "for": None}, 422, "shift: no shift of rota primary begins on 9999-12-27"),
    ({"since": "2026-11-20T00:00:00Z"}, 422, "until: is past: who was on call then stays as it was"),
    ({"by": "asha"}, 409, "asha holds all of that already"),
    ({"colour": "red"}, 422, "colour: Extra inputs are not permitted"),
)
"""What is asked otherwise, and how it is refused."""


async def made(rig: Rig, **changes: Any) -> dict[str, Any]:
    reply = await rig.client.post(COVERS, json=BODY | changes)
    assert reply.status_code == 201, reply.text
    return dict(reply.json()["items"][0])


async def test_one_is_made_shown_and_in_the_audit_log(rig: Rig) -> None:
    cover = await made(rig)

    assert cover == {
        "id": cover["id"],
        "rota": "primary",
        "person": "ben",
        "instead_of": "asha",
        "since": "2026-11-22T03:00:00Z",
        "until": "2026-11-22T05:00:00Z",
        "state": "in effect",
        "by": "ben",
        "at": "2026-11-22T03:00:00Z",
        "note": "school concert",
        "offer": "",
        "swap": "",
        "withdrawn_at": None,
        "withdrawn_by": "",
    }
    assert (await rig.client.get(f"{COVERS}/{cover['id']}")).json() == cover
    logged = (await rig.client.get("/api/v1/audit")).json()["items"][0]
    assert (logged["what"], logged["who"], logged["target"]) == ("cover.create", "ben", cover["id"])


async def test_the_same_request_again_covers_once(rig: Rig) -> None:
    first = await rig.client.post(COVERS, json=BODY, headers=KEY)
    again = await rig.client.post(COVERS, json=BODY, headers=KEY)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((await rig.client.get(COVERS)).json()["items"]) == 1


async def test_they_are_listed_newest_first_in_pages_and_narrowed_down(rig: Rig) -> None:
    first = await made(rig)
    second = await made(rig, by="chen", **{"for": "1h"})
    third = await made(rig, rota="second_line", by="ben")
    await rig.client.post(f"{COVERS}/{third['id']}/withdraw", json={"by": "ben"})

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await rig.client.get(f"{COVERS}?{query}")).json()["items"]]

    page = (await rig.client.get(f"{COVERS}?limit=2")).json()
    assert [one["id"] for one in page["items"]] == [third["id"], second["id"]]
    assert await listed(f"limit=2&cursor={page['next']}") == [first["id"]]
    assert await listed("over=false") == [second["id"], first["id"]]
    assert await listed("rota=second_line") == [third["id"]]
    assert await listed("person=asha") == [first["id"]]


async def test_what_cannot_be_is_refused_with_the_reason(rig: Rig) -> None:
    for changes, status, says in IMPOSSIBLE:
        body = {name: value for name, value in (BODY | changes).items() if value is not None}

        reply = await rig.client.post(COVERS, json=body)

        assert (reply.status_code, reply.json()["detail"][: len(says)]) == (status, says)


async def test_a_persons_token_gives_only_what_that_person_holds(rig: Rig) -> None:
    ben = await rig.token(Scope.RESPOND, person="ben")
    chen = await rig.token(Scope.RESPOND, person="chen")
    body = {"rota": "primary", "for": "2h", "person": "chen"}

    for by in ("asha", ""):
        refused = await rig.client.post(COVERS, json={**body, "by": by}, headers=ben)
        assert refused.status_code == 403, refused.text
    cover = (await rig.client.post(COVERS, json={**body, "person": ""}, headers=ben)).json()["items"][0]
    refused = await rig.client.post(f"{COVERS}/{cover['id']}/withdraw", json={}, headers=chen)

    assert cover["person"] == "ben"
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "'chen' has no part in this cover: ben or asha can",
    )


async def test_a_token_that_may_only_read_changes_nothing(rig: Rig) -> None:
    reads = await rig.token(Scope.READ, person="ben")

    for path, body in ((COVERS, BODY), (OFFERS, BODY), ("/api/v1/consents", {}), ("/api/v1/opt-outs", {})):
        assert (await rig.client.post(path, json=body, headers=reads)).status_code == 403


async def test_an_offer_is_made_listed_and_withdrawn(rig: Rig) -> None:
    offer = (await rig.client.post(OFFERS, json=BODY | {"by": "asha", "to": "ben"})).json()["offer"]
    assert (offer["state"], offer["to"], offer["person"]) == ("open", "ben", "asha")
    withdraw = f"{OFFERS}/{offer['id']}/withdraw"

    refused = await rig.client.post(withdraw, json={"by": "ben"}, headers=await rig.token(Scope.RESPOND, person="ben"))
    withdrawn = await rig.client.post(withdraw, json={"by": "asha"})
    again = await rig.client.post(withdraw, json={"by": "asha"})
    late = await rig.client.post(f"{OFFERS}/{offer['id']}/accept", json={"by": "ben"})

    assert refused.status_code == 403
    assert (withdrawn.json()["effect"], again.json()["effect"]) == ("done", "already")
    assert (late.status_code, late.json()["detail"]) == (409, "asha has withdrawn it")
    assert (await rig.client.get(OFFERS)).json()["items"] == []
    assert (await rig.client.get(f"{OFFERS}?every=true")).json()["items"][0]["state"] == "withdrawn"


async def test_what_does_not_exist_is_not_found(rig: Rig) -> None:
    for path in (f"{COVERS}/x/withdraw", f"{OFFERS}/x/accept", "/api/v1/opt-outs/x/withdraw"):
        assert (await rig.client.post(path, json={"by": "ben"})).status_code == 404
    assert (await rig.client.post("/api/v1/shadowings/x/ready", json={"by": "ben"})).status_code == 404


async def test_shifts_of_a_rota_that_is_not_there_or_of_too_long_a_time_are_refused(rig: Rig) -> None:
    missing = await rig.client.get("/api/v1/rotas/primry/shifts")
    endless = await rig.client.get("/api/v1/rotas/primary/shifts?until=2099-01-01T00:00:00Z")

    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        "no rota 'primry' in the rules file (did you mean 'primary'?)",
    )
    assert (endless.status_code, endless.json()["field"]) == (422, "until")
