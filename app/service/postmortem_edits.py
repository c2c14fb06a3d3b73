"""What people do to a post-mortem, as changes to whatever version is the latest; each may be asked more than once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.action_item import ActionItem, ActionState, numbered, one_text
from app.domain.errors import InvalidPayload, NotFound
from app.domain.postmortem import Edit, Facts, Move, PostMortem, edited, moved, taken_back
from app.domain.postmortem_import import Imported, edit_of, read_markdown
from app.domain.postmortem_markdown import exported
from app.domain.replacing import replace
from app.domain.ruleset import Rules
from app.service.postmortems import Change
from app.service.respond import must_be_person


@dataclass(frozen=True, slots=True)
class ActionChange:
    """What is to be otherwise about an action item; None leaves a part as it is. `due` is None to leave it, and
    `undated` takes it away. `ticket` asks for one in the tracker of the incident's squad."""

    state: ActionState | None = None
    text: str | None = None
    owner: str | None = None
    due: date | None = None
    undated: bool = False
    ticket: bool = False


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits and when, by which rules."""

    by: str
    now: datetime
    rules: Rules

    def edit(self, edit: Edit) -> Change:
        def change(before: PostMortem) -> PostMortem:
            after = edited(before, edit, self.by, self.now)
            self._check_people(before, after)
            return after

        return change

    def move(self, move: Move) -> Change:
        return lambda before: moved(before, move, self.by, self.now)

    def take_back(self, facts: Facts | None) -> Change:
        return lambda before: taken_back(before, facts, self.by, self.now)

    def bring_in(self, text: str, new_id: Callable[[], str]) -> Change:
        """What a Markdown file says, on top of the version that it was exported at."""

        def change(before: PostMortem) -> PostMortem:
            ours = frozenset(exported(before, self.rules.zone).split("\n"))
            edit = edit_of(before, read_markdown(text, ours))
            return self.edit(replace(edit, actions=numbered(edit.actions or (), new_id)))(before)

        return change

    def add_action(self, item: ActionItem, ticket: bool = False) -> Change:
        def change(before: PostMortem) -> PostMortem:
            return self.edit(Edit(actions=(*before.actions, self._tracked(item, before) if ticket else item)))(before)

        return change

    def change_action(self, id: str, wanted: ActionChange) -> Change:
        """Raises `NotFound` where the post-mortem has no such item."""

        def change(before: PostMortem) -> PostMortem:
            if before.action(id) is None:
                raise NotFound(f"there is no action item {id[:40]!r}")
            actions = tuple(self._changed(item, wanted, before) if item.id == id else item for item in before.actions)
            return self.edit(Edit(actions=actions))(before)

        return change

    def _changed(self, item: ActionItem, wanted: ActionChange, before: PostMortem) -> ActionItem:
        changed = _changed(item, wanted)
        return self._tracked(changed, before) if wanted.ticket and not item.tracked else changed

    def _tracked(self, item: ActionItem, before: PostMortem) -> ActionItem:
        squad = self.rules.squads.get(before.facts.squad)
        if squad is None or squad.tickets is None:
            raise InvalidPayload(f"squad {before.facts.squad or 'none'} has no `tickets` in the rules file", "ticket")
        return replace(item, tracked=squad.id)

    def _check_people(self, before: PostMortem, after: PostMortem) -> None:
        """Whoever is named anew must be in the rules file; who has left it may stay named."""
        for field, was, name in _named(before, after):
            if name and name != was:
                must_be_person(name, field, self.rules)


def base_version(given: int | None, file: Imported, id: str) -> int:
    """The version that a file's changes are on top of. Raises `InvalidPayload` for another incident's file, and where
    neither caller nor file says which version it is."""
    if file.incident and file.incident != id:
        raise InvalidPayload(f"is the post-mortem of incident {file.incident[:40]}", "markdown")
    version = given if given is not None else file.version
    if version is None:
        raise InvalidPayload("say which version this was written on top of: the file does not", "version")
    return version


def _changed(item: ActionItem, wanted: ActionChange) -> ActionItem:
    return ActionItem(
        id=item.id,
        kind=item.kind,
        text=item.text if wanted.text is None else one_text(wanted.text),
        owner=item.owner if wanted.owner is None else wanted.owner,
        state=wanted.state or item.state,
        due=None if wanted.undated else wanted.due or item.due,
        tracked=item.tracked,
    )


def _named(before: PostMortem, after: PostMortem) -> Iterator[tuple[str, str, str]]:
    """Each place where a person is named: its field, who it was, and who it is."""
    yield "owner", before.owner, after.owner
    yield "facilitator", before.facilitator, after.facilitator
    for item in after.actions:
        was = before.action(item.id)
        yield "actions.owner", was.owner if was else "", item.owner
