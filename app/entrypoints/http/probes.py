"""For machines that watch: alive, ready, and figures; open to read, for none of it names a person or an alert."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from app.domain.errors import StoreUnavailable, Unconfirmed
from app.domain.ruleset import Rules
from app.entrypoints.http.assembled import App
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.replies import GuardedJson
from app.service.outage import Outage
from app.service.ports import Record, Store

router = APIRouter(tags=["probes"])

PATIENCE = 2.5
"""Seconds: longer than the store waits for its replicas, shorter than whoever asks."""

ASKED_AGAIN_AFTER = 1.0
_SIGN_OF_LIFE = Record("readiness", "last", "{}")


class Alive(BaseModel):
    model_config = exemplified({"status": "alive"})

    status: str = "alive"


class StoreState(StrEnum):
    """`unconfirmed`: it keeps what it is given, though not in as many places as were asked for."""

    UP = "up"
    UNCONFIRMED = "unconfirmed"
    AWAY = "away"


class Ready(BaseModel):
    """Ready while what is accepted is kept: by the store, or by a journal that has room.

    `reasons` say why not, or what is wrong all the same; `rules` is the version in force, `refused` how many problems a
    newer file has, `journal` how many requests wait in the journal.
    """

    model_config = exemplified(
        {"ready": True, "reasons": [], "rules": "5f2c9a1b", "refused": 0, "store": "up", "journal": 0}
    )

    ready: bool
    reasons: list[str]
    rules: str
    refused: int
    store: StoreState
    journal: int


@dataclass(slots=True)
class Readiness:
    """Whether the store keeps what it is given, asked with a real write, at most once a second however many ask."""

    store: Store
    _answer: str = ""
    _state: StoreState = StoreState.UP
    _until: float = 0.0

    async def objection(self) -> tuple[StoreState, str]:
        """How the store is, and why it cannot be relied on now; empty when it can."""
        if monotonic() >= self._until:
            self._state, self._answer = await self._ask()
            self._until = monotonic() + ASKED_AGAIN_AFTER
        return self._state, self._answer

    async def _ask(self) -> tuple[StoreState, str]:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.store.put_record(_SIGN_OF_LIFE)
        except TimeoutError:
            return StoreState.AWAY, f"the store did not answer within {PATIENCE:g} s"
        except Unconfirmed as error:
            return StoreState.UNCONFIRMED, f"the store does not keep it in enough places: {error}"
        except StoreUnavailable as error:
            return StoreState.AWAY, f"the store cannot keep anything: {error}"
        return StoreState.UP, ""


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
    """With the store away and room in the journal it is ready too: its health is told by `store`, not by the status."""
    rules, outage = application.in_force.rules, application.outage
    state, objection = await readiness.objection()
    lacks = [reason for reason in (_untenable(state, objection, outage), _lack(rules)) if reason]
    found = Ready(
        ready=not lacks,
        reasons=lacks or ([objection] if objection else []),
        rules=rules.version,
        refused=len(application.in_force.refusal),
        store=state,
        journal=outage.waiting if outage else 0,
    )
    return GuardedJson(found.model_dump(), 503 if lacks else 200)


def _untenable(state: StoreState, objection: str, outage: Outage | None) -> str:
    """Why nothing can be promised: the store's objection, where no journal stands in for it. What the store has, though
    not in enough places, a process that takes no alerts can work on."""
    if outage is None:
        return "" if state is StoreState.UNCONFIRMED else objection
    return f"{objection}; and the journal has no room" if objection and not outage.room else ""


def _lack(rules: Rules) -> str:
    return "" if rules.people else "the rules in force name nobody to tell"


@router.get("/metrics", summary="Prometheus figures", response_class=Response)
async def metrics(application: App) -> Response:
    return Response(application.metrics.page(), media_type=CONTENT_TYPE_LATEST)
