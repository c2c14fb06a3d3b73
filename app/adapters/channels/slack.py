"""Posts to a Slack channel or person with chat.postMessage.

Source: https://docs.slack.dev/reference/methods/chat.postMessage/ and https://docs.slack.dev/reference/block-kit/.
"""

import json
import uuid
from collections.abc import Mapping

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, outcome_of, retry_after
from app.domain.message import Item, Message, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://slack.com/api"
TEXT_LIMIT = 40_000
SECTION_LIMIT = 3_000
BLOCK_LIMIT = 50
BUTTON_URL_LIMIT = 3_000
HEADLINE_LIMIT = 600
SHARES = (600, 250, 60)
"""Characters that one fact of one item may take, tried in turn until the item fits its section."""
NUMBER_ROOM = 10
NOTE_ROOM = 80
BRIEF_LIMIT = 500
"""About the longest line of a long digest: what a section may have to leave empty at its end."""

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}

MESSAGE_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:oncall-router:slack")
"""Namespace of our `client_msg_id`s: the same message sent again is the same id, and Slack posts it once."""

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


class Slack:
    """Needs a bot token (`xoxb-…`) with the scope chat:write; an address is a channel id or a member id.

    Text from alerts is escaped, and blocks are marked verbatim, so that it can neither mention anybody nor become a
    link. Links are never unfurled, so that Slack's crawler does not open signed ones.
    """

    name = "slack"

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._token = token.strip()
        self._url = f"{api_url.rstrip('/')}/chat.postMessage"

    async def send(self, message: Message) -> Result:
        if not self._token:
            return Rejected("slack has no token: set ONCALL_SLACK_TOKEN")
        try:
            reply = await self._http.post(self._url, json=_payload(message), headers=self._headers())
        except Unreachable as error:
            return Retry(f"slack: {error.reason}")
        return _outcome(reply)

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token}", "content-type": "application/json; charset=utf-8"}


def _payload(message: Message) -> dict[str, object]:
    return {
        "channel": one_line(message.address, 255),
        "text": _fallback(message),
        "blocks": _blocks(message),
        "client_msg_id": str(uuid.uuid5(MESSAGE_IDS, message.key)),
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


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


def _fallback(message: Message) -> str:
    """What notifications and screen readers get: the headline, then a line an item, whole lines only."""
    items = [_link(item.link) if message.headline_says_it() else _brief(item) for item in message.items]
    lines = [_headline(message), *(line for line in items if line)]
    return "\n".join(_fitting(lines, TEXT_LIMIT))


def _blocks(message: Message) -> list[dict[str, object]]:
    head = _section(f"*{_headline(message)}*")
    body = [_section(text) for text in _item_texts(message)]
    link = message.items[0].link if len(message.items) == 1 else ""
    button = [_button(link, message.button())] if 0 < len(link) <= BUTTON_URL_LIMIT else []
    return [head, *body, *button]


def _item_texts(message: Message) -> list[str]:
    """All items in as few sections as hold them: with every fact if there is room for that, else a line each."""
    full = [_item_text(item, message) for item in message.items]
    if len(full) > 1:
        full = [f"{number}. {text}" for number, text in enumerate(full, start=1)]
    sections = _joined(full, "\n\n")
    if len(sections) <= BLOCK_LIMIT - 2:
        return sections
    lines = _fitting([_brief(item) for item in message.items], (BLOCK_LIMIT - 2) * (SECTION_LIMIT - BRIEF_LIMIT))
    return _joined(lines, "\n")


def _item_text(item: Item, message: Message) -> str:
    for share in SHARES:
        text = _item_with(share, item, message)
        if len(text) <= SECTION_LIMIT - NUMBER_ROOM:
            return text
    return _brief(item)


def _item_with(share: int, item: Item, message: Message) -> str:
    lines = [] if message.headline_says_it() else [f"*{_escaped(item.title_line(), share)}*"]
    for name, value in item.facts(message.timezone):
        is_link = value in {item.link, item.runbook_address()}
        lines.append(f"*{name}*  {_link(value) if is_link else _escaped(value, share)}")
    return "\n".join(lines)


def _brief(item: Item) -> str:
    return f"{_escaped(item.title_line(), 100)} {_link(item.link)}".rstrip()


def _headline(message: Message) -> str:
    return _escaped(one_line(message.headline, HEADLINE_LIMIT), HEADLINE_LIMIT)


def _joined(texts: list[str], glue: str) -> list[str]:
    """The texts in order, as many together as one section takes."""
    packs: list[str] = []
    for text in texts:
        if packs and len(packs[-1]) + len(glue) + len(text) <= SECTION_LIMIT:
            packs[-1] += glue + text
        else:
            packs.append(text)
    return packs


def _fitting(lines: list[str], limit: int) -> list[str]:
    """The lines that fit into `limit` characters, none cut; what is left off is counted, never silently dropped."""
    kept, used = 0, NOTE_ROOM
    while kept < len(lines) and used + len(lines[kept]) + 1 <= limit:
        used += len(lines[kept]) + 1
        kept += 1
    left = len(lines) - kept
    return lines if not left else [*lines[:kept], f"… and {left} more: see the list of incidents"]


def _escaped(text: str, limit: int) -> str:
    """Text that Slack shows as it is, in at most `limit` characters.

    `&<>` become entities, which is what Slack asks for; a backtick becomes an apostrophe, since a code block that an
    alert opens would swallow the links after it.
    """
    pieces: list[str] = []
    used = 0
    for character in text:
        piece = ENTITIES.get(character, character)
        used += len(piece)
        if used > limit - 1:
            return "".join([*pieces, "…"])
        pieces.append(piece)
    return "".join(pieces)


def _link(url: str) -> str:
    escaped = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{escaped}>" if escaped else ""


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _button(link: str, label: str) -> dict[str, object]:
    text = {"type": "plain_text", "text": label}
    button = {"type": "button", "text": text, "url": link, "action_id": "open_incident"}
    return {"type": "actions", "elements": [button]}
