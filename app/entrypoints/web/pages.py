"""Templates to HTML: everything is escaped, and a name that is missing is an error, not a blank."""

import gzip
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.entrypoints.web import wording
from app.entrypoints.web.held_piece import holding

HERE = Path(__file__).parent
STATIC = HERE / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing runs or loads but this server's own files: no inline script, no inline style, no outside asset."""

HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}

WORTH_PACKING = 1_000
"""Bytes; below that a compressed page is hardly smaller."""


def page(template: str, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> HTMLResponse:
    """A whole page; half of a surrogate pair in a value becomes a question mark."""
    return HTMLResponse(rendered(template, **values), status, {**HEADERS, **(headers or {})})


def rendered(template: str, **values: object) -> bytes:
    """A page, or a part of one."""
    return _ENVIRONMENT.get_template(template).render(values).encode("utf-8", "replace")


def packed(response: HTMLResponse, accepted: str) -> HTMLResponse:
    """The same, compressed where the browser takes that. Only for pages in which nothing secret stays the same from one
    to the next, for its length may tell of what is in it (https://breachattack.com)."""
    body = bytes(response.body)
    if len(body) < WORTH_PACKING or not takes_gzip(accepted):
        return response
    response.body = gzip.compress(body, 5)
    response.headers["content-encoding"] = "gzip"
    response.headers["vary"] = "accept-encoding"
    response.headers["content-length"] = str(len(response.body))
    return response


def takes_gzip(accepted: str) -> bool:
    """Whether an `accept-encoding` names gzip, and not with a weight of nothing (RFC 9110, 12.5.3)."""
    return any(_GZIP.fullmatch(one.strip()) for one in accepted.split(","))


@cache
def static(path: str) -> str:
    """The address of a static file, which changes with what is in it: so browsers may keep it for ever."""
    return f"/static/{path}?v={digest(path)}"


@cache
def digest(path: str) -> str:
    return sha256((STATIC / path).read_bytes()).hexdigest()[:12]


_GZIP = re.compile(r"gzip *(; *q=(1(\.0*)?|0\.0*[1-9]\d*))?", re.IGNORECASE)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals["static"] = static
_ENVIRONMENT.globals["holding"] = holding
_ENVIRONMENT.filters.update(
    local=wording.local,
    zones=wording.zones,
    brief=wording.brief,
    span=wording.span,
    words=wording.words,
    iso=wording.iso,
    shown=wording.shown,
    line=wording.line,
)
