"""What pages do to post-mortems: each change is saved with the record of who made it, as over the API."""

from datetime import date

from app.domain.action_item import ActionItem, ActionKind, ActionState, one_text
from app.domain.errors import InvalidPayload, NotFound
from app.domain.postmortem import Edit, Move, PostMortem, Section
from app.domain.postmortem_import import LONGEST_FILE
from app.entrypoints.web.viewer import CHANNEL, Page
from app.service.audit_log import Act
from app.service.ports import Record
from app.service.postmortem_edits import ActionChange, Editor
from app.service.postmortem_records import ACTION, read_action
from app.service.postmortems import Change

FIELDS = (*(name.value for name in Section), "further", "owner", "facilitator", "runbook_helped")
_HELPED = {"yes": True, "no": False}


def editor_of(page: Page) -> Editor:
    return Editor(page.viewer.actor.id, page.now, page.rules)


async def save(id: str, what: str, change: Change, page: Page, version: int | None = None) -> PostMortem:
    """Raises what `PostMortems.change` raises."""

    def records(made: PostMortem) -> list[Record]:
        note = f"version {made.version}: {made.change}"
        act = Act(f"postmortem.{what}", made.id, page.viewer.actor.id, "", CHANNEL, note)
        return [page.application.audit_log.record(act)]

    return await page.application.post_mortems.change(id, change, records, version)


async def save_edit(id: str, page: Page) -> PostMortem:
    version = version_in(page)
    if version is None:
        raise InvalidPayload("the form does not say what it is on top of: open the page again", "version")
    return await save(id, "edit", editor_of(page).edit(edit_in(page)), page, version)


async def move(id: str, name: str, page: Page) -> PostMortem:
    """Raises `NotFound` for a move that there is not."""
    if name not in set(Move):
        raise NotFound(f"nobody can {name[:40]!r} a post-mortem")
    editor = editor_of(page)
    if name == Move.REWORK:
        facts = await page.application.post_mortems.facts(id)
        return await save(id, name, editor.take_back(facts), page, version_in(page))
    return await save(id, name, editor.move(Move(name)), page, version_in(page))


async def add_action(id: str, page: Page) -> PostMortem:
    form = page.form
    if form.text("kind") not in set(ActionKind):
        raise InvalidPayload("say what kind it is", "kind")
    kind, text, owner = ActionKind(form.text("kind")), one_text(form.text("text")), form.text("owner")
    item = ActionItem(page.application.new_id(), kind, text, owner, due=_day(form.text("due")))
    return await save(id, "action-add", editor_of(page).add_action(item, form.text("ticket") == "yes"), page)


async def act_on_action(id: str, state: str, page: Page) -> PostMortem:
    """Raises `NotFound` for an item or a state that there is not."""
    known = await page.application.store.record(ACTION, id)
    if known is None or state not in set(ActionState):
        raise NotFound(f"there is no action item {id[:40]!r} that could be {state[:40]!r}")
    change = editor_of(page).change_action(id, ActionChange(state=ActionState(state)))
    return await save(read_action(known).post_mortem, "action-change", change, page)


def edit_in(page: Page) -> Edit:
    """What the form holds. Nothing is cut: what is too long is refused, and stays in the form."""
    form = page.form
    return Edit(
        sections={name: form.text(name.value, LONGEST_FILE) for name in Section},
        further=form.text("further", LONGEST_FILE),
        owner=form.text("owner"),
        facilitator=form.text("facilitator"),
        runbook_helped=_HELPED.get(form.text("runbook_helped")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidPayload(f"{text[:40]!r} is not a date", "due") from None


def version_in(page: Page) -> int | None:
    """On top of which version the form was filled in."""
    return number_in(page.form.text("version"))


def number_in(text: str) -> int | None:
    """The number of a version, if it is one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
