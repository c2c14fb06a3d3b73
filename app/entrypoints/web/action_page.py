"""The page behind a signed link: what is wrong, what to do about it, and four buttons; no sign-in, no JavaScript.

Looking changes nothing, for mail scanners open every link: only a POST acts. A POST needs no token against forgery
besides, because there is no cookie and no other credential that a browser would send along by itself: whoever can
name the address holds the link, and a foreign page cannot read it (`Referrer-Policy: no-referrer`, `no-store`).
"""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.adapters.links import LinkHolder
from app.adapters.sources.body import parse_form
from app.domain.errors import IllegalTransition, InvalidPayload, NotFound, Unauthorised
from app.domain.events import Action
from app.domain.incident import Outcome
from app.entrypoints.answering import answered
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.web.action_view import CHANNEL, action_view, actions_of
from app.entrypoints.web.page_route import LinkRoute
from app.entrypoints.web.pages import page
from app.entrypoints.web.runbook_html import runbook_html
from app.entrypoints.web.shown_incident import shown_incident
from app.service.audit_log import Act
from app.service.job import Applied
from app.wiring import Application

router = APIRouter(prefix="/a", route_class=LinkRoute, include_in_schema=False)

LONGEST_NOTE = 10_000

SAID = {
    "acknowledged": "You have it. Nobody else is paged for it any more.",
    "recorded": "Noted. You are shadowing, so it still waits for somebody else to take it.",
    "resolved": "Resolved. Whoever had it is told.",
    "second-line": "Second line is being paged.",
    "note": "Your note is in the timeline.",
    "already": "That was done before, so nothing has changed.",
    "late": "Nothing was changed: things have moved on since you opened this page.",
    "empty": "Nothing was written, because the note was empty.",
}
"""What a page says after a button, by the word that the redirect carries; any other word says nothing."""


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show(token: str, application: App, did: str = "") -> Response:
    holder = _holder(token, application)
    shown = await shown_incident(holder.incident, application)
    ctx = application.in_force.context(application.clock.now())
    view = action_view(shown.incident, holder.person, shown.notifications, shown.timeline, ctx)
    html = await asyncio.to_thread(runbook_html, view.runbook_text)
    return page("action.html", view=view, token=token, said=SAID.get(did, ""), runbook_html=html)


@router.post("/{token}/{action}")
async def act(token: str, action: str, request: Request, application: App) -> Response:
    holder = _holder(token, application)
    form = parse_form((await plain_request(request, application.settings.max_body, application.clock.now())).body)
    text = form.get("text", "").strip()[:LONGEST_NOTE]
    actions = actions_of(holder.person, text)
    if action not in actions:
        raise NotFound(f"a link cannot do {action[:40]!r}")
    if action == "note" and not text:
        return _back(token, "empty")
    try:
        applied = await _do(action, actions[action], holder, application)
    except (IllegalTransition, InvalidPayload):
        return _back(token, "late")
    return _back(token, _word(action, applied.outcome))


async def _do(name: str, action: Action, holder: LinkHolder, application: Application) -> Applied:
    """In the journal when this replica holds the incident for the time of an outage, else in the store."""
    act = Act(f"incident.{name}", holder.incident, holder.person, "", CHANNEL)
    return await answered(application, act, action)


def _holder(token: str, application: Application) -> LinkHolder:
    """Raises `Unauthorised` for a bad link, and for one of somebody who has left."""
    holder = application.links.read(token)
    if holder.person not in application.in_force.rules.people:
        raise Unauthorised("this link belongs to somebody who is not in the rules file any more")
    return holder


def _word(action: str, outcome: Outcome) -> str:
    return action if outcome is Outcome.DONE else outcome.value


def _back(token: str, did: str) -> Response:
    """To the page again by GET, so that reloading it does not act once more."""
    return RedirectResponse(f"/a/{token}?did={did}", 303)
