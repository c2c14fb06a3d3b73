"""Jira issues keep the promises of a ticket tracker against a peer as strict as Atlassian's own pages."""

import json
import re
from base64 import b64encode
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.channels.jira import Jira
from app.adapters.outbound_http import OutboundHttp
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Sent
from app.service.ports import Channel
from tests.adapters.channels.fake_tracker import FakeTracker, a_reply, a_tracker_rig, fault, refused
from tests.adapters.channels.strict_vendor import LINK, Body, a_text, an_object
from tests.contracts.channel_contract import TrackerContract
from tests.contracts.channel_rig import TrackerRig, a_page, an_item

pytestmark = pytest.mark.server

EMAIL, TOKEN = "oncall@example.com", "ATATT3xFfGF0k3Vw8pQz"
BASIC = f"Basic {b64encode(f'{EMAIL}:{TOKEN}'.encode()).decode()}"
TYPES = ("Task", "Bug")

# https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ and the pages of each node and mark
MARK = an_object("type attrs", type={"const": "link"}, attrs=an_object("href", "title", href=LINK))
TEXT = an_object(
    "type text", "marks", type={"const": "text"}, text=a_text(32_767), marks={"type": "array", "items": MARK}
)
BREAK = an_object("type", "attrs", type={"const": "hardBreak"})
PARAGRAPH = an_object(
    "type", "content attrs", type={"const": "paragraph"}, content={"type": "array", "items": {"anyOf": [TEXT, BREAK]}}
)
DOCUMENT = an_object(
    "type version content",
    type={"const": "doc"},
    version={"const": 1},
    content={"type": "array", "items": PARAGRAPH},
)
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
FIELDS = an_object(
    "project issuetype summary",
    "description labels",
    project=an_object("key", key={"const": "PAY"}),
    issuetype=an_object("name", name={"enum": TYPES}),
    summary={"type": "string", "pattern": r"^[^\r\n]{1,255}$"},
    description=DOCUMENT,
    labels={"type": "array", "items": {"type": "string", "pattern": r"^\S{1,255}$"}},
)
ISSUE = an_object("fields", "update historyMetadata properties transition", fields=FIELDS)
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
SEARCH = an_object(
    "jql",
    "expand fields fieldsByKeys maxResults nextPageToken properties reconcileIssues",
    jql=a_text(1_000),
    fields={"type": "array", "items": a_text(100)},
    maxResults={"type": "integer", "minimum": 1, "maximum": 5_000},
)


class FakeJira(FakeTracker):
    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Basic {self.token}":
            return refused("Client must be authenticated", 401)
        body: Body = json.loads(request.get_data())
        match request.path:
            case "/rest/api/3/search/jql":
                return self._search(body)
            case "/rest/api/3/issue":
                return self._create(body)
        return refused("null for uri", 404)

    def _search(self, body: Body) -> Response:
        asked = re.fullmatch(r'project = "PAY" AND labels = "(\S+)" ORDER BY created ASC', str(body.get("jql")))
        if (wrong := fault(SEARCH, body)) or not asked:
            return refused(wrong or "Error in the JQL Query")
        found = [one for one in self.tickets if asked[1] in one["labels"]]
        return a_reply(
            {"issues": [{"id": "1", "key": one["key"]} for one in found[: body["maxResults"]]], "isLast": True}
        )

    def _create(self, body: Body) -> Response:
        if wrong := fault(ISSUE, body):
            return a_reply({"errorMessages": [], "errors": {"summary": wrong}}, 400)
        key = f"PAY-{len(self.tickets) + 1}"
        return self.opened(
            {**body["fields"], "key": key}, {"id": "10000", "key": key, "self": "https://x.example.com/"}
        )


@pytest.fixture
def fake(httpserver: HTTPServer) -> FakeJira:
    fake = FakeJira(BASIC.removeprefix("Basic "))
    httpserver.expect_request(re.compile(".*"), method="POST").respond_with_handler(fake)
    return fake


@pytest.fixture
def base(httpserver: HTTPServer) -> str:
    return httpserver.url_for("").rstrip("/")


@pytest.fixture
def jira(http: OutboundHttp, base: str) -> Jira:
    return Jira(http, f"{base}/", EMAIL, TOKEN)


