"""`Idempotency-Key`: a POST that may come again because its reply was lost."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.domain.errors import InvalidPayload
from app.entrypoints.http.assembled import application_of
from app.entrypoints.http.replies import sent
from app.service.idempotency import Asked, Idempotency, Keep, Reply
from app.service.tokens import Token

LONGEST_KEY = 255

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="At most 255 visible characters. For 24 hours the same request gives the same reply, marked "
        "`Idempotency-Replayed: true`, and does nothing again; another request under the same key is a 409.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


class OncePerKey:
    """Answers a request, or repeats the reply it had under the same key of the same token."""

    def __init__(self, idempotency: Idempotency, key: str | None, what: bytes) -> None:
        self._idempotency = idempotency
        self._key = key
        self._what = what

    async def answer(self, token: Token, work: Callable[[Keep], Awaitable[Reply]]) -> Response:
        return sent(await self._idempotency.answer(self._asked(token), work))

    def _asked(self, token: Token) -> Asked | None:
        if self._key is None:
            return None
        return Asked(_digest(f"{token.id}\n{self._key}".encode()), _digest(self._what))


async def _once(request: Request, key: KeyHeader = None) -> OncePerKey:
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise InvalidPayload(f"must be 1 to {LONGEST_KEY} visible ASCII characters", "Idempotency-Key")
    what = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return OncePerKey(application_of(request).idempotency, key, what)


Once = Annotated[OncePerKey, Depends(_once)]


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
