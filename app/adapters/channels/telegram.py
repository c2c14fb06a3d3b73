"""Writes to a person or group by a Telegram bot.

Source: https://core.telegram.org/bots/api#sendmessage. Without a `parse_mode` a text has no markup; what Telegram finds
by itself in any text (`@name`, `#tag`, `/command`) is broken up by an invisible joiner, so that alerts mention nobody.
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of, wait_of
from app.domain.fitting import Medium, cut, fitted, utf16_units
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.telegram.org"
TEXT_LIMIT = 4_096
HEADLINE_LIMIT = 600
LONGEST_IN_BUTTON = 2_000
MARKS = re.compile(r"([@#/$])(?=\w)")
JOINER = "\N{WORD JOINER}"
CURES = {
    401: "check ONCALL_TELEGRAM_TOKEN",
    403: "the person must press Start in a chat with the bot, or the group must let it in",
    404: "check ONCALL_TELEGRAM_TOKEN and ONCALL_TELEGRAM_API_URL",
}


class Telegram:
    """`token` is the bot's. An address is a chat's id, or `@name` of a public channel. Telegram takes no key by which a
    message sent again could be known."""

    name = "telegram"

    def __init__(self, http: OutboundHttp, token: str, api_url: str = API_URL) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/bot{token.strip()}/sendMessage"

    async def send(self, message: Message) -> Result:
        try:
            reply = await self._http.post(self._url, json=_payload(message))
        except Unreachable as error:
            return Retry(f"telegram: {error.reason}")
        return _outcome(reply)


def _outcome(reply: Reply) -> Result:
    answer = object_in(reply)
    match verdict_of("telegram", reply):
        case Sent():
            return _reference(answer)
        case Retry(reason, after):
            return Retry(reason, _asked(answer) or after)
        case Rejected(reason):
            return Rejected(f"{reason}{_cure(reply.status, answer)}")


def _reference(answer: object) -> Result:
    match answer:
        case {"ok": True, "result": {"message_id": int() as number}}:
            return Sent(reference=str(number))
        case {"ok": True}:
            return Sent()
    return Retry("telegram answered something that is not its JSON: check the API's address and any proxy")


def _asked(answer: object) -> timedelta | None:
    match answer:
        case {"parameters": {"retry_after": seconds}}:
            return wait_of(seconds)
    return None


def _cure(status: int, answer: object) -> str:
    match answer:
        case {"parameters": {"migrate_to_chat_id": _}}:
            return ": the group has become a supergroup, which has another id: set that one"
        case {"description": str() as said} if "chat not found" in said:
            return ": check the address: a chat's id; a person must have pressed Start in a chat with the bot"
    return f": {CURES[status]}" if status in CURES else ""


def _payload(message: Message) -> dict[str, object]:
    headline = cut(message.headline, Medium(HEADLINE_LIMIT, utf16_units, _inert))
    room = TEXT_LIMIT - utf16_units(headline) - 2
    text = fitted(message, Medium(room, utf16_units, _inert)) if message.has_body() else ""
    payload: dict[str, object] = {
        "chat_id": message.address,
        "text": f"{headline}\n\n{text}".rstrip(),
        "link_preview_options": {"is_disabled": True},
    }
    link = message.link()
    button = {"inline_keyboard": [[{"text": message.button(), "url": link}]]}
    return payload | ({"reply_markup": button} if _is_good_for_a_button(link) else {})


def _is_good_for_a_button(link: str) -> bool:
    """Telegram refuses the whole message for a button to a host without a dot, such as localhost."""
    return 0 < len(link) <= LONGEST_IN_BUTTON and "." in (urlsplit(link).hostname or "")


def _inert(text: str) -> str:
    return MARKS.sub(rf"\1{JOINER}", text)
