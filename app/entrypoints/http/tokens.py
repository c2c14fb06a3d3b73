"""API tokens: made, listed and revoked by whoever may manage."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Forbidden, NotFound
from app.entrypoints.http.action_bodies import Name, RequiredName
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Manager
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.respond import must_be_person
from app.service.tokens import Scope, Token, new_token, token_id
from app.wiring import Application

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"], route_class=ApiRoute)

_TOKEN = {"id": "3b1f0c9a77d2", "name": "grafana", "scopes": ["ingest"], "person": ""}


class TokenView(View):
    """`id` is the beginning of the token's hash. A token with a `person` acts for that person only."""

    model_config = exemplified(_TOKEN)

    id: str
    name: str
    scopes: list[Scope]
    person: str


class NewToken(TokenView):
    """`secret` is shown this once; a repeated reply under an Idempotency-Key does not hold it."""

    model_config = exemplified({**_TOKEN, "secret": "oncall_…"})

    secret: str


class TokenPage(View):
    items: list[TokenView]
    next: None = None


class TokenBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "asha's laptop", "scopes": ["respond"], "person": "asha"}},
    )

    name: RequiredName
    scopes: Annotated[frozenset[Scope], Field(min_length=1, description="`manage` includes all others but `pay`.")]
    person: Name = ""


@router.get("", summary="Every stored token, without its secret", responses=refusals(*READING))
async def list_tokens(application: App, token: Manager) -> TokenPage:
    return TokenPage(items=[_view(one) for one in await application.tokens.listed()])


@router.post("", summary="Make a token", status_code=201, response_model=NewToken, responses=refusals(*WRITING))
async def create_token(body: TokenBody, application: App, token: Manager, once: Once) -> Response:
    """Nobody can hand out a scope that they do not have, nor by a token for somebody else the sight of their pay."""
    must_be_givable(token, body.scopes, body.person, application)

    async def work(keep: Keep) -> Reply:
        secret, record = new_token(body.name, body.scopes, body.person, token.may_see_pay_of(body.person))
        view = _view(Token(body.name, body.scopes, body.person, token_id(secret)))
        made = NewToken(**view.model_dump(), secret=secret)
        kept = keep(reply_of(made.model_copy(update={"secret": ""}), 201))
        note = f"{body.name}: {', '.join(sorted(body.scopes))}" + (f" for {body.person}" if body.person else "")
        logged = _logged("token.create", view.id, token, application, note)
        await application.store.commit((), (record, logged, *kept))
        return reply_of(made, 201)

    return await once.answer(token, work)


@router.delete("/{id}", summary="Revoke a token", status_code=204, responses=refusals(*READING, 404))
async def revoke_token(
    id: Annotated[str, Path(description="At least 8 digits of its id.")], application: App, token: Manager
) -> None:
    if not await application.tokens.revoke(id):
        raise NotFound(f"no token has the id {id[:40]!r}; give at least 8 digits of it")
    await application.store.commit((), (_logged("token.revoke", id, token, application),))


def must_be_givable(token: Token, scopes: frozenset[Scope], person: str, application: Application) -> None:
    """Raises `Forbidden` for a scope that the giver lacks, and `InvalidPayload` for a person that nobody knows."""
    lacking = sorted(scope for scope in scopes if not token.may(scope))
    if lacking:
        raise Forbidden(f"token {token.name!r} cannot give the scope {lacking[0]!r}, which it does not have")
    if person:
        must_be_person(person, "person", application.in_force.rules)


def _logged(what: str, id: str, token: Token, application: Application, note: str = "") -> Record:
    return application.audit_log.record(Act(what, id, token.person or token.name, token.name, "api", note))


def _view(token: Token) -> TokenView:
    return TokenView(id=token.id, name=token.name, scopes=sorted(token.scopes), person=token.person)
