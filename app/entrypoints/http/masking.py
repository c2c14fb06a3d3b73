"""Addresses as they may be shown: enough to recognise one's own, too little to call or to post to."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo

_PHONE = re.compile(r"\+?[\d\s().-]{6,}")
_SHOWN_DIGITS = 3
_SHOWN_OF_KEY = 3
_LONG_ENOUGH = 12
_NO_SECRETS = frozenset({"console", "email", "slack", "github", "jira", "linear"})
"""Channels to whose addresses only those with a token of ours, or within the organisation, can send."""


def masked(address: str, channel: str = "") -> str:
    """A telephone number but for its last digits, a web address but for its host, a key or topic but for its end; mail
    addresses, Slack ids and names on the console as they are."""
    if _PHONE.fullmatch(address):
        digits = re.sub(r"\D", "", address)
        return f"{'+' * address.startswith('+')}{'*' * (len(digits) - _SHOWN_DIGITS)}{digits[-_SHOWN_DIGITS:]}"
    if address.startswith(("http://", "https://")):
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}/***"
    if "://" in address:
        return f"{address.partition('://')[0]}://***"
    if channel in _NO_SECRETS:
        return address
    return f"***{address[-_SHOWN_OF_KEY:] if len(address) >= _LONG_ENOUGH else ''}"


def _masked(address: str, info: ValidationInfo) -> str:
    return masked(address, str(info.data.get("channel", "")))


Masked = Annotated[str, AfterValidator(_masked)]
"""A field of a reply that holds an address: it cannot be shown whole by mistake. The view's field `channel` stands
before it and says what kind of address it is."""
