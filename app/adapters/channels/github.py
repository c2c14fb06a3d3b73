"""Opens tickets as GitHub issues.

Source: https://docs.github.com/en/rest/issues/issues (create, and list repository issues),
https://docs.github.com/en/rest/search/search, and for the limits
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import quote

from app.adapters.channels.tracker import broken_lines, inert_markdown, markdown_link, open_once, standing_at
from app.adapters.outbound_http import OutboundHttp, Reply, object_in, objects_in, retry_after, verdict_of, wait_until
from app.domain.fitting import Medium, cut, fitted
from app.domain.forwarding import ticket_mark
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.github.com"
TITLE = Medium(255)
BODY = Medium(60_000, text=inert_markdown, link=markdown_link)
NEWEST = "state=all&sort=created&direction=desc&per_page=30"
REMEDIES: Mapping[int, str] = {
    401: "check ONCALL_GITHUB_TOKEN",
    403: "the token may not write issues there",
    404: "check the repository, and that the token may see it",
    410: "the repository has its issues turned off",
}


class GitHub:
    """An address is a repository with its owner. An issue is known again by a line of its own at its end: among the
    newest ones, which are listed without delay, and by search, which lags behind but sees all."""

    name = "github"

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._url = api_url.rstrip("/")
        self._headers = {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {token}",
            "x-github-api-version": "2022-11-28",
        }

    async def send(self, message: Message) -> Result:
        issues = f"{self._url}/repos/{message.address}/issues"
        line = f"Reference: {ticket_mark(message)}"

        async def find() -> Result | None:
            return await self._among_newest(issues, line) or await self._by_search(message, line)

        async def create() -> Result:
            body = f"{broken_lines(fitted(message, BODY))}\n\n{line}\n"
            issue = {"title": cut(message.headline, TITLE), "body": body}
            reply = await self._http.post(issues, json=issue, headers=self._headers)
            return _refusal(reply) or standing_at("github", object_in(reply).get("html_url"))

        return await open_once("github", find, create)

    async def _among_newest(self, issues: str, line: str) -> Result | None:
        reply = await self._http.get(f"{issues}?{NEWEST}", headers=self._headers)
        return _refusal(reply) or _with_line(objects_in(reply), line)

    async def _by_search(self, message: Message, line: str) -> Result | None:
        query = f'"{ticket_mark(message)}" in:body is:issue repo:{message.address}'
        url = f"{self._url}/search/issues?q={quote(query)}&per_page=10"
        reply = await self._http.get(url, headers=self._headers)
        return _refusal(reply) or _with_line(objects_in(object_in(reply).get("items")), line)


def _with_line(issues: Iterable[Mapping[str, object]], line: str) -> Result | None:
    """The oldest issue that has the line; a pull request may quote it, and is none."""
    found = [
        issue
        for issue in issues
        if "pull_request" not in issue and line in (text.strip() for text in str(issue.get("body")).splitlines())
    ]
    return standing_at("github", found[-1].get("html_url")) if found else None


def _refusal(reply: Reply) -> Result | None:
    """What is wrong with the reply; None for a good one. GitHub refuses what comes too fast with 403, too."""
    match verdict_of("github", reply):
        case Sent():
            return None
        case Rejected(reason) if reply.status == 403 and _is_too_fast(reply):
            return Retry(f"{reason}: too many calls", retry_after(reply.headers) or _until_reset(reply))
        case Rejected(reason) if reply.status in REMEDIES:
            return Rejected(f"{reason}: {REMEDIES[reply.status]}")
        case Retry(reason, after):
            return Retry(reason, after or (_until_reset(reply) if reply.status == 429 else None))
        case other:
            return other


def _is_too_fast(reply: Reply) -> bool:
    return "retry-after" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0"


def _until_reset(reply: Reply) -> timedelta | None:
    return wait_until(reply.headers.get("x-ratelimit-reset", ""), reply.headers)
