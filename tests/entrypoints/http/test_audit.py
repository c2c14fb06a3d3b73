"""The audit log: who did what to what, in the commit that did it."""

from datetime import timedelta

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig


async def acts(rig: Rig) -> list[tuple[str, str, str, str, str]]:
    """Oldest first: what, to what, by whom, with which token, over which channel."""
    items = (await rig.client.get("/api/v1/audit?limit=200")).json()["items"]
    return [(one["what"], one["target"], one["who"], one["token"], one["channel"]) for one in reversed(items)]


async def test_every_action_and_every_administrative_change_is_in_it(rig: Rig) -> None:
    id = await rig.opened()
    hers = await rig.token(Scope.RESPOND, person="asha", name="asha's laptop")
    await rig.client.post(f"/api/v1/incidents/{id}/acknowledge", headers=hers)
    await rig.client.post(rig.link(id, "ben") + "/note", content=b"text=hm")
    raised = (await rig.client.post("/api/v1/incidents", json={"title": "x"}, headers=hers)).json()["id"]
    token = (await rig.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]})).json()["id"]
    await rig.client.delete(f"/api/v1/tokens/{token}")
    version = (await rig.client.post("/api/v1/rules/reload")).json()["version"]

    assert await acts(rig) == [
        ("incident.acknowledge", id, "asha", "asha's laptop", "api"),
        ("incident.note", id, "ben", "", "link"),
        ("incident.raise", raised, "asha", "asha's laptop", "api"),
        ("token.create", token, "admin", "admin", "api"),
        ("token.revoke", token, "admin", "admin", "api"),
        ("rules.reload", version, "admin", "admin", "api"),
    ]


async def test_what_changed_nothing_is_not_in_it(rig: Rig) -> None:
    id = await rig.opened()
    await rig.act(id, "resolve", by="asha")

    await rig.act(id, "resolve", by="asha")
    await rig.act(id, "park", by="asha")
    await rig.act(id, "note", by="nobody", text="x")

    assert [act[0] for act in await acts(rig)] == ["incident.resolve"]


async def test_it_is_read_in_pages_and_forgotten_after_more_than_a_year(rig: Rig) -> None:
    id = await rig.opened()
    for n in range(3):
        await rig.act(id, "note", by="asha", text=str(n))

    first = (await rig.client.get("/api/v1/audit?limit=2")).json()
    second = (await rig.client.get(f"/api/v1/audit?limit=2&cursor={first['next']}")).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)

    await rig.application.store.sweep(rig.clock.now() + timedelta(days=399))
    assert len(await acts(rig)) == 3
    await rig.application.store.sweep(rig.clock.now() + timedelta(days=400))
    assert await acts(rig) == []


async def test_the_self_audit_shows_what_is_late(rig: Rig) -> None:
    await rig.opened()
    rig.clock.pass_by(timedelta(hours=1, seconds=30))

    shown = (await rig.client.get("/api/v1/self-audit")).json()

    assert (shown["timers"], shown["timers_late"], shown["is_late"]) == (1, 30.0, True)
