"""What holds for every page: none opens without a session, none acts without a proof, and the docs name it."""

from pathlib import Path

from fastapi.routing import APIRoute, iter_route_contexts

from app.entrypoints.web.nav import NAV
from app.entrypoints.web.page_route import PageRoute
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor

OPEN = {"/sign-in", "/sign-in/link/{secret}", "/sign-in/provider", "/sign-in/return"}
"""The way in."""

DOCS = Path(__file__).parents[3] / "docs" / "web.md"


def pages(rig: Rig) -> set[tuple[str, str]]:
    """Method and path of every page."""
    found = [one for one in iter_route_contexts(rig.app.routes) if isinstance(one.original_route, APIRoute)]
    own = [one for one in found if type(one.original_route) is PageRoute]
    return {(method, str(one.path)) for one in own for method in one.methods or () if one.path not in OPEN}


def filled(path: str) -> str:
    """With something for each part that is a name."""
    return "/".join("06bf80f9c0000001" if part.startswith("{") else part for part in path.split("/"))


async def test_without_a_session_no_page_shows_or_does_anything(rig: Rig) -> None:
    assert pages(rig)
    for method, path in pages(rig):
        reply = await rig.client.request(method, filled(path))
        live = path.startswith("/live/")
        assert reply.status_code == (401 if live or method == "POST" else 303), (method, path)
        assert live or method == "POST" or reply.headers["location"].startswith("/sign-in?next="), path


async def test_an_address_that_is_none_is_a_page_for_people_and_a_problem_for_programs(rig: Rig) -> None:
    person = await rig.client.get("/nowhere", headers={"accept": "text/html,*/*"})
    program = await rig.client.get("/nowhere")
    api = await rig.client.get("/api/v1/nowhere", headers={"accept": "text/html,*/*"})

    assert (person.status_code, program.status_code, api.status_code) == (404, 404, 404)
    assert "There is nothing here" in person.text
    assert program.headers["content-type"] == api.headers["content-type"] == "application/problem+json"


async def test_nothing_that_is_sent_to_a_page_breaks_it(rig: Rig, asha: Visitor) -> None:
    await rig.opened()
    odd = ("%00", "%ED%A0%80", "x" * 5000, "..%2F{{7*7}}'--%0d%0aset-cookie:a=b")
    for method, path in sorted(pages(rig) - {("POST", "/sign-out")}):
        for value in odd:
            asked = "/".join(value[:500] if part.startswith("{") else part for part in path.split("/"))
            query = f"show={value}&before={value}&did={value}&once={value}"
            body = f"form_token={asha.form_token}&title={value}&text={value}&for={value}&to={value}&squads={value}"
            given = {"content": body} if method == "POST" else {}
            reply = await asha.client.request(method, f"{asked}?{query}", **given)
            assert reply.status_code < 500, (method, asked, reply.text[:300])
            assert "set-cookie" not in reply.headers, (method, asked)


async def test_without_a_proof_no_form_does_anything(rig: Rig, asha: Visitor) -> None:
    asha.form_token = ""
    for path in sorted(path for method, path in pages(rig) if method == "POST"):
        assert (await asha.send(filled(path))).status == 403, path


async def test_every_page_is_in_the_documentation(rig: Rig) -> None:
    text = DOCS.read_text()

    asked = {path for method, path in pages(rig) if method == "GET" and not path.startswith("/live/")}
    assert {path for path in asked if f"| `{path}` |" not in text} == set()


def test_each_page_of_the_navigation_has_a_key_of_its_own() -> None:
    keys = [item.key for item in NAV]

    assert sorted(keys) == sorted(set(keys))
    assert "g" not in keys
