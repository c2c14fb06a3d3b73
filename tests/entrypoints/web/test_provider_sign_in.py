"""Signing in at a real provider: who comes in, as whom, with which scopes, and what is refused."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.entrypoints.http.rig import RULES, Rig, rigged
from tests.entrypoints.web.visitor import Seen, Visitor, visiting
from tests.openid.running import CLIENT, provider

pytestmark = pytest.mark.server

BACK = "http://router.test/sign-in/return"
WITH_MAIL = RULES.replace("{name: Asha,", "{name: Asha, email: asha@example.com,")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(BACK) as found:
        yield found


@asynccontextmanager
async def arriving(issuer: str, folder: Path, **changes: Any) -> AsyncIterator[tuple[Rig, Visitor]]:
    """Somebody's browser before an application that has this provider."""
    named = {"oidc_issuer": issuer, "oidc_client_id": CLIENT[0], "oidc_client_secret": CLIENT[1]}
    async with rigged(folder, **{"written": WITH_MAIL, **named, **changes}) as rig:
        rig.clock.at = datetime.now(UTC)  # The provider goes by the machine's clock.
        async with visiting(rig) as visitor:
            yield rig, visitor


async def come_back(visitor: Visitor, account: str, page: str = "/") -> str:
    """The path by which the provider sends the browser back, once somebody has signed in there."""
    away = await visitor.client.get("/sign-in/provider", params={"next": page})
    assert away.status_code == 303, away.text
    async with httpx.AsyncClient(follow_redirects=False) as there:
        reply = await there.get(away.headers["location"])
        while True:
            while reply.is_redirect:
                to = urljoin(str(reply.url), reply.headers["location"])
                if to.startswith(BACK):
                    parts = urlsplit(to)
                    return f"{parts.path}?{parts.query}"
                reply = await there.get(to)
            form = Seen(reply)
            assert form.status == 200, form.said
            (action,) = [str(found["action"]) for found in form.every("form")]
            hidden = {str(one["name"]): str(one["value"]) for one in form.every("input", type="hidden")}
            filled = {**hidden, "login": account, "password": "any"}
            reply = await there.post(urljoin(str(reply.url), action), data=filled)


async def test_a_person_is_known_by_their_mail_and_comes_back_to_where_they_wanted(issuer: str, tmp_path: Path) -> None:
    async with arriving(issuer, tmp_path) as (rig, visitor):
        first = await visitor.get("/raise")
        (door,) = [str(a["href"]) for a in first.every("a") if "provider" in str(a["href"])]

        seen = await visitor.get(await come_back(visitor, "asha", "/raise"))

        assert door == "/sign-in/provider?next=/raise"
        assert (seen.path, seen.status) == ("/raise", 200)
        assert "Asha Sign out" in seen.said
        (line,) = (await rig.client.get("/api/v1/audit")).json()["items"]
        assert (line["what"], line["who"], line["note"]) == ("session.begin", "asha", "by provider: read, respond")


async def test_groups_give_scopes_also_to_somebody_who_is_not_in_the_rules_file(issuer: str, tmp_path: Path) -> None:
    async with arriving(issuer, tmp_path, oidc_scopes="support=read,respond; sre=manage") as (_, visitor):
        seen = await visitor.get(await come_back(visitor, "sam"))

        assert "Sam of Support Sign out" in seen.said
        raised = await visitor.send("/raise", title="Nobody can pay", severity="critical")
        assert "you can read this and raise incidents, but not act on one" in raised.said
        assert "acknowledge" not in {found.get("data-act") for found in raised.every("button")}


async def test_who_comes_by_the_provider_sees_their_own_pay(issuer: str, tmp_path: Path) -> None:
    async with arriving(issuer, tmp_path) as (_, visitor):
        seen = await visitor.get(await come_back(visitor, "asha", "/pay"))

        assert (seen.path, seen.status) == ("/pay", 200)


@pytest.mark.parametrize("account", ["mallory", "stranger"])
async def test_nobody_comes_in_by_a_mail_that_is_not_proven_or_not_known(
    issuer: str, tmp_path: Path, account: str
) -> None:
    async with arriving(issuer, tmp_path) as (_, visitor):
        seen = await visitor.get(await come_back(visitor, account))

        assert seen.status == 403
        assert "may do nothing here" in seen.said
        assert (await visitor.get("/")).path == "/sign-in"


async def test_a_code_works_in_the_browser_that_began_and_once(issuer: str, tmp_path: Path) -> None:
    async with arriving(issuer, tmp_path) as (rig, visitor):
        back = await come_back(visitor, "asha")

        async with visiting(rig) as other:
            stolen = await other.get(back)
        mine = await visitor.get(back)
        again = await visitor.get(back)

        assert (stolen.status, mine.status, again.status) == (401, 200, 401)
        assert "oncall_session" not in other.client.cookies


async def test_a_provider_that_does_not_answer_is_said_with_another_way_in(tmp_path: Path) -> None:
    async with arriving("http://127.0.0.1:9", tmp_path) as (_, visitor):
        seen = await visitor.get("/sign-in/provider")

        assert seen.status == 503
        assert "The sign-in provider does not answer" in seen.said
        assert "oncall-router sign-in" in seen.said
