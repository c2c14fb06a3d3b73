"""What browsers are told about every reply: nothing may be loaded, framed, sniffed or referred to, except as listed, or
as a page says of itself."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DOCS = (
    b"default-src 'none'; script-src https://cdn.jsdelivr.net 'unsafe-inline'; style-src https://cdn.jsdelivr.net; "
    b"img-src https://fastapi.tiangolo.com data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_PLOT = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_SAME = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_PLAIN = [*_SAME, (b"content-security-policy", _NOTHING)]
_PLOTTED = [*_SAME, (b"content-security-policy", _PLOT), (b"cache-control", b"no-store")]
_BY_BEGINNING = (
    ("/a/", [*_PLAIN, (b"cache-control", b"no-store")]),
    ("/t/", [*_PLAIN, (b"cache-control", b"no-store")]),
    ("/api/", [*_PLAIN, (b"cache-control", b"no-store")]),
    ("/docs", [*_SAME, (b"content-security-policy", _DOCS)]),
)


class SecurityHeaders:
    """Plain ASGI, for it is on the way of every webhook."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        added = _PLOTTED if path.endswith(".svg") else _of_path(path)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                said = {name for name, _ in own}
                message["headers"] = [*own, *(header for header in added if header[0] not in said)]
            await send(message)

        await self._app(scope, receive, with_headers)


def _of_path(path: str) -> list[tuple[bytes, bytes]]:
    return next((headers for beginning, headers in _BY_BEGINNING if path.startswith(beginning)), _PLAIN)