@pytest.fixture
def rig(http: OutboundHttp, jira: Jira, fake: FakeJira) -> TrackerRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return Jira(http, f"http://127.0.0.1:{port}", EMAIL, TOKEN), "PAY"

    return a_tracker_rig(jira, "PAY", fake, at_port, secrets=(TOKEN, BASIC), live=('"href": "https://evil',))


class TestJira(TrackerContract):
    """Every promise of a tracker."""

    may_count_what_is_left_off = True


def a_ticket(address: str = "PAY", **changes: Any) -> Any:
    return a_page(address, kind=MessageKind.TICKET, **changes)


async def test_a_ticket_is_an_issue_with_all_facts_and_links_to_click(jira: Jira, fake: FakeJira, base: str) -> None:
    outcome = await jira.send(a_ticket(items=(an_item(link="", call="https://meet.example.com/1", why=""),)))

    assert outcome == Sent(reference=f"{base}/browse/PAY-1")
    [issue] = fake.tickets
    assert (issue["summary"], issue["issuetype"]) == ("CRITICAL Checkout answers 500", {"name": "Task"})
    assert re.fullmatch("oncall-[0-9a-f]{24}", issue["labels"][0])
    [paragraph] = issue["description"]["content"]
    meet, runbook = "https://meet.example.com/1", "https://wiki.example.com/checkout"
    assert paragraph["content"][:7] == [
        {"type": "text", "text": "call: "},
        {"type": "text", "text": meet, "marks": [{"type": "link", "attrs": {"href": meet}}]},
        {"type": "hardBreak"},
        {"type": "text", "text": "runbook: "},
        {"type": "text", "text": runbook, "marks": [{"type": "link", "attrs": {"href": runbook}}]},
        {"type": "hardBreak"},
        {"type": "text", "text": "squad: payments"},
    ]


async def test_a_project_may_name_the_type_of_its_issues(jira: Jira, fake: FakeJira) -> None:
    await jira.send(a_ticket("PAY/Bug"))

    assert fake.tickets[0]["issuetype"] == {"name": "Bug"}


async def test_a_refused_field_is_named_and_no_text_of_it(jira: Jira, fake: FakeJira) -> None:
    outcome = await jira.send(a_ticket("PAY/Story"))

    assert outcome == Rejected("jira answered 400: check summary")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"errorMessages": ["no such project"], "errors": {}}, "check the project"),
        (400, {"errors": {"labels": f"{TOKEN} cannot be set", "issuetype": "?"}}, "check issuetype, labels"),
        (401, {}, "check ONCALL_JIRA_EMAIL and ONCALL_JIRA_TOKEN"),
        (403, {}, "the account may not open issues there"),
        (404, {}, "check ONCALL_JIRA_URL"),
    ],
)
async def test_a_refusal_says_what_to_do(jira: Jira, fake: FakeJira, status: int, body: Body, said: str) -> None:
    fake.will_say(status, body)

    assert await jira.send(a_ticket()) == Rejected(f"jira answered {status}: {said}")


GOOD: Body = {"project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "x"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("issue", {"fields": GOOD}, 201),
        ("issue", GOOD, 400),
        ("issue", {"fields": GOOD | {"title": "x"}}, 400),
        ("issue", {"fields": GOOD | {"summary": "x" * 256}}, 400),
        ("issue", {"fields": GOOD | {"summary": "x\ny"}}, 400),
        ("issue", {"fields": GOOD | {"description": "text"}}, 400),
        ("issue", {"fields": GOOD | {"description": {"type": "doc", "content": []}}}, 400),
        ("issue", {"fields": GOOD | {"labels": ["two words"]}}, 400),
        ("issue", {"fields": GOOD | {"project": "PAY"}}, 400),
        ("search/jql", {"jql": 'project = "PAY" AND labels = "x" ORDER BY created ASC', "maxResults": 1}, 200),
        ("search/jql", {"jql": 'labels = "x"'}, 400),
        ("search/jql", {"jql": 'project = "PAY" AND labels = "x" ORDER BY created ASC', "startAt": 0}, 400),
        ("search", {"jql": "x"}, 404),
    ],
)
async def test_the_peer_refuses_what_atlassian_does_not_document(
    http: OutboundHttp, fake: FakeJira, base: str, path: str, body: Body, status: int
) -> None:
    reply = await http.post(f"{base}/rest/api/3/{path}", json=body, headers={"authorization": BASIC})

    assert reply.status == status
