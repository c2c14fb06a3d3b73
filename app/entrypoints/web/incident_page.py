"""One incident: what, since when, what to do about it, who has it, and everything that happened."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

from app.domain.errors import IllegalTransition, InvalidPayload, NotFound, OutsideUnavailable
from app.domain.events import Action, StartCall
from app.domain.incident import AlertRow
from app.entrypoints.answering import answered
from app.entrypoints.web.incident_acts import ACTS, SAID, samples, word_of
from app.entrypoints.web.incident_view import IncidentView, incident_view
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.runbook_html import runbook_html
from app.entrypoints.web.shown_incident import Shown, shown_incident
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.service.audit_log import Act
from app.service.job import Applied
from app.service.respond import would_change

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_ALERTS = 20
TYPED = ("reason", "text", "for", "to")
LENGTHS = ("30m", "1h", "2h", "4h", "8h", "24h")


@router.api_route("/incidents/{id}", methods=["GET", "HEAD"])
async def incident(id: str, page: Reading, did: str = "") -> Response:
    return await _show(id, page, said=SAID.get(did, ""))


@router.get("/live/incident/{id}")
async def live_incident(id: str, page: Reading) -> Response:
    async def render() -> bytes:
        at = page.at(page.application.clock.now())
        shown = await shown_incident(id, at.application)
        return at.part("incident_body.html", view=_view(shown, at), runbook_html=await _runbook(_view(shown, at)))

    await shown_incident(id, page.application)  # Nobody waits for what is not there.
    return await page.live(f"incident {id} {page.viewer.may_act and page.viewer.person}", render)


@router.post("/incidents/{id}/call")
async def call(id: str, page: Responding) -> Response:
    async def with_call(asked: StartCall) -> Applied:
        return await answered(page.application, _logged(id, "call", asked, page), asked)

    return await _done(id, "call", page, lambda: page.application.calls.start(id, page.viewer.actor, with_call))


@router.post("/incidents/{id}/{act}")
async def act(id: str, act: str, page: Responding) -> Response:
    if act not in ACTS:
        raise NotFound(f"nobody can {act[:40]!r} an incident")

    async def work() -> Applied:
        action = ACTS[act](page)
        return await answered(page.application, _logged(id, act, action, page), action)

    return await _done(id, act, page, work)


async def _done(id: str, act: str, page: Page, work: Callable[[], Awaitable[Applied]]) -> Response:
    """To where it is seen, or the page again with why nothing was changed."""
    if not page.viewer.person:
        return await _show(
            id, page, 403, wrong="Only people of the rules file act on incidents, and you are not in it."
        )
    try:
        applied = await work()
    except OutsideUnavailable as error:
        return await _show(id, page, 503, wrong=f"Nothing was changed: {error}")
    except InvalidPayload as error:
        return await _show(id, page, 422, wrong=f"Nothing was changed: {error.reason}", act=act)
    except IllegalTransition as error:
        return await _show(id, page, 409, wrong=f"Nothing was changed, for things have moved on: {error}", act=act)
    did = word_of(act, applied.outcome)
    id = applied.incident.id if applied.incident else id
    return page.go(f"/?did={did}#i{id}" if page.form.text("back") == "list" else f"/incidents/{id}?did={did}")


async def _show(id: str, page: Page, status: int = 200, said: str = "", wrong: str = "", act: str = "") -> Response:
    """The page; after a form that could not be, with what was typed into it."""
    shown = await shown_incident(id, page.application)
    view = _view(shown, page)
    return page.show(
        "incident.html",
        status,
        view=view,
        runbook_html=await _runbook(view),
        alerts=await _alerts(shown, page),
        live=f"/live/incident/{shown.incident.id}",
        said=said,
        wrong=wrong,
        open_form=act,
        typed={name: page.form.text(name) for name in TYPED},
        lengths=LENGTHS,
        people=sorted(page.rules.people.values(), key=lambda one: one.name),
        squads=sorted(page.rules.squads.values(), key=lambda one: one.name),
        most_alerts=MOST_ALERTS,
        has_post_mortem=await _has_post_mortem(shown, page),
    )


def _view(shown: Shown, page: Page) -> IncidentView:
    ctx = page.application.in_force.context(page.now)
    acts = samples(page) if page.viewer.may_act else {}
    buttons = {name for name, action in acts.items() if would_change(shown.incident, action, ctx)}
    if not page.application.calls.is_possible(shown.incident.squad):
        buttons.discard("call")
    return incident_view(shown.incident, shown.notifications, shown.timeline, frozenset(buttons), ctx)


async def _runbook(view: IncidentView) -> str:
    return await asyncio.to_thread(runbook_html, view.runbook_text) if view.runbook_text else ""


async def _has_post_mortem(shown: Shown, page: Page) -> bool:
    """The store is asked about what is over and not held, for it may be away while something is."""
    if shown.incident.is_open or _is_held(shown, page):
        return False
    return await page.application.post_mortems.exists(shown.incident.id)


def _is_held(shown: Shown, page: Page) -> bool:
    """For the time of an outage."""
    outage = page.application.outage
    return bool(outage and outage.held.incident(shown.incident.id))


async def _alerts(shown: Shown, page: Page) -> list[AlertRow]:
    """The first of them; none of an incident that is held for the time of an outage."""
    if _is_held(shown, page):
        return []
    return list(await page.application.store.alerts(shown.incident.id, MOST_ALERTS))


def _logged(id: str, act: str, action: Action, page: Page) -> Act:
    note = (
        page.form.text("reason") or page.form.text("to") or page.form.text("for") or ", ".join(page.form.all("squads"))
    )
    return Act(f"incident.{act}", id, action.by.id, "", CHANNEL, note[:2_000])
