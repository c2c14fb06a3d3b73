"""Reading a request as a plain value, with the body limit held before and after decompression."""

import zlib
from datetime import datetime

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest

from app.domain.errors import InvalidPayload, PayloadTooLarge, UnsupportedMedia
from app.service.source_ports import Request


async def plain_request(request: HttpRequest, most: int, now: datetime) -> Request:
    """The request as a source wants it. Raises `PayloadTooLarge`, `UnsupportedMedia` or `InvalidPayload`.

    Read straight from the ASGI scope: on the webhook path Starlette's views of it cost as much as parsing the body.
    """
    scope = request.scope
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = await _read(request, headers.get("content-length", ""), most)
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding and encoding != "identity":
        body = _decompressed(body, encoding, most)
    query = dict(request.query_params) if scope["query_string"] else {}
    return Request(scope["method"], scope["path"], query, headers, body, now)


async def _read(request: HttpRequest, declared: str, most: int) -> bytes:
    if declared.isdecimal() and int(declared) > most:
        raise PayloadTooLarge(f"the body is larger than {most} bytes")
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        length += len(part)
        if length > most:
            raise PayloadTooLarge(f"the body is larger than {most} bytes")
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _decompressed(body: bytes, encoding: str, most: int) -> bytes:
    if encoding not in ("gzip", "deflate"):
        raise UnsupportedMedia(f"content-encoding {encoding[:40]!r} is not understood; send gzip, deflate or none")
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpack.decompress(body, most + 1)
    except zlib.error:
        raise InvalidPayload(f"the body is not valid {encoding}") from None
    if len(plain) > most:
        raise PayloadTooLarge(f"the body is larger than {most} bytes when unpacked")
    if not unpack.eof:
        raise InvalidPayload(f"the {encoding} body ends too early")
    if unpack.unused_data:
        raise InvalidPayload(f"something follows the end of the {encoding} body")
    return plain
