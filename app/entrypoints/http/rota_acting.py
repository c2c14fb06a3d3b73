"""What every route that changes a rota does alike: once, as somebody, logged in the commit that does it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from app.domain.cover import Actor
from app.domain.errors import InvalidPayload
from app.entrypoints.http.actions import CLI_AGENT
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Responder, person_of
from app.entrypoints.http.once import Once, OncePerKey
from app.entrypoints.http.replies import reply_of
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.rota_facts import Change, Records
from app.service.tokens import Scope, Token
from app.wiring import Application

Effect = Literal["done", "already"]


def effect_of(change: Change) -> Effect:
    return "done" if change.said else "already"


@dataclass(frozen=True, slots=True)
class RotaActing:
    """One request to change something: who asks with which token, over which channel."""

    application: Application
    token: Token
    once: OncePerKey
    channel: str

    def actor(self, by: str) -> Actor:
        person = person_of(self.token, by)
        if not person:
            raise InvalidPayload("say which person acts, for this token belongs to nobody in particular", "by")
        return Actor(person, self.token.may(Scope.MANAGE))

    async def do(
        self,
        what: str,
        by: Actor,
        work: Callable[[Records], Awaitable[Change]],
        view: Callable[[Change], BaseModel],
        note: str = "",
        status: int = 200,
    ) -> Response:
        """Do it, unless it was done under the same key."""

        async def once(keep: Keep) -> Reply:
            def reply(change: Change) -> Reply:
                return reply_of(view(change), status)

            def records(change: Change) -> Sequence[Record]:
                acts = [Act(what, one.id, by.person, self.token.name, self.channel, note) for one in change.said]
                return (*map(self.application.audit_log.record, acts), *keep(reply(change)))

            return reply(await work(records))

        return await self.once.answer(self.token, once)


async def _acting(request: Request, application: App, token: Responder, once: Once) -> RotaActing:
    is_cli = request.headers.get("user-agent", "").startswith(CLI_AGENT)
    return RotaActing(application, token, once, "cli" if is_cli else "api")


Acting = Annotated[RotaActing, Depends(_acting)]
