"""Opens tickets in Linear.

Source: https://linear.app/developers/graphql, https://linear.app/developers/rate-limiting, and the schema at
https://studio.apollographql.com/public/Linear-API/variant/current/schema/reference/inputs/IssueCreateInput.
"""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from app.adapters.channels.tracker import broken_lines, inert_markdown, markdown_link, open_once, standing_at
from app.adapters.outbound_http import OutboundHttp, Reply, object_in, objects_in, verdict_of
from app.domain.fitting import Medium, cut, fitted
from app.domain.forwarding import ticket_mark
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.linear.app/graphql"
TITLE = Medium(255)
DESCRIPTION = Medium(60_000, text=inert_markdown, link=markdown_link)
LOOK = """
query Look($id: ID!, $team: String!) {
  issues(filter: {id: {eq: $id}}, includeArchived: true) { nodes { id url } }
  teams(filter: {key: {eq: $team}}) { nodes { id } }
}
"""
CREATE = """
mutation Create($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id url } }
}
"""
PASSING = {"RATELIMITED": timedelta(minutes=1), "INTERNAL_SERVER_ERROR": None}
"""Errors that may be over later, and how long to wait: Linear's allowance grows back all the time."""

KEY_REFUSED = frozenset({"AUTHENTICATION_ERROR", "FORBIDDEN"})


class Linear:
    """An address is a team's key. An issue is known again by its id, which is made here and not by Linear: two of the
    same cannot be."""

    name = "linear"

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._url = api_url
        self._headers = {"authorization": token}

    async def send(self, message: Message) -> Result:
        id = _id(message)
        team = ""

        async def find() -> Result | None:
            nonlocal team
            reply = await self._ask(LOOK, {"id": id, "team": message.address})
            issues, teams = _nodes(reply, "issues"), _nodes(reply, "teams")
            team = str(teams[0].get("id")) if teams else ""
            if refused := _refusal(reply):
                return refused
            if issues:
                return standing_at("linear", issues[0].get("url"))
            return None if team else Rejected(f"linear has no team {message.address} that this key may see")

        async def create() -> Result:
            text = broken_lines(fitted(message, DESCRIPTION))
            issue = {"id": id, "teamId": team, "title": cut(message.headline, TITLE), "description": text}
            reply = await self._ask(CREATE, {"input": issue})
            made = _part(_part(object_in(reply), "data"), "issueCreate")
            return _refusal(reply) or standing_at("linear", _part(made, "issue").get("url"))

        return await open_once("linear", find, create)

    async def _ask(self, query: str, variables: Mapping[str, object]) -> Reply:
        body = {"query": query, "variables": variables}
        return await self._http.post(self._url, json=body, headers=self._headers)


def _id(message: Message) -> str:
    """A UUID of version 4, as Linear wants it, that is the same for the same ticket."""
    return str(UUID(bytes=sha256(ticket_mark(message).encode()).digest()[:16], version=4))


def _refusal(reply: Reply) -> Result | None:
    """What is wrong with the reply; None for a good one. An error in GraphQL's own words says more than a status that
    would not be tried again."""
    verdict = verdict_of("linear", reply)
    errors = objects_in(object_in(reply).get("errors"))
    if errors and not isinstance(verdict, Retry):
        return _error(one_line(str(_part(errors[0], "extensions").get("code") or "an error"), 60))
    match verdict:
        case Sent():
            return None
        case Rejected(reason) if reply.status in (401, 403):
            return Rejected(f"{reason}: check ONCALL_LINEAR_TOKEN")
        case other:
            return other


def _error(code: str) -> Result:
    if code in PASSING:
        return Retry(f"linear answered {code}", PASSING[code])
    return Rejected(f"linear answered {code}" + (": check ONCALL_LINEAR_TOKEN" if code in KEY_REFUSED else ""))


def _nodes(reply: Reply, name: str) -> list[Mapping[str, object]]:
    return objects_in(_part(_part(object_in(reply), "data"), name).get("nodes"))


def _part(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}
