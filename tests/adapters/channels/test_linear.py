"""Linear issues keep the promises of a ticket tracker against a peer as strict as Linear's own schema."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.channels.linear import CREATE, LOOK, Linear
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_tracker import FakeTracker, a_reply, a_tracker_rig, fault, refused
from tests.adapters.channels.strict_vendor import Body, a_text, an_object
from tests.contracts.channel_contract import TrackerContract
from tests.contracts.channel_rig import TrackerRig, a_page, an_item

pytestmark = pytest.mark.server

TOKEN = "lin_api_k3Vw8pQzk3Vw8pQz"
TEAM, TEAM_ID = "PAY", "9d1f1b5e-5b1b-4b7e-8d2c-1f0c8a6e7b11"
UUID4 = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

# The schema at https://studio.apollographql.com/public/Linear-API/variant/current/schema/reference: what `issues` and
# `teams` take as a filter, and IssueCreateInput
REQUEST = an_object("query", "variables operationName")
LOOKING = an_object("id team", id={"type": "string", "pattern": UUID4}, team=a_text(20))
INPUT = an_object(
    "teamId",
    "id title description priority stateId assigneeId labelIds projectId parentId dueDate createAsUser",
    id={"type": "string", "pattern": UUID4},
    teamId={"const": TEAM_ID},
    title=a_text(512),
    description=a_text(100_000, shortest=0),
)
FIELDS = {
    "issues": "issues(filter: {id: {eq: $id}}, includeArchived: true) { nodes { id url } }",
    "teams": "teams(filter: {key: {eq: $team}}) { nodes { id } }",
    "issueCreate": "issueCreate(input: $input) { success issue { id url } }",
}
"""What may be asked, field by field, as the schema spells them."""


class FakeLinear(FakeTracker):
    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != self.token:
            return self._error("AUTHENTICATION_ERROR", 401)
        body: Body = json.loads(request.get_data())
        if fault(REQUEST, body) or not _is_in_the_schema(body["query"]):
            return self._error("GRAPHQL_VALIDATION_FAILED")
        variables: Body = body.get("variables", {})
        if "issueCreate" in body["query"]:
            return self._create(variables)
        return self._error("INVALID_INPUT") if fault(LOOKING, variables) else self._look(variables)

    def _look(self, variables: Body) -> Response:
        issues = [{"id": one["id"], "url": one["url"]} for one in self.tickets if one["id"] == variables["id"]]
        teams = [{"id": TEAM_ID}] if variables["team"] == TEAM else []
        return a_reply({"data": {"issues": {"nodes": issues}, "teams": {"nodes": teams}}})

    def _create(self, variables: Body) -> Response:
        asked = variables.get("input")
        if fault(INPUT, asked) or any(one["id"] == asked["id"] for one in self.tickets):
            return self._error("INVALID_INPUT")
        url = f"https://linear.app/example/issue/PAY-{len(self.tickets) + 1}"
        made = {"success": True, "issue": {"id": asked["id"], "url": url}}
        return self.opened({**asked, "url": url}, {"data": {"issueCreate": made}}, 200)

    def _error(self, code: str, status: int = 400) -> Response:
        if status == 401:
            return refused(code, status)
        return a_reply({"errors": [{"message": "no", "extensions": {"code": code}}], "data": None}, status)


def _is_in_the_schema(query: str) -> bool:
    flat = " ".join(query.split())
    for field in FIELDS.values():
        flat = flat.replace(field, "")
    return bool(
        re.fullmatch(r"query Look\(\$id: ID!, \$team: String!\) \{ +\}", flat)
        or re.fullmatch(r"mutation Create\(\$input: IssueCreateInput!\) \{ +\}", flat)
    )


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeLinear:
    fake = FakeLinear(TOKEN)
    httpserver.expect_request("/graphql", method="POST").respond_with_handler(fake)
    return fake


@pytest.fixture
def url(httpserver: HTTPServer) -> str:
    return httpserver.url_for("/graphql")


@pytest.fixture
def linear(http: OutboundHttp, url: str) -> Linear:
    return Linear(http, TOKEN, url)


@pytest.fixture
def rig(http: OutboundHttp, linear: Linear, fake: FakeLinear) -> TrackerRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Linear(http, TOKEN, f"http://127.0.0.1:{port}/graphql"), TEAM

    live = ("<script>", "<https://evil", "```")
    return a_tracker_rig(linear, TEAM, fake, at_port, secrets=(TOKEN,), live=live)


class TestLinear(TrackerContract):
    """Every promise of a tracker."""


def a_ticket(address: str = TEAM, **changes: Any) -> Any:
    return a_page(address, kind=MessageKind.TICKET, **changes)


async def test_a_ticket_is_an_issue_with_all_facts(linear: Linear, fake: FakeLinear) -> None:
    outcome = await linear.send(a_ticket(items=(an_item(link="", why=""),)))

    assert outcome == Sent(reference="https://linear.app/example/issue/PAY-1")
    [issue] = fake.tickets
    assert (issue["teamId"], issue["title"]) == (TEAM_ID, "CRITICAL Checkout answers 500")
    assert issue["description"].split("\n")[:2] == [
        "runbook: <https://wiki.example.com/checkout>  ",
        "squad: payments  ",
    ]


async def test_a_team_that_is_not_there_is_named(linear: Linear, fake: FakeLinear) -> None:
    assert await linear.send(a_ticket("PYA")) == Rejected("linear has no team PYA that this key may see")


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "RATELIMITED", Retry("linear answered RATELIMITED", timedelta(minutes=1))),
        (200, "INTERNAL_SERVER_ERROR", Retry("linear answered INTERNAL_SERVER_ERROR")),
        (503, "WHATEVER", Retry("linear answered 503")),
        (400, "AUTHENTICATION_ERROR", Rejected("linear answered AUTHENTICATION_ERROR: check ONCALL_LINEAR_TOKEN")),
        (200, "INVALID_INPUT", Rejected("linear answered INVALID_INPUT")),
        (200, None, Rejected("linear answered an error")),
    ],
)
async def test_an_error_in_graphqls_own_words_says_whether_it_may_pass(
    linear: Linear, fake: FakeLinear, status: int, code: str | None, outcome: Rejected | Retry
) -> None:
    fake.will_say(status, {"errors": [{"message": f"{TOKEN}", "extensions": {"code": code}}]})

    assert await linear.send(a_ticket()) == outcome


GOOD: Body = {"id": "9d1f1b5e-5b1b-4b7e-8d2c-1f0c8a6e7b12", "teamId": TEAM_ID, "title": "x", "description": "y"}


@pytest.mark.parametrize(
    ("body", "is_taken"),
    [
        ({"query": CREATE, "variables": {"input": GOOD}}, True),
        ({"query": CREATE, "variables": {"input": GOOD | {"body": "y"}}}, False),
        ({"query": CREATE, "variables": {"input": GOOD | {"id": "pay-1"}}}, False),
        ({"query": CREATE, "variables": {"input": GOOD | {"teamId": "PAY"}}}, False),
        ({"query": CREATE.replace("url", "link"), "variables": {"input": GOOD}}, False),
        ({"query": CREATE, "variables": {"input": GOOD}, "token": "x"}, False),
        ({"query": LOOK, "variables": {"id": GOOD["id"], "team": TEAM}}, True),
        ({"query": LOOK, "variables": {"id": GOOD["id"]}}, False),
        ({"query": LOOK.replace("eq:", "is:"), "variables": {"id": GOOD["id"], "team": TEAM}}, False),
    ],
)
async def test_the_peer_refuses_what_is_not_in_linears_schema(
    http: OutboundHttp, fake: FakeLinear, url: str, body: Body, is_taken: bool
) -> None:
    reply = await http.post(url, json=body, headers={"authorization": TOKEN})

    assert (reply.status == 200) is is_taken
