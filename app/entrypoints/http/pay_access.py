"""Whose pay a token may see and change: everybody's with the scope `pay`, else its own person's and nobody else's."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.domain.errors import Forbidden
from app.entrypoints.http.auth import PayReader, PayWriter
from app.service.tokens import Scope, Token


@dataclass(frozen=True, slots=True)
class Access:
    """`own` is the only person whose pay it is about; empty: everybody's."""

    token: Token
    own: str

    def person(self, asked: str) -> str:
        """Whose pay is meant, where `asked` is named (empty: the token's own, or everybody's). Raises `Forbidden`."""
        if asked and self.own and asked != self.own:
            raise Forbidden(f"this token shows the pay of {self.own!r} only; for others it needs the scope 'pay'")
        return asked or self.own


def access_of(token: Token) -> Access:
    """Raises `Forbidden` for a token that lacks the scope and shows nobody's own pay."""
    if token.may(Scope.PAY):
        return Access(token, "")
    if not token.may_see_pay_of(token.person):
        whose = "was made for them by somebody who may not see it" if token.person else "is nobody's in particular"
        raise Forbidden(f"token {token.name!r} lacks the scope 'pay' and {whose}")
    return Access(token, token.person)


async def _reading(token: PayReader) -> Access:
    return access_of(token)


async def _writing(token: PayWriter) -> Access:
    return access_of(token)


MaySeePay = Annotated[Access, Depends(_reading)]
MayChangePay = Annotated[Access, Depends(_writing)]
