"""The pages' own files: packed once, and kept by browsers for as long as they are asked for by what is in them."""

import gzip
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request, Response

from app.domain.errors import NotFound
from app.entrypoints.web.pages import STATIC, digest, takes_gzip

router = APIRouter(prefix="/static", include_in_schema=False)

FOR_EVER = "public, max-age=31536000, immutable"
AGAIN = "no-cache"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def static_file(path: str, request: Request, v: str = "") -> Response:
    """Raises `NotFound`. `v` is a digest of the file, so what was fetched with it never changes. Another digest is of
    another version of this server, whose pages are asked for beside this one's during a roll-out."""
    if path not in _names():
        raise NotFound("there is no such file")
    headers = {"cache-control": FOR_EVER if v == digest(path) else AGAIN, "vary": "accept-encoding"}
    body = _body(path)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers["content-encoding"] = _packed(path), "gzip"
    return Response(body, headers=headers, media_type=_type(path))


@cache
def _names() -> frozenset[str]:
    return frozenset(str(one.relative_to(STATIC)) for one in STATIC.rglob("*") if one.is_file())


@cache
def _body(path: str) -> bytes:
    return (STATIC / path).read_bytes()


@cache
def _packed(path: str) -> bytes:
    return gzip.compress(_body(path), 9, mtime=0)


def _type(path: str) -> str:
    return TYPES.get(Path(path).suffix) or guess_type(path)[0] or "application/octet-stream"
