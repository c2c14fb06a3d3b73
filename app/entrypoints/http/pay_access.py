"""A route of pay says in its signature whether it shows or changes something; whose, its token decides."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.entrypoints.http.auth import PayReader, PayWriter
from app.service.pay_access import whose_pay
from app.service.tokens import Scope, Token


@dataclass(frozen=True, slots=True)
class Access:
    token: Token

    def whose(self, asked: str) -> str:
        """Whose pay is meant, where `asked` is named; empty: everybody's. Raises `Forbidden`."""
        return whose_pay(asked, self.token.may(Scope.PAY), self.token.own_pay)


async def _reading(token: PayReader) -> Access:
    return _checked(token)


async def _writing(token: PayWriter) -> Access:
    return _checked(token)


def _checked(token: Token) -> Access:
    """Before anything else of the request is looked at. Raises `Forbidden`."""
    access = Access(token)
    access.whose("")
    return access


MaySeePay = Annotated[Access, Depends(_reading)]
MayChangePay = Annotated[Access, Depends(_writing)]
