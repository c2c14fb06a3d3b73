"""Every process on the store: its role, and which rules it has in force."""

from datetime import datetime

from fastapi import APIRouter

from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.view import View
from app.service.replicas import replicas

router = APIRouter(prefix="/api/v1", tags=["rules"], route_class=ApiRoute)

_REPLICA = {
    "name": "oncall-router-api-0:8080",
    "role": "api",
    "rules": "5f2c9a1b",
    "refused": 0,
    "journalled": 0,
    "started_at": "2026-11-22T03:00:00Z",
    "seen_at": "2026-11-22T03:02:10Z",
}


class ReplicaView(View):
    """`rules` is the version in force there, `refused` how many problems a newer file has, `journalled` how many
    requests wait in its journal."""

    model_config = exemplified(_REPLICA)

    name: str
    role: str
    rules: str
    refused: int
    journalled: int
    started_at: datetime
    seen_at: datetime


class Replicas(View):
    """`agree`: all have the same rules in force."""

    model_config = exemplified({"items": [_REPLICA], "agree": True, "next": None})

    items: list[ReplicaView]
    agree: bool
    next: None = None


@router.get("/replicas", summary="Every process, and which rules it has in force", responses=refusals(*READING))
async def list_replicas(application: App, token: Reader) -> Replicas:
    found = await replicas(application.store, application.clock.now())
    items = [ReplicaView.model_validate(one) for one in found]
    return Replicas(items=items, agree=len({one.rules for one in found}) <= 1)
