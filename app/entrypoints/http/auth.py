"""Who may: a route's signature names the scope that its Bearer token needs (`Reader`, `Responder`, `Manager`)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.domain.errors import Forbidden, Unauthorised
from app.entrypoints.http.assembled import application_of
from app.service.tokens import Scope, Token

_BEARER = HTTPBearer(auto_error=False, description="An API token: `oncall-router token create`, or ONCALL_ADMIN_TOKEN.")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def _asking(scope: Scope, *others: Scope) -> Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Token]]:
    async def ask(request: Request, given: _Credentials) -> Token:
        if given is None:
            raise Unauthorised(f"send a token with scope {scope} as `Authorization: Bearer <token>`")
        return await application_of(request).tokens.ask(given.credentials, scope, *others)

    return ask


Reader = Annotated[Token, Depends(_asking(Scope.READ))]
Responder = Annotated[Token, Depends(_asking(Scope.RESPOND))]
Manager = Annotated[Token, Depends(_asking(Scope.MANAGE))]
PayReader = Annotated[Token, Depends(_asking(Scope.PAY, Scope.READ))]
PayWriter = Annotated[Token, Depends(_asking(Scope.PAY, Scope.RESPOND))]


def person_of(token: Token, by: str) -> str:
    """Whose action it is: `by`, else the token's person; empty when neither says.

    A person's token acts for that person only, unless it may manage.
    """
    if by and token.person and by != token.person and not token.may(Scope.MANAGE):
        raise Forbidden(f"this token belongs to {token.person!r} and cannot act for {by!r}")
    return by or token.person
