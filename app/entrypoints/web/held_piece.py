"""Which piece a page holds already when its stream begins, so that no browser is sent the same once more."""

import re
from datetime import datetime
from hashlib import sha256

from fastapi import Request

HOLDS_FOR = 20
"""Seconds for which a page is believed. One that hears nothing begins to fetch its piece after 25, and then holds
another than it says."""

_HELD = "held"
_SAID = re.compile(r"([0-9a-f]{16})-([0-9]{1,12})")
_PASSING = re.compile(rb"(<time [^>]*\bdata-(?:age|until)\b[^>]*>)[^<]*|(<!--own-->).*?(?=<!--/own-->)", re.DOTALL)
"""Times that tick; and what only the page has in this place, such as forms, and keeps."""


def version_of(piece: bytes) -> str:
    """A name for what is in it: the same whatever the times in it have come to, and with the reader's own forms or
    without."""
    return sha256(_PASSING.sub(rb"\1\2", piece.strip())).hexdigest()[:16]


def holding(address: str, piece: str, now: datetime) -> str:
    """The address of a piece's stream for a page that is made `now` with this piece in it."""
    version = version_of(piece.encode("utf-8", "replace"))
    return f"{address}{'&' if '?' in address else '?'}{_HELD}={version}-{int(now.timestamp())}"


def held_by(request: Request, now: datetime) -> str:
    """The version that the page which asks for a stream holds; empty where that is not sure. A browser that comes back
    names the last event that it got: it holds something else by now."""
    said = _SAID.fullmatch(request.query_params.get(_HELD, ""))
    if not said or "last-event-id" in request.headers:
        return ""
    return said[1] if abs(now.timestamp() - int(said[2])) <= HOLDS_FOR else ""
