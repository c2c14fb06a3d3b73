"""Post-mortems by API: listed, read, edited on top of the version that was read, and moved on to being published."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain.action_item import ActionItem, one_text
from app.domain.postmortem import Edit, Move, PostMortem, PostMortemState
from app.domain.postmortem_import import read_markdown
from app.domain.postmortem_markdown import exported
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader, Responder, person_of
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, WRITING, refusals
from app.entrypoints.http.incidents import checked
from app.entrypoints.http.once import Once, OncePerKey
from app.entrypoints.http.postmortem_bodies import ActionItemBody, EditBody, ImportBody, MoveBody, StartBody
from app.entrypoints.http.postmortem_views import (
    MarkdownView,
    PostMortemPage,
    PostMortemView,
    VersionPage,
    summary_view,
    version_view,
    whole_view,
)
from app.entrypoints.http.replies import reply_of
from app.service.action_tickets import tickets_of
from app.service.audit_log import Act
from app.service.idempotency import Keep, Reply
from app.service.ports import Record
from app.service.postmortem_edits import Editor, base_version
from app.service.postmortem_records import SUMMARY, Summary, read_summary
from app.service.postmortems import Change
from app.service.scanning import scan
from app.service.tokens import Token
from app.wiring import Application

router = APIRouter(prefix="/api/v1/postmortems", tags=["post-mortems"], route_class=ApiRoute)

Named = Annotated[str, Query(max_length=200)]


@router.get("", summary="Post-mortems, newest incident first", responses=refusals(*READING, 422))
async def list_post_mortems(
    application: App,
    token: Reader,
    state: PostMortemState | None = None,
    owner: Named = "",
    squad: Named = "",
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> PostMortemPage:
    now = application.clock.now()

    def wanted(one: Summary) -> bool:
        return (
            state in (None, one.state)
            and owner in ("", one.owner)
            and squad in ("", one.squad)
            and (not overdue or one.is_overdue(now))
        )

    found = await scan(application.store, SUMMARY, read_summary, wanted, limit + 1, position(cursor))
    page, last = one_page(found, limit)
    return PostMortemPage(items=[summary_view(one, now) for one in page], next=cursor_of(last.id) if last else None)


@router.get("/{id}", summary="One post-mortem", responses=refusals(*READING, 404))
async def get_post_mortem(id: str, application: App, token: Reader) -> PostMortemView:
    found = await application.post_mortems.one(checked(id))
    tickets = await tickets_of([(id, item) for item in found.actions], application.store)
    return whole_view(found, application.clock.now(), tickets)


@router.get("/{id}/markdown", summary="One post-mortem as a Markdown file", responses=refusals(*READING, 404))
async def get_markdown(id: str, application: App, token: Reader) -> MarkdownView:
    found = await application.post_mortems.one(checked(id))
    return MarkdownView(id=id, version=found.version, markdown=exported(found, application.in_force.rules.zone))


@router.get("/{id}/versions", summary="Who saved what, newest first", responses=refusals(*READING, 404, 422))
async def list_versions(
    id: str, application: App, token: Reader, limit: Limit = 50, cursor: Cursor = ""
) -> VersionPage:
    before = position(cursor, str.isdecimal)
    found = await application.post_mortems.versions(checked(id), limit + 1, int(before) if before else None)
    page, last = one_page(found, limit)
    return VersionPage(items=[version_view(one) for one in page], next=cursor_of(str(last.version)) if last else None)


@router.get("/{id}/versions/{number}", summary="A version as it was saved", responses=refusals(*READING, 404, 422))
async def get_version(id: str, number: int, application: App, token: Reader) -> PostMortemView:
    return whole_view(await application.post_mortems.version(checked(id), number), application.clock.now())


@router.post(
    "",
    summary="Begin one by hand",
    status_code=201,
    response_model=PostMortemView,
    responses=refusals(*WRITING, 404),
)
async def start_post_mortem(body: StartBody, application: App, token: Responder, once: Once) -> Response:
    """A critical or high has one within minutes of its end; this is for others, and for those who will not wait."""
    by = _by(token, body.by)

    async def work(keep: Keep) -> Reply:
        def records(made: PostMortem) -> list[Record]:
            logged = _logged("start", made.id, by, token, application)
            return [logged, *keep(_reply(made, application, 201))]

        made = await application.post_mortems.start(checked(body.incident), by, records)
        return _reply(made, application, 201)

    return await once.answer(token, work)


@router.post("/{id}/edit", summary="Write in it", response_model=PostMortemView, responses=refusals(*WRITING, 404))
async def edit_post_mortem(id: str, body: EditBody, application: App, token: Responder, once: Once) -> Response:
    """409 when somebody has saved it since `version`: the reply says who, and which version is the latest."""
    edit = Edit(body.sections, body.further, body.owner, body.facilitator, body.runbook_helped)
    editor = _editor(token, body.by, application)
    return await _changed(id, "edit", editor.edit(edit), editor, application, token, once, body.version)


@router.post(
    "/{id}/import",
    summary="Bring a Markdown file back",
    response_model=PostMortemView,
    responses=refusals(*WRITING, 404),
)
async def import_post_mortem(id: str, body: ImportBody, application: App, token: Responder, once: Once) -> Response:
    """What is not understood in it is kept among the further notes."""
    editor = _editor(token, body.by, application)
    version = base_version(body.version, read_markdown(body.markdown), checked(id))
    change = editor.bring_in(body.markdown, application.new_id)
    return await _changed(id, "import", change, editor, application, token, once, version)


@router.post(
    "/{id}/review", summary="Send it to review", response_model=PostMortemView, responses=refusals(*WRITING, 404)
)
async def review_post_mortem(id: str, body: MoveBody, application: App, token: Responder, once: Once) -> Response:
    return await _moved(id, Move.REVIEW, body, application, token, once)


@router.post("/{id}/publish", summary="Publish it", response_model=PostMortemView, responses=refusals(*WRITING, 404))
async def publish_post_mortem(id: str, body: MoveBody, application: App, token: Responder, once: Once) -> Response:
    """Its squad hears of it, and whoever `postmortems.publish_to` names. 409 while a section is empty."""
    return await _moved(id, Move.PUBLISH, body, application, token, once)


@router.post("/{id}/rework", summary="Take it back", response_model=PostMortemView, responses=refusals(*WRITING, 404))
async def rework_post_mortem(id: str, body: MoveBody, application: App, token: Responder, once: Once) -> Response:
    """It is a draft again, and knows what has happened to the incident since."""
    editor = _editor(token, body.by, application)
    change = editor.take_back(await application.post_mortems.facts(checked(id)))
    return await _changed(id, "rework", change, editor, application, token, once, body.version)


@router.post(
    "/{id}/actions",
    summary="Add an action item",
    status_code=201,
    response_model=PostMortemView,
    responses=refusals(*WRITING, 404),
)
async def add_action(id: str, body: ActionItemBody, application: App, token: Responder, once: Once) -> Response:
    editor = _editor(token, body.by, application)
    item = ActionItem(application.new_id(), body.kind, one_text(body.text), body.owner, due=body.due)
    return await _changed(
        id, "action-add", editor.add_action(item, body.ticket), editor, application, token, once, status=201
    )


async def _moved(
    id: str, move: Move, body: MoveBody, application: Application, token: Token, once: OncePerKey
) -> Response:
    editor = _editor(token, body.by, application)
    return await _changed(id, move.value, editor.move(move), editor, application, token, once, body.version)


async def _changed(
    id: str,
    what: str,
    change: Change,
    editor: Editor,
    application: Application,
    token: Token,
    once: OncePerKey,
    version: int | None = None,
    status: int = 200,
) -> Response:
    """Save a change, with the record of who did it and the reply, in one commit."""

    async def work(keep: Keep) -> Reply:
        def records(made: PostMortem) -> list[Record]:
            logged = _logged(what, made.id, editor.by, token, application, f"version {made.version}: {made.change}")
            return [logged, *keep(_reply(made, application, status))]

        made = await application.post_mortems.change(checked(id), change, records, version)
        return _reply(made, application, status)

    return await once.answer(token, work)


def _editor(token: Token, by: str, application: Application) -> Editor:
    return Editor(_by(token, by), application.clock.now(), application.in_force.rules)


def _by(token: Token, by: str) -> str:
    return person_of(token, by) or token.name


def _reply(made: PostMortem, application: Application, status: int = 200) -> Reply:
    return reply_of(whole_view(made, application.clock.now()), status)


def _logged(what: str, id: str, by: str, token: Token, application: Application, note: str = "") -> Record:
    return application.audit_log.record(Act(f"postmortem.{what}", id, by, token.name, "api", note))
