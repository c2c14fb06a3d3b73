"""What people and programs do to an incident, each in one request; all of it goes through the one use case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.domain.errors import InvalidPayload
from app.domain.events import (
    Acknowledge,
    Action,
    Actor,
    CallSecondLine,
    Escalate,
    Note,
    OpenTicket,
    Park,
    Reassign,
    Resolve,
    Snooze,
    TagSquads,
    Unacknowledge,
)
from app.domain.incident import Incident, Outcome
from app.entrypoints.http.action_bodies import (
    ActionBody,
    NoteBody,
    RaiseBody,
    ReasonBody,
    ReassignBody,
    SnoozeBody,
    TagBody,
    TicketBody,
)
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Responder, person_of
from app.entrypoints.http.documented import WRITING, example, refusals
from app.entrypoints.http.examples import INCIDENT
from app.entrypoints.http.incident_views import Effect, IncidentView, incident_view
from app.entrypoints.http.incidents import IncidentId, checked
from app.entrypoints.http.once import Once, OncePerKey
from app.entrypoints.http.replies import reply_of, sent
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.job import Applied
from app.service.ports import Record
from app.service.respond import raise_by_person, respond
from app.service.tokens import Token
from app.wiring import Application

router = APIRouter(
    prefix="/api/v1/incidents",
    tags=["actions"],
    route_class=ApiRoute,
    responses={**refusals(*WRITING, 404), 200: example({"effect": "acknowledged", "incident": INCIDENT})},
)

CLI_AGENT = "oncall-router-cli"


@dataclass(frozen=True, slots=True)
class Acting:
    """One request to act: who asks with which token, over which channel."""

    application: Application
    token: Token
    once: OncePerKey
    channel: str

    async def do(self, id: str, by: str, action: Callable[[Actor], Action], what: str, note: str = "") -> Response:
        """Do it once, and log it in the commit that does it; or, to an incident of an outage, in the journal."""
        asked = action(self.actor(by))
        if held := await self._in_outage(id, asked, what, note):
            return sent(_effect(held))
        return await self.once.answer(self.token, lambda keep: self._respond(id, asked, what, note, keep))

    async def call(self, id: str, by: str) -> Response:
        """Start a call, once; where one has been started, nothing is asked of anybody."""
        actor, start = self.actor(by), self.application.calls.start
        if self.application.held(checked(id)):
            held = await start(id, actor, lambda asked: self._in_outage(id, asked, "call", asked.url))
            if held:
                return sent(_effect(held))

        async def work(keep: Keep) -> Reply:
            return await start(checked(id), actor, lambda asked: self._respond(id, asked, "call", asked.url, keep))

        return await self.once.answer(self.token, work)

    async def _in_outage(self, id: str, action: Action, what: str, note: str) -> Applied | None:
        if self.application.outage is None:
            return None
        act = Act(f"incident.{what}", checked(id), action.by.id, self.token.name, self.channel, note)
        return await self.application.outage.answer(act, action)

    async def _respond(self, id: str, action: Action, what: str, note: str, keep: Keep) -> Reply:
        applied = await respond(
            checked(id),
            action,
            self.application.in_force.rules,
            self.application.applier,
            lambda applied: self.records(applied, action.by, what, note, keep(_effect(applied))),
        )
        return _effect(applied)

    def actor(self, by: str) -> Actor:
        person = person_of(self.token, by)
        if not person:
            raise InvalidPayload("say which person acts, for this token belongs to nobody in particular", "by")
        return Actor(person, self.channel)

    def records(self, applied: Applied, actor: Actor, what: str, note: str, kept: Sequence[Record]) -> Sequence[Record]:
        if applied.outcome is Outcome.ALREADY:
            return kept
        act = Act(f"incident.{what}", _incident(applied).id, actor.id, self.token.name, self.channel, note)
        return (self.application.audit_log.record(act), *kept)


async def _acting(request: Request, application: App, token: Responder, once: Once) -> Acting:
    is_cli = request.headers.get("user-agent", "").startswith(CLI_AGENT)
    return Acting(application, token, once, "cli" if is_cli else "api")


Actions = Annotated[Acting, Depends(_acting)]


@router.post(
    "",
    summary="Raise an incident that no monitor foresaw",
    status_code=201,
    response_model=IncidentView,
    responses=refusals(*WRITING),
)
async def raise_incident(body: RaiseBody, acting: Actions) -> Response:
    """The runbook gate does not apply; from here it is handled like any other."""
    application = acting.application
    actor = Actor(person_of(acting.token, body.by) or acting.token.name, acting.channel)

    async def work(keep: Keep) -> Reply:
        applied = await raise_by_person(
            actor,
            body.title,
            body.description,
            body.severity,
            body.squad,
            application.in_force.rules,
            application.applier,
            application.new_id,
            lambda applied: acting.records(applied, actor, "raise", body.title, keep(_raised(applied))),
        )
        return _raised(applied)

    return await acting.once.answer(acting.token, work)


@router.post("/{id}/acknowledge", summary="Take it: stops the escalation", response_model=Effect)
async def acknowledge(id: IncidentId, body: ActionBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, Acknowledge, "acknowledge")


@router.post("/{id}/unacknowledge", summary="Give it back: the chain starts again", response_model=Effect)
async def unacknowledge(id: IncidentId, body: ActionBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, Unacknowledge, "unacknowledge")


@router.post("/{id}/resolve", summary="It is over", response_model=Effect)
async def resolve(id: IncidentId, body: ReasonBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: Resolve(by, body.reason), "resolve", body.reason)


@router.post("/{id}/snooze", summary="Quiet for a while; then it starts again", response_model=Effect)
async def snooze(id: IncidentId, body: SnoozeBody, acting: Actions) -> Response:
    until = body.end(acting.application.clock.now())
    return await acting.do(id, body.by, lambda by: Snooze(by, until), "snooze", f"until {until.isoformat()}")


@router.post("/{id}/reassign", summary="Give it to one person, who is paged", response_model=Effect)
async def reassign(id: IncidentId, body: ReassignBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: Reassign(by, body.to), "reassign", f"to {body.to}")


@router.post("/{id}/escalate", summary="Tell the next step now", response_model=Effect)
async def escalate(id: IncidentId, body: ReasonBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: Escalate(by, body.reason), "escalate", body.reason)


@router.post("/{id}/second-line", summary="Call second line in beside whoever has it", response_model=Effect)
async def second_line(id: IncidentId, body: ReasonBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: CallSecondLine(by, body.reason), "second-line", body.reason)


@router.post("/{id}/park", summary="Leave it until the next working day", response_model=Effect)
async def park(id: IncidentId, body: ReasonBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: Park(by, body.reason), "park", body.reason)


@router.post("/{id}/note", summary="Write into the timeline", response_model=Effect)
async def note(id: IncidentId, body: NoteBody, acting: Actions) -> Response:
    return await acting.do(id, body.by, lambda by: Note(by, body.text), "note")


@router.post("/{id}/tag", summary="Call squads in: each is told in its channel", response_model=Effect)
async def tag(id: IncidentId, body: TagBody, acting: Actions) -> Response:
    squads = tuple(body.squads)
    return await acting.do(id, body.by, lambda by: TagSquads(by, squads), "tag", ", ".join(squads))


@router.post("/{id}/ticket", summary="Write it down in a squad's tracker, once", response_model=Effect)
async def ticket(id: IncidentId, body: TicketBody, acting: Actions) -> Response:
    """Its address is in the incident as soon as the tracker has taken it."""
    return await acting.do(id, body.by, lambda by: OpenTicket(by, body.squad), "ticket", body.squad)


@router.post("/{id}/call", summary="Start a call, or see the one that was started", response_model=Effect)
async def call(id: IncidentId, body: ActionBody, acting: Actions) -> Response:
    """A fresh one at Zoom; where that is not to be had within 5 s, the standing room of the squad."""
    return await acting.call(id, body.by)


def _effect(applied: Applied) -> Reply:
    return reply_of(Effect(effect=applied.outcome, incident=incident_view(_incident(applied))))


def _raised(applied: Applied) -> Reply:
    view = incident_view(_incident(applied))
    return reply_of(view, 201, {"Location": f"/api/v1/incidents/{view.id}"})


def _incident(applied: Applied) -> Incident:
    assert applied.incident is not None  # noqa: S101 - an action never succeeds on nothing
    return applied.incident
