"""Addresses as they may be shown: enough to recognise one's own, too little to call or to post to."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_PHONE = re.compile(r"\+?[\d\s().-]{6,}")
_SHOWN_DIGITS = 3


def masked(address: str) -> str:
    """A telephone number but for its last digits, a web address but for its host; anything else as it is."""
    if _PHONE.fullmatch(address):
        digits = re.sub(r"\D", "", address)
        return f"{'+' * address.startswith('+')}{'*' * (len(digits) - _SHOWN_DIGITS)}{digits[-_SHOWN_DIGITS:]}"
    if address.startswith(("http://", "https://")):
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}/***"
    return address


Masked = Annotated[str, AfterValidator(masked)]
"""A field of a reply that holds an address: it cannot be shown whole by mistake."""
