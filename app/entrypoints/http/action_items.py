"""Action items of all post-mortems together: who owes what, and what has become of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain.action_item import ActionState
from app.domain.errors import NotFound
from app.domain.postmortem import PostMortem
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader, Responder, person_of
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.once import Once
from app.entrypoints.http.postmortem_bodies import ActionChangeBody
from app.entrypoints.http.postmortem_views import ActionPage, ListedActionView, listed_action_view
from app.entrypoints.http.replies import reply_of
from app.service.action_tickets import tickets_of
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.postmortem_edits import ActionChange, Editor
from app.service.postmortem_records import ACTION, ListedAction, listed_action, read_action
from app.service.scanning import scan

router = APIRouter(prefix="/api/v1/actions", tags=["post-mortems"], route_class=ApiRoute)

Named = Annotated[str, Query(max_length=200)]


@router.get("", summary="Action items of all incidents, newest first", responses=refusals(*READING, 422))
async def list_actions(
    application: App,
    token: Reader,
    state: ActionState | None = None,
    owner: Named = "",
    squad: Named = "",
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> ActionPage:
    today = application.clock.now().astimezone(application.in_force.rules.zone).date()

    def wanted(one: ListedAction) -> bool:
        return (
            state in (None, one.item.state)
            and owner in ("", one.item.owner)
            and squad in ("", one.squad)
            and (not overdue or one.item.is_overdue(today))
        )

    found = await scan(application.store, ACTION, read_action, wanted, limit + 1, position(cursor))
    page, last = one_page(found, limit)
    tickets = await tickets_of([(one.post_mortem, one.item) for one in page], application.store)
    return ActionPage(
        items=[listed_action_view(one, tickets) for one in page], next=cursor_of(last.item.id) if last else None
    )


@router.post(
    "/{id}", summary="Change an action item", response_model=ListedActionView, responses=refusals(*WRITING, 404)
)
async def change_action(id: str, body: ActionChangeBody, application: App, token: Responder, once: Once) -> Response:
    """Done, dropped, somebody else's, or due on another day. It is a new version of its post-mortem."""
    editor = Editor(person_of(token, body.by) or token.name, application.clock.now(), application.in_force.rules)
    change = editor.change_action(
        id, ActionChange(body.state, body.text, body.owner, body.due, body.undated, body.ticket)
    )

    async def work(keep: Keep) -> Reply:
        def records(made: PostMortem) -> list[Record]:
            act = Act(
                "action.change", id, editor.by, token.name, "api", f"post-mortem {made.id} version {made.version}"
            )
            return [application.audit_log.record(act), *keep(_reply(made, id))]

        known = await application.store.record(ACTION, id)
        if known is None:
            raise NotFound(f"there is no action item {id[:40]!r}")
        made = await application.post_mortems.change(read_action(known).post_mortem, change, records)
        return _reply(made, id)

    return await once.answer(token, work)


def _reply(made: PostMortem, id: str) -> Reply:
    return reply_of(listed_action_view(listed_action(made, id)))
