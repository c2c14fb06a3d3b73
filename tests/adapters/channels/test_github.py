"""GitHub issues keep the promises of a ticket tracker against a peer as strict as GitHub's own pages."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.channels.github import GitHub
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_github import ISSUES, REPOSITORY, TOKEN, FakeGitHub
from tests.adapters.channels.fake_tracker import a_tracker_rig
from tests.adapters.channels.strict_vendor import Body
from tests.contracts.channel_contract import TrackerContract
from tests.contracts.channel_rig import TrackerRig, a_page, an_item

pytestmark = pytest.mark.server


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeGitHub:
    fake = FakeGitHub(TOKEN)
    httpserver.expect_request(re.compile(".*")).respond_with_handler(fake)
    return fake


@pytest.fixture
def github(http: OutboundHttp, httpserver: HTTPServer) -> GitHub:
    return GitHub(http, TOKEN, httpserver.url_for(""))


@pytest.fixture
def rig(http: OutboundHttp, github: GitHub, fake: FakeGitHub) -> TrackerRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return GitHub(http, TOKEN, f"http://127.0.0.1:{port}"), REPOSITORY

    live = ("<script>", "<https://evil", "<!channel>", "```")
    return a_tracker_rig(github, REPOSITORY, fake, at_port, secrets=(TOKEN,), live=live)


class TestGitHub(TrackerContract):
    """Every promise of a tracker."""


def a_ticket(**changes: Any) -> Any:
    return a_page(REPOSITORY, kind=MessageKind.TICKET, **changes)


async def test_a_ticket_is_an_issue_with_all_facts(github: GitHub, fake: FakeGitHub) -> None:
    outcome = await github.send(a_ticket(items=(an_item(link="", squad="payments"),)))

    assert outcome == Sent(reference="https://github.com/example/payments/issues/1")
    [issue] = fake.tickets
    assert issue["title"] == "CRITICAL Checkout answers 500"
    assert issue["body"].split("\n") == [
        r"why you: You are primary this week \(rule 3\, out of hours\)\.  ",
        "runbook: <https://wiki.example.com/checkout>  ",
        "squad: payments  ",
        r"since: Sun 05 Jul 2026\, 02\:04 UTC  ",
        "count: 12 alerts  ",
        "status: triggered  ",
        r"id: inc\_01",
        "",
        issue["body"].split("\n")[-2],
        "",
    ]
    assert re.fullmatch(r"Reference: oncall-[0-9a-f]{24}", issue["body"].split("\n")[-2])


async def test_nobody_is_mentioned_and_nothing_is_referred_to(github: GitHub, fake: FakeGitHub) -> None:
    await github.send(
        a_ticket(items=(an_item(remark="@example/everybody fixes #12 ![x](https://evil.example/x.png)"),))
    )

    body = fake.tickets[0]["body"]
    assert re.findall(r"[@#]\w|!\[|\]\(", body) == []


async def test_an_issue_that_is_not_among_the_newest_any_more_is_found_by_search(
    github: GitHub, fake: FakeGitHub
) -> None:
    first = await github.send(a_ticket())
    fake.tickets += [{"title": "another", "body": None, "html_url": "https://github.com/x"} for _ in range(30)]

    assert await github.send(a_ticket()) == first


async def test_search_lags_behind_and_a_new_issue_is_found_all_the_same(github: GitHub, fake: FakeGitHub) -> None:
    fake.indexed = False

    outcomes = [await github.send(a_ticket()), await github.send(a_ticket())]

    assert outcomes[0] == outcomes[1]
    assert len(fake.tickets) == 1


async def test_what_quotes_an_issue_is_not_taken_for_it(github: GitHub, fake: FakeGitHub) -> None:
    first = await github.send(a_ticket())
    mark = fake.tickets[0]["body"]
    fake.tickets += [
        {"title": "quotes it", "body": f"> {mark.strip()}", "html_url": "https://github.com/x/1"},
        {"title": "fixes it", "body": mark, "html_url": "https://github.com/x/2", "pull_request": {}},
    ]

    assert await github.send(a_ticket()) == first


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry-after": "60"}, timedelta(seconds=60)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}, timedelta(minutes=15)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}, timedelta(0)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
    ],
)
async def test_what_came_too_fast_is_tried_again_when_github_allows(
    github: GitHub, fake: FakeGitHub, headers: Mapping[str, str], waited: timedelta | None
) -> None:
    fake.will_say(403, {"message": "You have exceeded a secondary rate limit"}, headers)

    assert await github.send(a_ticket()) == Retry("github answered 403: too many calls", waited)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "check ONCALL_GITHUB_TOKEN"),
        (403, "the token may not write issues there"),
        (404, "check the repository, and that the token may see it"),
        (410, "the repository has its issues turned off"),
    ],
)
async def test_a_refusal_says_what_to_do(github: GitHub, fake: FakeGitHub, status: int, said: str) -> None:
    fake.will_say(status, {"message": f"{TOKEN} is wrong"})

    assert await github.send(a_ticket()) == Rejected(f"github answered {status}: {said}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", ISSUES, {"title": "x", "body": "y"}, 201),
        ("POST", ISSUES, {"title": "x", "text": "y"}, 422),
        ("POST", ISSUES, {"body": "y"}, 422),
        ("POST", ISSUES, {"title": "x" * 257}, 422),
        ("POST", ISSUES, {"title": "x", "body": "y" * 65_537}, 422),
        ("POST", ISSUES, {"title": "x", "labels": "bug"}, 422),
        ("POST", "/repos/example/other/issues", {"title": "x"}, 404),
        ("GET", f"{ISSUES}?state=all", None, 200),
        ("GET", f"{ISSUES}?state=any", None, 422),
        ("GET", f"{ISSUES}?sorted=created", None, 422),
        ("GET", f"{ISSUES}?per_page=101", None, 422),
        ("GET", "/search/issues?q=x", None, 422),
        ("GET", "/search/issues?query=is:issue", None, 422),
    ],
)
async def test_the_peer_refuses_what_github_does_not_document(
    http: OutboundHttp, fake: FakeGitHub, httpserver: HTTPServer, method: str, path: str, body: Body, status: int
) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    url = f"{httpserver.url_for('')}{path}"

    reply = await (http.post(url, json=body, headers=headers) if method == "POST" else http.get(url, headers=headers))

    assert reply.status == status
