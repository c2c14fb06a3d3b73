"""For machines that watch: alive, ready, and figures; open to read, for none of it names a person or an alert."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from app.domain.errors import StoreUnavailable
from app.domain.ruleset import Rules
from app.entrypoints.http.assembled import App
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.replies import GuardedJson
from app.service.ports import Record, Store

router = APIRouter(tags=["probes"])

PATIENCE = 1.0
ASKED_AGAIN_AFTER = 1.0
_SIGN_OF_LIFE = Record("readiness", "last", "{}")


class Alive(BaseModel):
    model_config = exemplified({"status": "alive"})

    status: str = "alive"


class Ready(BaseModel):
    """`reasons` say why not; `rules` is the version in force, `refused` how many problems a newer file has."""

    model_config = exemplified({"ready": True, "reasons": [], "rules": "5f2c9a1b", "refused": 0})

    ready: bool
    reasons: list[str]
    rules: str
    refused: int


@dataclass(slots=True)
class Readiness:
    """Whether the store keeps what it is given, asked with a real write, at most once a second however many ask."""

    store: Store
    _answer: str = ""
    _until: float = 0.0

    async def objection(self) -> str:
        """Why the store cannot be relied on now; empty when it can."""
        if monotonic() >= self._until:
            self._answer = await self._ask()
            self._until = monotonic() + ASKED_AGAIN_AFTER
        return self._answer

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.store.put_record(_SIGN_OF_LIFE)
        except TimeoutError:
            return f"the store did not answer within {PATIENCE:g} s"
        except StoreUnavailable as error:
            return f"the store cannot keep anything: {error}"
        return ""


async def _readiness(request: Request) -> Readiness:
    found = request.app.state.readiness
    assert isinstance(found, Readiness)  # noqa: S101 - `create_app` puts it there
    return found


ReadinessOf = Annotated[Readiness, Depends(_readiness)]


@router.get("/healthz", summary="Alive: this process answers")
async def healthz() -> Alive:
    """Never touches the store: restarting cures no disk."""
    return Alive()


@router.get(
    "/readyz", summary="Ready: what is accepted now is kept", response_model=Ready, responses={503: {"model": Ready}}
)
async def readyz(application: App, readiness: ReadinessOf) -> Response:
    rules = application.in_force.rules
    reasons = [reason for reason in (await readiness.objection(), _lack(rules)) if reason]
    found = Ready(ready=not reasons, reasons=reasons, rules=rules.version, refused=len(application.in_force.refusal))
    return GuardedJson(found.model_dump(), 503 if reasons else 200)


def _lack(rules: Rules) -> str:
    return "" if rules.people else "the rules in force name nobody to tell"


@router.get("/metrics", summary="Prometheus figures", response_class=Response)
async def metrics(application: App) -> Response:
    return Response(application.metrics.page(), media_type=CONTENT_TYPE_LATEST)
