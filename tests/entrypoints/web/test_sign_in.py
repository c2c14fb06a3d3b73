"""Sessions: how one begins, what it opens, and all the ways in which it ends."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.entrypoints.web.sign_in import inside
from app.service.tokens import Scope
from tests.entrypoints.http.rig import RULES, Rig, rigged
from tests.entrypoints.web.visitor import Visitor, link, visiting

READER = frozenset({Scope.READ})
PAGES = ("/", "/raise", "/incidents/06bf80f9c0000001")


async def test_a_page_leads_to_signing_in_and_from_there_to_nowhere_else(rig: Rig) -> None:
    async with visiting(rig) as visitor:
        for path in PAGES:
            seen = await visitor.get(path)
            assert (seen.path, seen.status) == ("/sign-in", 200)
        there = await visitor.client.get("/incidents/06bf80f9c0000001?did=x")

        assert there.headers["location"] == "/sign-in?next=%2Fincidents%2F06bf80f9c0000001%3Fdid%3Dx"


async def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(rig: Rig) -> None:
    to = await link(rig, "asha")
    async with visiting(rig) as scanner, visiting(rig) as first, visiting(rig) as second:
        assert (await scanner.get(to)).status == 200
        assert "Sign in as asha" in (await scanner.get(to)).said

        assert "Asha Sign out" in (await first.send(to)).said
        late = await second.send(to)

        assert late.status == 401
        assert "oncall-router sign-in" in late.said
        assert (await second.get("/")).path == "/sign-in"


async def test_of_two_who_use_a_link_together_one_comes_in(rig: Rig) -> None:
    secret = (await link(rig, "asha")).rpartition("/")[2]
    signing_in = rig.application.signing_in
    await signing_in.look(secret)

    await signing_in.use(secret)

    with pytest.raises(Exception, match="used before"):
        await signing_in.use(secret)


async def test_a_link_ends_after_an_hour(rig: Rig) -> None:
    to = await link(rig, "asha")
    rig.clock.pass_by(timedelta(hours=1))

    async with visiting(rig) as visitor:
        assert (await visitor.send(to)).status == 401


async def test_a_link_of_nobody_in_particular_asks_who_it_is(rig: Rig) -> None:
    to = await link(rig, "")
    async with visiting(rig) as visitor:
        assert "Who are you?" in (await visitor.get(to)).said

        wrong = await visitor.send(to, person="nobody")
        right = await visitor.send(to, person="ben")

        assert wrong.status == 422
        assert "Ben Sign out" in right.said


async def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(rig: Rig) -> None:
    async with visiting(rig) as visitor:
        reply = await visitor.client.post(await link(rig, "asha"))

    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("oncall_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_over_tls_the_cookie_is_for_this_host_alone(tmp_path: Path) -> None:
    async with rigged(tmp_path, public_url="https://oncall.example.com") as rig, visiting(rig) as visitor:
        reply = await visitor.client.post(await link(rig, "asha"))

    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-oncall_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


async def test_another_site_signs_nobody_in(rig: Rig) -> None:
    to = await link(rig, "asha")
    async with visiting(rig) as visitor:
        forced = await visitor.client.post(to, headers={"sec-fetch-site": "cross-site"})
        own = await visitor.client.post(to, headers={"sec-fetch-site": "same-origin"})

    assert (forced.status_code, own.status_code) == (403, 303)


async def test_a_changed_cookie_opens_nothing(rig: Rig, asha: Visitor) -> None:
    sealed = asha.client.cookies["oncall_session"]
    for forged in (sealed[:-2] + "AA", "", "x.y.z", sealed.replace(".", ".A", 1), "é"):
        asha.client.cookies.clear()
        reply = await asha.client.get("/", headers={"cookie": f"oncall_session={forged}".encode()})
        assert reply.headers["location"] == "/sign-in?next=%2F"


async def test_a_session_ends_when_it_is_not_used_and_goes_on_while_it_is(rig: Rig, asha: Visitor) -> None:
    for _ in range(4):
        rig.clock.pass_by(timedelta(hours=11))
        assert (await asha.get("/")).path == "/"

    rig.clock.pass_by(timedelta(hours=12, minutes=1))

    assert (await asha.get("/")).path == "/sign-in"


async def test_a_session_ends_after_thirty_days_however_much_it_is_used(rig: Rig, asha: Visitor) -> None:
    for _ in range(71):
        rig.clock.pass_by(timedelta(hours=10))
        assert (await asha.get("/")).path == "/"

    rig.clock.pass_by(timedelta(hours=10))

    assert (await asha.get("/")).path == "/sign-in"


async def test_signing_out_ends_the_session_also_for_who_has_copied_the_cookie(rig: Rig, asha: Visitor) -> None:
    sealed = asha.client.cookies["oncall_session"]

    out = await asha.send("/sign-out")

    assert out.path == "/sign-in"
    assert "oncall_session" not in asha.client.cookies
    again = await asha.client.get("/", headers={"cookie": f"oncall_session={sealed}"})
    assert again.status_code == 303


async def test_whoever_leaves_the_rules_file_is_signed_out(rig: Rig, asha: Visitor) -> None:
    left = RULES.replace("  asha: {", "  anna: {").replace("[asha", "[anna")
    (rig.folder / "routing_rules.yaml").write_text(left)
    assert await rig.application.reload()

    assert (await asha.get("/")).path == "/sign-in"


async def test_a_form_from_elsewhere_does_nothing(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    async with visiting(rig, "ben") as ben:
        others = ben.form_token
    for token in ("", "x", "a.b", others, asha.form_token[:-1] + ("A" if asha.form_token[-1] != "A" else "B")):
        asha.form_token = token
        seen = await asha.send(f"/incidents/{id}/acknowledge")
        assert seen.status == 403, token

    assert (await rig.incident(id))["status"] == "triggered"


async def test_what_was_typed_is_kept_when_the_session_has_ended_meanwhile(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    rig.clock.pass_by(timedelta(hours=13))

    seen = await asha.send(f"/incidents/{id}/note", text="It is the <disk> of db-3")

    assert seen.status == 401
    assert "You are signed out" in seen.said
    assert "It is the <disk> of db-3" in seen.text
    assert "form_token" not in seen.html
    assert "note" not in await rig.timeline(id)


async def test_every_form_of_every_page_carries_the_proof(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened()
    for path in ("/", "/raise", f"/incidents/{id}"):
        html = (await asha.get(path)).html
        forms = re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
        assert forms
        assert [form for form in forms if 'name="form_token"' not in form] == []


async def test_scopes_say_which_pages_and_actions_there_are(rig: Rig) -> None:
    id = await rig.opened()
    async with visiting(rig, "ben", READER) as ben:
        seen = await ben.get(f"/incidents/{id}")
        assert seen.status == 200
        assert seen.every("button", class_="main") == []
        assert "Raise" not in (await ben.get("/")).said
        assert (await ben.get("/raise")).status == 403
        assert (await ben.send(f"/incidents/{id}/acknowledge")).status == 403

    assert (await rig.incident(id))["status"] == "triggered"


@pytest.mark.parametrize(
    "asked", ["//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "/\t/evil.example.com", "", "x"]
)
def test_signing_in_leads_to_no_other_server(asked: str) -> None:
    assert inside(asked) == "/"


async def test_the_api_makes_links_for_whoever_may_manage(rig: Rig) -> None:
    made = await rig.client.post("/api/v1/sign-in-links", json={"person": "ben"})
    reader = await rig.token(Scope.READ)
    narrow = await rig.token(Scope.MANAGE, name="narrow")

    refused = await rig.client.post("/api/v1/sign-in-links", json={}, headers=reader)
    too_much = await rig.client.post("/api/v1/sign-in-links", json={"scopes": ["pay"]}, headers=narrow)
    unknown = await rig.client.post("/api/v1/sign-in-links", json={"person": "bne"})

    assert (made.status_code, refused.status_code, too_much.status_code, unknown.status_code) == (201, 403, 403, 422)
    assert made.json()["expires_at"] == "2026-11-22T04:00:00Z"
    async with visiting(rig) as visitor:
        assert "Ben Sign out" in (await visitor.send(made.json()["url"].removeprefix("http://router.test"))).said


async def test_the_secret_of_a_link_is_stored_and_logged_nowhere(rig: Rig) -> None:
    made = await rig.client.post("/api/v1/sign-in-links", json={}, headers={"idempotency-key": "k"})
    again = await rig.client.post("/api/v1/sign-in-links", json={}, headers={"idempotency-key": "k"})

    secret = made.json()["url"].rpartition("/")[2]
    assert len(secret) == 32
    assert again.json()["url"] == ""
    assert secret.encode() not in b"".join(path.read_bytes() for path in rig.folder.glob("oncall.db*"))
