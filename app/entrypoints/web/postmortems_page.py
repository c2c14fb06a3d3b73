"""All post-mortems, and the action items of all of them together: what is late stands out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from app.domain.action_item import ActionState
from app.domain.errors import AppError, NotFound
from app.domain.postmortem import PostMortemState, spoken_state
from app.entrypoints.http.incidents import is_incident_id
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.postmortem_acts import act_on_action
from app.entrypoints.web.postmortem_view import VERBS, ActionRow, action_row
from app.entrypoints.web.viewer import Page, Reading, Responding
from app.entrypoints.web.wording import line, name_of, squad_name
from app.service.action_tickets import ActionTicket, tickets_of
from app.service.postmortem_records import ACTION, SUMMARY, ListedAction, Summary, read_action, read_summary
from app.service.scanning import scan
from app.service.tokens import Scope

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to look: its word in the address, its name, and what is said where it shows nothing."""

    word: str
    label: str
    empty: str


FILTERS = (
    Filter("open", "Not published", "Every post-mortem is published. The next incident that is over brings a new one."),
    Filter("overdue", "Overdue", "None is overdue."),
    Filter("mine", "Mine", "None is yours to write."),
    Filter("published", "Published", "None has been published yet."),
    Filter("all", "All", "There is none yet. Each critical or high has one soon after it is resolved."),
)
ACTION_FILTERS = (
    Filter("open", "Open", "Nothing is left to do. Action items are added on the page of a post-mortem."),
    Filter("overdue", "Overdue", "Nothing is overdue."),
    Filter("mine", "Mine", "Nothing is yours to do."),
    Filter("all", "All", "There is none yet. Action items are added on the page of a post-mortem."),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A post-mortem in the list."""

    id: str
    title: str
    severity: str
    state: str
    squad: str
    owner: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    open_actions: int


@dataclass(frozen=True, slots=True)
class ListedRow:
    """An action item with the incident that it comes from."""

    row: ActionRow
    post_mortem: str
    title: str


@router.api_route("/postmortems", methods=["GET", "HEAD"])
async def post_mortems(page: Reading, show: str = "open", before: str = "") -> Response:
    chosen = _chosen(FILTERS, show)
    found = await scan(
        page.application.store, SUMMARY, read_summary, _wanted(chosen.word, page), PAGE + 1, _cursor(before)
    )
    older = f"/postmortems?show={chosen.word}&before={found[PAGE - 1].id}" if len(found) > PAGE else ""
    rows = [_row(one, page) for one in found[:PAGE]]
    return page.show("postmortems.html", filters=FILTERS, chosen=chosen, rows=rows, older=older)


@router.api_route("/postmortems/actions", methods=["GET", "HEAD"])
async def actions(page: Reading, show: str = "open", before: str = "", did: str = "") -> Response:
    return await _actions(page, show, before, said="Noted." if did else "")


@router.post("/postmortems/actions/{id}/{state}")
async def change(id: str, state: str, page: Responding) -> Response:
    try:
        await act_on_action(id, state, page)
    except NotFound:
        raise
    except AppError as error:
        return await _actions(page, page.form.text("show"), "", 409, wrong=f"Nothing was changed: {error}")
    return page.go(f"/postmortems/actions?show={_chosen(ACTION_FILTERS, page.form.text('show')).word}&did={state}")


async def _actions(page: Page, show: str, before: str, status: int = 200, said: str = "", wrong: str = "") -> Response:
    chosen, store = _chosen(ACTION_FILTERS, show), page.application.store
    found = await scan(store, ACTION, read_action, _wanted_action(chosen.word, page), PAGE + 1, _cursor(before))
    shown = found[:PAGE]
    tickets = await tickets_of([(one.post_mortem, one.item) for one in shown], store)
    rows = [
        ListedRow(
            action_row(one.item, page.rules, page.now, tickets.get(one.item.id, ActionTicket())),
            one.post_mortem,
            line(one.title),
        )
        for one in shown
    ]
    older = f"/postmortems/actions?show={chosen.word}&before={found[PAGE - 1].item.id}" if len(found) > PAGE else ""
    return page.show(
        "action_items.html",
        status,
        filters=ACTION_FILTERS,
        chosen=chosen,
        rows=rows,
        older=older,
        said=said,
        wrong=wrong,
        verbs=VERBS,
        may_write=page.viewer.may(Scope.RESPOND),
    )


def _wanted(word: str, page: Page) -> Callable[[Summary], bool]:
    published = PostMortemState.PUBLISHED
    return {
        "open": lambda one: one.state is not published,
        "overdue": lambda one: one.is_overdue(page.now),
        "mine": lambda one: one.state is not published and one.owner == page.viewer.person != "",
        "published": lambda one: one.state is published,
    }.get(word, lambda one: True)


def _wanted_action(word: str, page: Page) -> Callable[[ListedAction], bool]:
    today = page.now.astimezone(page.rules.zone).date()

    def is_open(one: ListedAction) -> bool:
        return one.item.state is ActionState.OPEN

    return {
        "open": is_open,
        "overdue": lambda one: one.item.is_overdue(today),
        "mine": lambda one: is_open(one) and one.item.owner == page.viewer.person != "",
    }.get(word, lambda one: True)


def _row(one: Summary, page: Page) -> Row:
    return Row(
        id=one.id,
        title=line(one.title),
        severity=one.severity,
        state=spoken_state(one.state),
        squad=squad_name(one.squad, page.rules),
        owner=name_of(one.owner, page.rules),
        opened_at=one.opened_at,
        due_at=one.due_at,
        overdue=one.is_overdue(page.now),
        open_actions=one.open_actions,
    )


def _chosen(filters: Sequence[Filter], word: str) -> Filter:
    """Raises `NotFound`."""
    found = next((one for one in filters if one.word == (word or "open")), None)
    if found is None:
        raise NotFound(f"there is no list called {word[:40]!r}")
    return found


def _cursor(before: str) -> str:
    return before if is_incident_id(before) else ""
