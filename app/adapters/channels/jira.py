"""Opens tickets in Jira Cloud.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post,
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post, and
for the text https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/.
"""

import re
from base64 import b64encode
from collections.abc import Mapping

from app.adapters.channels.tracker import open_once, standing_at
from app.adapters.outbound_http import OutboundHttp, Reply, object_in, objects_in, verdict_of
from app.domain.fitting import Medium, cut, fitted
from app.domain.forwarding import ticket_mark
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result, Sent

TASK = "Task"
LINK_BEGINS, LINK_ENDS = "\x02", "\x03"
"""Marks round an address on its way into a document: no text from an alert still holds a control character then."""

SUMMARY = Medium(255)
DESCRIPTION = Medium(20_000, link=lambda url: f"{LINK_BEGINS}{url}{LINK_ENDS}" if url else "")
REMEDIES = {
    401: "check ONCALL_JIRA_EMAIL and ONCALL_JIRA_TOKEN",
    403: "the account may not open issues there",
    404: "check ONCALL_JIRA_URL",
}
_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d+")
_LINK = re.compile(f"{LINK_BEGINS}(.*?){LINK_ENDS}")
Node = dict[str, object]


class Jira:
    """An address is a project's key, with the type of its issues behind a slash if that is not Task. An issue is known
    again by a label of its own."""

    name = "jira"

    def __init__(self, http: OutboundHttp, url: str, email: str, token: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        credentials = b64encode(f"{email}:{token}".encode()).decode()
        self._headers = {"accept": "application/json", "authorization": f"Basic {credentials}"}

    async def send(self, message: Message) -> Result:
        project, _, kind = message.address.partition("/")
        mark = ticket_mark(message)

        async def find() -> Result | None:
            jql = f'project = "{project}" AND labels = "{mark}" ORDER BY created ASC'
            reply = await self._post("/rest/api/3/search/jql", {"jql": jql, "fields": ["labels"], "maxResults": 1})
            found = objects_in(object_in(reply).get("issues"))
            return _refusal(reply) or (self._standing(found[0]) if found else None)

        async def create() -> Result:
            fields = {
                "project": {"key": project},
                "issuetype": {"name": kind or TASK},
                "summary": cut(message.headline, SUMMARY),
                "description": _document(fitted(message, DESCRIPTION)),
                "labels": [mark],
            }
            reply = await self._post("/rest/api/3/issue", {"fields": fields})
            return _refusal(reply) or self._standing(object_in(reply))

        return await open_once("jira", find, create)

    async def _post(self, path: str, body: object) -> Reply:
        return await self._http.post(f"{self._url}{path}", json=body, headers=self._headers)

    def _standing(self, issue: Mapping[str, object]) -> Result:
        key = str(issue.get("key"))
        return standing_at("jira", f"{self._url}/browse/{key}" if _KEY.fullmatch(key) else None)


def _refusal(reply: Reply) -> Result | None:
    """What is wrong with the reply, None for a good one. Of a refused issue it names the fields: their values may be
    anybody's text."""
    match verdict_of("jira", reply):
        case Sent():
            return None
        case Rejected(reason) if reply.status in REMEDIES:
            return Rejected(f"{reason}: {REMEDIES[reply.status]}")
        case Rejected(reason) if reply.status == 400:
            errors = object_in(reply).get("errors")
            fields = ", ".join(sorted(map(str, errors))) if isinstance(errors, dict) else ""
            return Rejected(f"{reason}: check {one_line(fields, 200) or 'the project'}")
        case other:
            return other


def _document(text: str) -> Node:
    """The text as an Atlassian document: structure and text are apart, so nothing in a text can become markup."""
    paragraphs: list[Node] = [{"type": "paragraph", "content": _lines(block)} for block in text.split("\n\n") if block]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _lines(block: str) -> list[Node]:
    nodes: list[Node] = []
    for line in block.splitlines():
        nodes += [{"type": "hardBreak"}] if nodes else []
        nodes += [_text(piece, is_link=bool(n % 2)) for n, piece in enumerate(_LINK.split(line)) if piece]
    return nodes


def _text(text: str, is_link: bool) -> Node:
    marks = {"marks": [{"type": "link", "attrs": {"href": text}}]} if is_link else {}
    return {"type": "text", "text": text, **marks}
