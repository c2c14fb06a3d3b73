"""Calls Slack's Web API, and reads in its answers whether another try is worth it.

Source: https://docs.slack.dev/apis/web-api/.
"""

import json
from collections.abc import Mapping

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, outcome_of, retry_after
from app.domain.message import one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://slack.com/api"
HOOKS = "https://hooks.slack.com/"

TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
        "duplicate_message_not_found",  # an earlier try with this id is still on its way inside Slack
    }
)
"""Errors of a 200 reply that may be gone later; Slack documents every other one as needing a person."""

CURES = {
    "channel_not_found": "check the address: a channel id (C…) or a person's member id (U…)",
    "not_in_channel": "invite the app to the channel: /invite @oncall-router",
    "is_archived": "the channel is archived: name another",
    "invalid_auth": "check ONCALL_SLACK_TOKEN",
    "not_authed": "check ONCALL_SLACK_TOKEN",
    "token_revoked": "install the app again and set ONCALL_SLACK_TOKEN",
    "token_expired": "install the app again and set ONCALL_SLACK_TOKEN",
    "account_inactive": "install the app again and set ONCALL_SLACK_TOKEN",
    "missing_scope": "give the app the scope chat:write and install it again",
}


class SlackApi:
    """Needs a bot token (`xoxb-…`). Never raises, and says in a reason only error codes as Slack writes them."""

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._token = token.strip()
        self._url = api_url.rstrip("/")

    async def call(self, method: str, body: Mapping[str, object]) -> Result:
        """The result of a method; a message that was posted or changed is known by `channel/ts`."""
        answer = await self._ask(method, body)
        return answer if isinstance(answer, Retry | Rejected) else _outcome(answer)

    async def open_socket(self) -> str | Retry | Rejected:
        """Where to connect for Socket Mode; the token is then one of the app (`xapp-…`). The address holds a secret.

        Source: https://docs.slack.dev/reference/methods/apps.connections.open/.
        """
        answer = await self._ask("apps.connections.open", {})
        if isinstance(answer, Retry | Rejected):
            return answer
        outcome = _outcome(answer)
        if not isinstance(outcome, Sent):
            return outcome
        url = json.loads(answer.body).get("url")
        plain = self._url.startswith("http://")  # Something that stands in for Slack, on this machine.
        if isinstance(url, str) and url.startswith(("wss://", "ws://") if plain else "wss://"):
            return url
        return Retry("slack gave no address to connect to")

    async def _ask(self, method: str, body: Mapping[str, object]) -> Reply | Retry | Rejected:
        if not self._token:
            return Rejected("slack has no token: set ONCALL_SLACK_TOKEN")
        try:
            return await self._http.post(f"{self._url}/{method}", json=body, headers=self._headers())
        except Unreachable as error:
            return Retry(f"slack: {error.reason}")

    async def respond(self, response_url: str, body: Mapping[str, object]) -> Result:
        """Post to the address that came with an interaction or a command. Only Slack's own are posted to."""
        if not response_url.startswith((HOOKS, f"{self._url}/")):
            return Rejected("this response_url is not Slack's")
        try:
            reply = await self._http.post(response_url, json=body)
        except Unreachable as error:
            return Retry(f"slack: {error.reason}")
        return outcome_of(reply.status, reply.headers)

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token}", "content-type": "application/json; charset=utf-8"}


def _outcome(reply: Reply) -> Result:
    match outcome_of(reply.status, reply.headers):
        case Sent():
            return _answer(reply)
        case Retry(reason, after):
            return Retry(f"slack {reason}", after)
        case Rejected(reason):
            return Rejected(f"slack {reason}")


def _answer(reply: Reply) -> Result:
    """What a 2xx reply says: Slack reports most failures with status 200 and `ok: false`."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Retry("slack answered something that is not its JSON: check the API's address and any proxy")
    if answer.get("ok") is True:
        return Sent(reference=one_line(f"{answer.get('channel', '')}/{answer.get('ts', '')}", 100))
    error = _word(answer.get("error"))
    if error in TRANSIENT:
        return Retry(f"slack says {error}", retry_after(reply.headers))
    cure = CURES.get(error)
    return Rejected(f"slack says {error}: {cure}" if cure else f"slack says {error}")


def _word(error: object) -> str:
    """An error code as Slack writes them; anything else is not repeated, since it may hold what we sent."""
    known = isinstance(error, str) and error.isascii() and error.replace("_", "").isalnum() and len(error) <= 60
    return str(error) if known else "an unknown error"
