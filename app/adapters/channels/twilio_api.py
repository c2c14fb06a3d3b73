"""Asks Twilio's REST API for a message or a call.

Sources: https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, outcome_of
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.twilio.com"
PHONE = re.compile(r"\+[1-9]\d{7,14}")
_SID = re.compile(r"(SM|MM|CA)[0-9a-fA-F]{32}")

CURES: Mapping[int, str] = {
    20003: "account SID and auth token (or API key and secret) do not belong together",
    20404: "there is no such account: check the account SID",
    21205: "Twilio cannot use our address: check ONCALL_PUBLIC_URL",
    21211: "Twilio says it is no telephone number: correct the person's phone",
    21217: "Twilio says it is no telephone number: correct the person's phone",
    21212: "the sender's number is none that can do this: check ONCALL_TWILIO_FROM",
    21214: "the number cannot be called: correct the person's phone",
    21215: "calls to that country are off: turn them on under geographic permissions",
    21408: "messages to that country are off: turn them on under geographic permissions",
    21606: "the sender's number is not yours, or cannot send text messages",
    21608: "a trial account may only reach numbers that were verified",
    21609: "Twilio cannot use our address: check ONCALL_PUBLIC_URL",
    21610: "this number has answered STOP: it must send START to the sender's number",
    21614: "this number cannot receive text messages: give a mobile phone",
}
"""What to do about an error code: https://www.twilio.com/docs/api/errors."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """`api_key` is `SK…:secret`, or empty: then the auth token signs in. `number` is the sender; `service` a messaging
    service (`MG…`) that sends text messages in its place."""

    sid: str
    auth_token: str = field(repr=False)
    number: str = ""
    service: str = ""
    api_key: str = field(default="", repr=False)
    api_url: str = API_URL

    @property
    def credentials(self) -> str:
        return self.api_key or f"{self.sid}:{self.auth_token}"


class TwilioApi:
    """One account. Text that Twilio answers with is never repeated, for it may hold what was sent."""

    def __init__(self, http: OutboundHttp, account: TwilioAccount) -> None:
        self._http = http
        self._url = f"{account.api_url.rstrip('/')}/2010-04-01/Accounts/{account.sid}"
        self._authorization = f"Basic {b64encode(account.credentials.encode()).decode()}"

    async def create(self, resource: str, fields: Mapping[str, str]) -> Result:
        """A new Message or Call; the reference of a success is its SID."""
        headers = {"authorization": self._authorization, "content-type": "application/x-www-form-urlencoded"}
        body = urlencode(fields, errors="replace").encode()
        try:
            reply = await self._http.post(f"{self._url}/{resource}.json", content=body, headers=headers)
        except Unreachable as error:
            return Retry(f"twilio: {error.reason}")
        return _outcome(reply)


def _outcome(reply: Reply) -> Result:
    answer = _answer(reply.body)
    match outcome_of(reply.status, reply.headers):
        case Sent():
            sid = str(answer.get("sid", ""))
            if _SID.fullmatch(sid):
                return Sent(reference=sid)
            return Retry("twilio answered something that is not its JSON: check the API's address and any proxy")
        case Retry(reason, after):
            return Retry(f"twilio {reason}", after)
        case Rejected(reason):
            return Rejected(f"twilio {reason}{_advice(answer.get('code'))}")


def _answer(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _advice(code: object) -> str:
    if not isinstance(code, int) or isinstance(code, bool) or not 0 < code < 1_000_000:
        return ""
    cure = CURES.get(code)
    return f", error {code}: {cure}" if cure else f", error {code}"
