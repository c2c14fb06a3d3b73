"""Pushes to a phone by Pushover.

Source: https://pushover.net/api. A critical page has priority 1, which is heard in the recipient's quiet hours too. The
priority 2, which repeats until somebody confirms it in Pushover, is not used: whether a page is answered is decided
here, and the ladder repeats it.
"""

from urllib.parse import urlencode

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of
from app.domain.fitting import Medium, cut, fitted
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.pushover.net"
MESSAGE = Medium(limit=1_024)
TITLE = Medium(limit=250)
URL_LIMIT = 512
HIGH = 1
NORMAL = 0
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Pushover:
    """`token` is the application's API token. An address is a user's or group's key. Pushover takes no key by which a
    message sent again could be known."""

    name = "pushover"

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._token = token.strip()
        self._url = f"{api_url.rstrip('/')}/1/messages.json"

    async def send(self, message: Message) -> Result:
        form = {"token": self._token, "user": message.address, **_fields(message)}
        try:
            reply = await self._http.post(self._url, content=urlencode(form).encode(), headers=FORM)
        except Unreachable as error:
            return Retry(f"pushover: {error.reason}")
        return _outcome(reply)


def _outcome(reply: Reply) -> Result:
    answer = object_in(reply)
    match verdict_of("pushover", reply):
        case Sent() if not answer:
            return Retry("pushover answered something that is not its JSON: check the API's address and any proxy")
        case Sent() if answer.get("status") != 1:
            return Rejected("pushover did not take the message")
        case Sent():
            return Sent(reference=one_line(str(answer.get("request", "")), 100))
        case Rejected(reason):
            return Rejected(f"{reason}{_cure(answer)}")
        case other:
            return other


def _cure(answer: object) -> str:
    """Pushover names the field that it does not know beside its own words, which are not repeated."""
    match answer:
        case {"token": "invalid"}:
            return ": check ONCALL_PUSHOVER_TOKEN"
        case {"user": "invalid"}:
            return ": check the address: a user's or group's key"
    return ""


def _fields(message: Message) -> dict[str, str]:
    link = message.link()
    fits = 0 < len(link) <= URL_LIMIT
    loud = message.asks_for_somebody() and message.severest() == "critical"
    fields = {
        "title": cut(message.headline, TITLE),
        "message": fitted(message, MESSAGE, link_elsewhere=fits),
        "priority": str(HIGH if loud else NORMAL),
    }
    return fields | ({"url": link, "url_title": message.button()} if fits else {})
