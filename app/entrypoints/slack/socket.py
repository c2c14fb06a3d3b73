"""What comes over Slack's socket goes to the same desk as what is posted to our addresses."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog

from app.adapters.channels.slack_api import SlackApi
from app.adapters.slack_requests import command_of, interaction_of
from app.adapters.slack_socket import SlackSocket
from app.adapters.sources.fields import Fields
from app.entrypoints.slack.desk import Desk
from app.wiring import Application

log = structlog.get_logger()


@asynccontextmanager
async def listening(application: Application, desk: Desk) -> AsyncIterator[None]:
    """Connected to Slack for as long as this lasts, where a token of the app says so."""
    settings = application.settings
    if not settings.slack_app_token or settings.role == "worker":
        yield
        return
    api = SlackApi(application.http, settings.slack_app_token, settings.slack_api_url)

    async def handle(kind: str, payload: Fields) -> Mapping[str, object] | None:
        return await taken(kind, payload, desk)

    socket = SlackSocket(api, handle, lambda reason: log.warning("slack.unconnected", reason=reason))
    task = asyncio.create_task(socket.run(), name="slack-socket")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def taken(kind: str, payload: Fields, desk: Desk) -> Mapping[str, object] | None:
    """What to answer an envelope with. Events are not asked for."""
    match kind:
        case "interactive":
            return await desk.interaction(interaction_of(payload))
        case "slash_commands":
            return await desk.command(command_of(payload))
        case _:
            return None
