"""One-time links to sign in by in a browser: for whoever may manage."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.entrypoints.http.action_bodies import Name
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Manager
from app.entrypoints.http.documented import WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.tokens import must_be_givable
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.signing_in import LINK_LASTS, Offer, sign_in_address
from app.service.tokens import Scope

router = APIRouter(prefix="/api/v1/sign-in-links", tags=["tokens"], route_class=ApiRoute)

USUAL = frozenset({Scope.READ, Scope.RESPOND})


class LinkBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"person": "asha", "scopes": ["read", "respond"]}}
    )

    person: Annotated[Name, Field(description="Whose it is; empty: whoever uses it says who they are.")] = ""
    scopes: Annotated[
        frozenset[Scope], Field(min_length=1, description="What the session may do; `manage` includes all but `pay`.")
    ] = USUAL


class SignInLink(View):
    """`url` works once, until `expires_at`; a repeated reply under an Idempotency-Key does not hold it."""

    model_config = exemplified(
        {
            "url": "https://oncall.example.com/sign-in/link/…",
            "person": "asha",
            "scopes": ["read", "respond"],
            "expires_at": "2026-11-23T10:00:00Z",
        }
    )

    url: str
    person: str
    scopes: list[Scope]
    expires_at: datetime


@router.post(
    "",
    summary="Make a one-time link to sign in by",
    status_code=201,
    response_model=SignInLink,
    responses=refusals(*WRITING),
)
async def make_link(body: LinkBody, application: App, token: Manager, once: Once) -> Response:
    """Nobody can hand out a scope that they do not have, nor by a link for somebody else the sight of their pay."""
    must_be_givable(token, body.scopes, body.person, application)

    async def work(keep: Keep) -> Reply:
        offer = Offer(body.person, body.scopes, bool(body.person) and token.may_see_pay_of(body.person))
        secret, record = application.signing_in.new_link(offer)
        link = SignInLink(
            url=sign_in_address(application.settings.base_url, secret),
            person=body.person,
            scopes=sorted(body.scopes),
            expires_at=application.clock.now() + LINK_LASTS,
        )
        kept = keep(reply_of(link.model_copy(update={"url": ""}), 201))
        note = ", ".join(sorted(body.scopes)) + (f" for {body.person}" if body.person else "")
        act = Act("session.offer", record.id[:12], token.person or token.name, token.name, "api", note)
        await application.store.commit((), (record, application.audit_log.record(act), *kept))
        return reply_of(link, 201)

    return await once.answer(token, work)
