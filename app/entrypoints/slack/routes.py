"""What Slack posts to: clicks and forms, the slash command, and the handshake of its events; each signed, each answered
within three seconds."""

from fastapi import APIRouter, Request, Response

from app.adapters.slack_requests import check_slack, is_probe, parse_command, parse_interaction
from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import word
from app.domain.errors import InvalidPayload, NotFound, Unauthorised
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.slack.desk import Desk
from app.service.source_ports import Request as PlainRequest
from app.wiring import Application

router = APIRouter(prefix="/slack", include_in_schema=False)


@router.post("/interactions")
async def interactions(request: Request, application: App) -> Response:
    plain = await _signed(request, application)
    return _reply(await _desk(request).interaction(parse_interaction(plain.body)))


@router.post("/commands")
async def commands(request: Request, application: App) -> Response:
    plain = await _plain(request, application)
    try:
        _check(plain, application)
    except Unauthorised:
        if is_probe(plain.body):
            return Response()
        raise
    if is_probe(plain.body):
        return Response()
    return _reply(await _desk(request).command(parse_command(plain.body)))


@router.post("/events")
async def events(request: Request, application: App) -> Response:
    """Answers the handshake. No event is asked for; one that comes all the same is not wanted again."""
    body = parse_object((await _signed(request, application)).body)
    if word(body.get("type")) == "url_verification":
        challenge = word(body.get("challenge"))
        if not challenge:
            raise InvalidPayload("is missing", "challenge")
        return GuardedJson({"challenge": challenge})
    return Response(headers={"X-Slack-No-Retry": "1"})


async def _signed(request: Request, application: Application) -> PlainRequest:
    """The request, once it is sure that Slack has sent it just now. Raises `Unauthorised`."""
    plain = await _plain(request, application)
    _check(plain, application)
    return plain


async def _plain(request: Request, application: Application) -> PlainRequest:
    if not application.settings.slack_signing_secret:
        raise NotFound("Slack is not set up to answer here: set ONCALL_SLACK_SIGNING_SECRET")
    return await plain_request(request, application.settings.max_body, application.clock.now())


def _check(plain: PlainRequest, application: Application) -> None:
    check_slack(application.settings.slack_signing_secret, plain.headers, plain.body, plain.received_at)


def _reply(body: dict[str, object]) -> Response:
    return GuardedJson(body) if body else Response()


def _desk(request: Request) -> Desk:
    found = request.app.state.slack
    assert isinstance(found, Desk)  # noqa: S101 - `create_app` puts it there
    return found
