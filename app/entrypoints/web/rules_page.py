"""The rules as they are in force, and a form that tries a payload on them."""

from fastapi import APIRouter, Response

from app.domain.errors import AppError
from app.domain.ruleset import Rules
from app.entrypoints.http.rules_shown import rules_view
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.trial import Tried, Typed, tried, typed_in
from app.entrypoints.web.viewer import CHANNEL, Managing, Page, Reading
from app.service.audit_log import Act
from app.service.reload import call_for_reload

router = APIRouter(prefix="/rules", route_class=PageRoute, include_in_schema=False)

SAID = {
    "reloaded": "Read again: other rules are in force now.",
    "same": "Read again: they are the same as before.",
    "refused": "Read again and refused: the rules before it stay in force. What is wrong stands below.",
}


@router.api_route("", methods=["GET", "HEAD"])
async def show(page: Reading, did: str = "") -> Response:
    return _show(page, Typed(_first_source(page.rules)), did=did)


@router.post("/try")
async def try_it(page: Reading) -> Response:
    """Nothing is stored or sent."""
    typed = typed_in(page.form)
    try:
        found = await tried(typed, page.application, page.viewer.zone)
    except AppError as error:
        return _show(page, typed, wrong=str(error))
    return _show(page, typed, found)


@router.post("/reload")
async def reload(page: Managing) -> Response:
    """In this process at once, and in all others within seconds."""
    application, actor = page.application, page.viewer.actor
    changed = await application.reload()
    if application.in_force.refusal:
        return page.go("/rules?did=refused")
    act = Act("rules.reload", application.in_force.rules.version, actor.id, "", CHANNEL)
    await application.store.commit((), (application.audit_log.record(act), call_for_reload(page.now)))
    return page.go(f"/rules?did={'reloaded' if changed else 'same'}")


def _show(page: Page, typed: Typed, found: Tried | None = None, wrong: str = "", did: str = "") -> Response:
    in_force = page.application.in_force
    view = rules_view(in_force.rules, in_force.loaded_at, in_force.refusal, frozenset())
    return page.show(
        "rules.html",
        422 if wrong else 200,
        view=view,
        sources=sorted(in_force.rules.sources),
        policies=in_force.rules.policies.values(),
        ladders=in_force.rules.ladders.values(),
        typed=typed,
        tried=found,
        wrong=wrong,
        did=SAID.get(did, ""),
    )


def _first_source(rules: Rules) -> str:
    return "generic" if "generic" in rules.sources else next(iter(sorted(rules.sources)), "")
