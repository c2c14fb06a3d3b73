"""What accepting costs when nothing is stored: the same body, validated by pydantic, on the same server stack."""

from typing import Annotated

from fastapi import Body, FastAPI
from pydantic import AwareDatetime, BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class AlertShape(BaseModel):
    """One alert of an Alertmanager notification."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime = Field(alias="endsAt")
    generator_url: str = Field(alias="generatorURL")
    fingerprint: str


class Notification(BaseModel):
    """An Alertmanager webhook, version 4."""

    version: str
    group_key: str = Field(alias="groupKey")
    status: str
    receiver: str
    group_labels: dict[str, str] = Field(alias="groupLabels")
    common_labels: dict[str, str] = Field(alias="commonLabels")
    common_annotations: dict[str, str] = Field(alias="commonAnnotations")
    external_url: str = Field(alias="externalURL")
    truncated_alerts: int = Field(alias="truncatedAlerts")
    alerts: list[AlertShape]


class Accepted(BaseModel):
    accepted: int


async def _take(request: Request) -> JSONResponse:
    notification = Notification.model_validate_json(await request.body())
    return JSONResponse({"accepted": len(notification.alerts)}, 202)


bare = Starlette(routes=[Route("/webhooks/{source}", _take, methods=["POST"])])
idiomatic = FastAPI()


@idiomatic.post("/webhooks/{source}", status_code=202)
async def take(source: str, notification: Annotated[Notification, Body()]) -> Accepted:
    """The endpoint as the tutorial of FastAPI writes it: a model in, a model out."""
    return Accepted(accepted=len(notification.alerts))
