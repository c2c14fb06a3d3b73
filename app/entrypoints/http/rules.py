"""Rules and runbooks as loaded, and loading them again."""

from contextlib import suppress

from fastapi import APIRouter, Response

from app.domain.errors import InvalidRules, NotFound, StoreUnavailable
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Manager, Reader
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.once import Once
from app.entrypoints.http.replies import reply_of
from app.entrypoints.http.rules_shown import rules_view, runbook_view, sentences
from app.entrypoints.http.rules_views import RulesView, RunbookText, RunbookView
from app.entrypoints.http.view import View
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.reload import call_for_reload

router = APIRouter(prefix="/api/v1", tags=["rules"], route_class=ApiRoute)


class Runbooks(View):
    items: list[RunbookView]
    next: None = None


class Reloaded(View):
    """`changed`: other rules are in force now than before."""

    model_config = exemplified({"changed": True, "version": "5f2c9a1b", "warnings": []})

    changed: bool
    version: str
    warnings: tuple[str, ...]


@router.get("/rules", summary="The rules in force, and what is wrong with a newer file", responses=refusals(*READING))
async def get_rules(application: App, token: Reader) -> RulesView:
    """And which numbers have answered STOP."""
    in_force, stopped = application.in_force, frozenset[str]()
    with suppress(StoreUnavailable):  # The rules are here all the same.
        stopped = await application.opt_outs.every()
    return rules_view(in_force.rules, in_force.loaded_at, in_force.refusal, stopped)


@router.post(
    "/rules/reload",
    summary="Read the rules file and the runbooks again",
    response_model=Reloaded,
    responses=refusals(*WRITING),
)
async def reload(application: App, token: Manager, once: Once) -> Response:
    """A file that cannot be used is refused with 422, naming file, line and key; the last good one keeps paging. All
    other replicas read theirs within seconds; `GET /api/v1/replicas` shows which rules each has in force."""

    async def work(keep: Keep) -> Reply:
        changed = await application.reload()
        in_force = application.in_force
        if in_force.refusal:
            raise InvalidRules(in_force.refusal)
        rules = in_force.rules
        reply = reply_of(Reloaded(changed=changed, version=rules.version, warnings=sentences(rules.warnings)))
        act = Act("rules.reload", rules.version, token.person or token.name, token.name, "api")
        call = call_for_reload(application.clock.now())
        await application.store.commit((), (application.audit_log.record(act), call, *keep(reply)))
        return reply

    return await once.answer(token, work)


@router.get("/runbooks", summary="The local runbooks", responses=refusals(*READING))
async def list_runbooks(application: App, token: Reader) -> Runbooks:
    library = application.in_force.rules.library
    return Runbooks(items=[runbook_view(library.by_slug[slug]) for slug in sorted(library.by_slug)])


@router.get("/runbooks/{slug}", summary="One local runbook with its text", responses=refusals(*READING, 404))
async def get_runbook(slug: str, application: App, token: Reader) -> RunbookText:
    found = application.in_force.rules.library.by_slug.get(slug)
    if found is None:
        raise NotFound(f"there is no runbook {slug[:80]!r} in the runbooks folder")
    return RunbookText(**runbook_view(found).model_dump(), text=found.text)
