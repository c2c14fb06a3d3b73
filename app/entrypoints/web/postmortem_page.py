"""One post-mortem: read, printed, written, moved on, with its action items and its history."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Response

from app.domain.action_item import ActionKind
from app.domain.errors import Conflict, IllegalTransition, InvalidPayload, NotFound
from app.domain.postmortem import HEADINGS, PostMortem, Section, edited
from app.domain.postmortem_import import LONGEST_FILE
from app.domain.postmortem_markdown import exported
from app.entrypoints.http.incidents import checked
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.postmortem_acts import FIELDS, act_on_action, add_action, edit_in, move, number_in, save_edit
from app.entrypoints.web.postmortem_merge import Merge, merged, stored_in
from app.entrypoints.web.postmortem_view import VERBS, Written, saved_of, view_of, written
from app.entrypoints.web.viewer import Page, Reading, Responding
from app.entrypoints.web.wording import name_of
from app.service.action_tickets import tickets_of
from app.service.tokens import Scope

router = APIRouter(prefix="/postmortems/{id}", route_class=PageRoute, include_in_schema=False)

SAID = {
    "saved": "Saved.",
    "same": "Nothing was different, so nothing was saved.",
    "review": "It is in review. Its facilitator is told.",
    "publish": "Published. The squad is told, and whoever the rules name.",
    "rework": "It is a draft again, and its timeline is up to date.",
    "added": "The action item is on the list.",
    "action": "Noted.",
}
"""What the page says after a button, by the word in the redirect; any other word says nothing."""

MOST_VERSIONS = 20
TYPED = ("kind", "text", "owner", "due", "ticket")


@router.api_route("", methods=["GET", "HEAD"])
async def post_mortem(id: str, page: Reading, did: str = "") -> Response:
    return await _show(await _latest(id, page), page, said=SAID.get(did, ""))


@router.api_route("/file", methods=["GET", "HEAD"])
async def file(id: str, page: Reading) -> Response:
    """All of it as a Markdown file."""
    text = exported(await _latest(id, page), page.rules.zone).encode("utf-8", "replace")
    headers = {"content-disposition": f'attachment; filename="post-mortem-{id}.md"', "cache-control": "no-store"}
    return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)


@router.api_route("/versions/{number}", methods=["GET", "HEAD"])
async def version(id: str, number: str, page: Reading) -> Response:
    found = await page.application.post_mortems.version(checked(id), number_in(number) or 0)
    return await _show(found, page, is_old=True)


@router.api_route("/edit", methods=["GET", "HEAD"])
async def edit(id: str, page: Responding) -> Response:
    return await _editor(await _latest(id, page), page, {})


@router.post("/edit")
async def save(id: str, page: Responding) -> Response:
    """What was typed is never lost: where somebody has saved another version meanwhile, or a value cannot be, the
    form comes again with it."""
    latest, typed = await _latest(id, page), _typed(page)
    if page.form.text("preview"):
        return await _preview(latest, page, typed)
    try:
        saved = await save_edit(id, page)
    except Conflict:
        return await _overtaken(await _latest(id, page), page, typed)
    except InvalidPayload as error:
        return await _editor(latest, page, typed, 422, wrong=f"Nothing was saved: {error}")
    return page.go(f"/postmortems/{id}?did={'same' if saved.version == latest.version else 'saved'}")


@router.post("/actions")
async def action(id: str, page: Responding) -> Response:
    try:
        await add_action(checked(id), page)
    except InvalidPayload as error:
        return await _show(await _latest(id, page), page, 422, wrong=f"Nothing was added: {error}")
    return page.go(f"/postmortems/{id}?did=added#actions")


@router.post("/actions/{item}/{state}")
async def change_action(id: str, item: str, state: str, page: Responding) -> Response:
    await act_on_action(item, state, page)
    return page.go(f"/postmortems/{checked(id)}?did=action#actions")


@router.post("/{name}")
async def moved(id: str, name: str, page: Responding) -> Response:
    try:
        await move(checked(id), name, page)
    except (Conflict, IllegalTransition) as error:
        return await _show(await _latest(id, page), page, 409, wrong=f"Nothing was changed: {error}")
    return page.go(f"/postmortems/{id}?did={name}")


async def _latest(id: str, page: Page) -> PostMortem:
    return await page.application.post_mortems.one(checked(id))


async def _show(
    one: PostMortem, page: Page, status: int = 200, said: str = "", wrong: str = "", is_old: bool = False
) -> Response:
    application = page.application
    tickets = await tickets_of([(one.id, item) for item in one.actions], application.store)
    versions = await application.post_mortems.versions(one.id, MOST_VERSIONS)
    squad = page.rules.squads.get(one.facts.squad)
    return page.show(
        "postmortem.html",
        status,
        view=await view_of(one, page.rules, page.now, tickets),
        versions=[saved_of(one, page.rules) for one in versions],
        said=said,
        wrong=wrong,
        is_old=is_old,
        verbs=VERBS,
        may_write=page.viewer.may(Scope.RESPOND) and not is_old,
        kinds=tuple(ActionKind),
        people=sorted(page.rules.people.values(), key=lambda person: person.name),
        has_tracker=bool(squad and squad.tickets),
        typed={name: page.form.text(name) for name in TYPED} if wrong else dict.fromkeys(TYPED, ""),
    )


async def _editor(
    latest: PostMortem,
    page: Page,
    typed: Mapping[str, str],
    status: int = 200,
    wrong: str = "",
    preview: Sequence[Written] = (),
) -> Response:
    """The form: with what was typed, or with what is stored."""
    stored = stored_in(latest)
    merge = Merge({**stored, **typed}) if typed else Merge(stored)
    version = page.form.text("version") if typed else latest.version
    return _form(latest, merge, version, page, status, wrong, preview)


async def _overtaken(latest: PostMortem, page: Page, typed: Mapping[str, str]) -> Response:
    """The form once more, on top of the latest version."""
    number = number_in(page.form.text("version"))
    try:
        base = await page.application.post_mortems.version(latest.id, number or 0)
    except NotFound:
        base = latest
    return _form(latest, merged(stored_in(base), typed, stored_in(latest)), latest.version, page, 409, "", (), True)


def _form(
    latest: PostMortem,
    merge: Merge,
    version: object,
    page: Page,
    status: int,
    wrong: str,
    preview: Sequence[Written],
    is_overtaken: bool = False,
) -> Response:
    values = merge.values
    named = {values["owner"], values["facilitator"]} - {"", *page.rules.people}
    return page.show(
        "postmortem_edit.html",
        status,
        id=latest.id,
        title=latest.facts.title,
        version=version,
        headings={**{name.value: HEADINGS[name] for name in Section}, "further": "Further notes"},
        values=values,
        theirs=merge.theirs,
        latest=latest if is_overtaken else None,
        saved_by=name_of(latest.by, page.rules),
        people=sorted(page.rules.people.values(), key=lambda person: person.name),
        strangers=sorted(named),
        preview=preview,
        wrong=wrong,
    )


async def _preview(latest: PostMortem, page: Page, typed: dict[str, str]) -> Response:
    try:
        shown = edited(latest, edit_in(page), page.viewer.actor.id, page.now)
    except InvalidPayload as error:
        return await _editor(latest, page, typed, 422, wrong=str(error))
    return await _editor(latest, page, typed, preview=[one for one in await written(shown) if one.html])


def _typed(page: Page) -> dict[str, str]:
    return {name: page.form.text(name, LONGEST_FILE) for name in FIELDS}
