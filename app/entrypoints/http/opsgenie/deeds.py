"""What each action of the Alert API asks for, read off its body; a value that cannot be is 422, by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.adapters.sources.fields import Fields, fields, flat, items, text, word
from app.adapters.sources.opsgenie import named
from app.domain.errors import InvalidPayload
from app.domain.events import Action, Actor, Escalate, Reassign, Snooze, Unacknowledge
from app.domain.ruleset import Rules
from app.entrypoints.http.instants import parse_instant
from app.service.opsgenie.desk import Remark, person_named
from app.service.opsgenie.sheet import Change

PRIORITIES = ("P1", "P2", "P3", "P4", "P5")


@dataclass(frozen=True, slots=True)
class Said:
    """A request's body, with what else there is to understand it by."""

    body: Fields
    query: Mapping[str, str]
    rules: Rules
    now: datetime
    may_stop: bool = False

    def remark(self) -> Remark:
        """Deletions say it in the query."""
        user = word(self.body.get("user")) or self.query.get("user", "").strip()
        return Remark(user, text(self.body.get("note")).strip() or self.query.get("note", "").strip())

    def needed(self, name: str) -> str:
        found = text(self.body.get(name)).strip()
        if not found:
            raise InvalidPayload("is required", name)
        return found

    def party(self, name: str) -> str:
        """Somebody or something that is named by an object, or by its bare name."""
        sent = self.body.get(name)
        found = named(sent) or word(sent)
        if not found:
            raise InvalidPayload("is required, with an id or a name", name)
        return found

    def listed(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas, from the body or the query."""
        sent = self.body.get(name) or self.query.get(name, "")
        found = items(sent) if isinstance(sent, list) else word(sent).split(",")
        texts = tuple(dict.fromkeys(one for each in found if (one := word(each))))
        if not texts:
            raise InvalidPayload("is required, with at least one of them", name)
        return texts


@dataclass(frozen=True, slots=True)
class Deed:
    """`said` is for the timeline; `act` is for the incident, `change` for what is shown of the alert."""

    said: str
    act: Callable[[Actor], Action] | None = None
    change: Callable[[str], Change] | None = None
    priority: str = ""


def unacknowledge(said: Said) -> Deed:
    return Deed("acknowledgement taken back", Unacknowledge)


def snooze(said: Said) -> Deed:
    """A tool's key is no person, so it does not stop what tells people, as its acknowledgement does not."""
    try:
        until = parse_instant(said.needed("endTime"))
    except ValueError as error:
        raise InvalidPayload(str(error), "endTime") from None
    if until <= said.now:
        raise InvalidPayload("must lie in the future", "endTime")
    if not said.may_stop:
        return Deed(f"snooze until {until:%Y-%m-%dT%H:%M:%SZ} asked for, which stops nothing here")
    return Deed("snoozed", lambda by: Snooze(by, until))


def escalate(said: Said) -> Deed:
    to = said.party("escalation")
    reason = said.remark().with_it(f"to {to}", said.rules)
    return Deed(f"escalated to {to}", lambda by: Escalate(by, reason))


def assign(said: Said) -> Deed:
    owner = said.party("owner")
    person = person_named(owner, said.rules)
    if person is None:
        raise InvalidPayload("names nobody of the rules file by id, name or e-mail address", "owner")
    return Deed(f"assigned to {person.name}", lambda by: Reassign(by, person.id))


def note(said: Said) -> Deed:
    said.needed("note")
    return Deed("note")


def add_tags(said: Said) -> Deed:
    tags = said.listed("tags")
    return Deed(f"tagged {', '.join(tags)}", change=lambda alias: Change(alias, add_tags=tags))


def drop_tags(said: Said) -> Deed:
    tags = said.listed("tags")
    return Deed(f"no longer tagged {', '.join(tags)}", change=lambda alias: Change(alias, drop_tags=tags))


def add_details(said: Said) -> Deed:
    details = flat(said.body.get("details"))
    if not details:
        raise InvalidPayload("is required, as an object", "details")
    shown = ", ".join(f"{name}={value}" for name, value in details.items())
    return Deed(f"details: {shown}", change=lambda alias: Change(alias, add_details=details))


def drop_details(said: Said) -> Deed:
    keys = said.listed("keys")
    return Deed(f"details taken away: {', '.join(keys)}", change=lambda alias: Change(alias, drop_details=keys))


def add_responder(said: Said) -> Deed:
    return _responder(said, "responder", {})


def add_team(said: Said) -> Deed:
    return _responder(said, "team", {"type": "team"})


def _responder(said: Said, name: str, more: Mapping[str, str]) -> Deed:
    """Shown and written down: who is told is the rules file's business."""
    who, sent = said.party(name), flat(fields(said.body.get(name)))
    responder = {**(sent or {"name": who}), **more}
    return Deed(
        f"{name} {who} asked for (who is told is the rules file's to say)",
        change=lambda alias: Change(alias, add_responders=(responder,)),
    )


def set_message(said: Said) -> Deed:
    message = said.needed("message")
    return Deed(f"message: {message}", change=lambda alias: Change(alias, message=message))


def set_description(said: Said) -> Deed:
    description = said.needed("description")
    return Deed(f"description: {description}", change=lambda alias: Change(alias, description=description))


def set_priority(said: Said) -> Deed:
    priority = said.needed("priority").upper()
    if priority not in PRIORITIES:
        raise InvalidPayload(f"must be one of {', '.join(PRIORITIES)}", "priority")
    return Deed(f"priority {priority}", change=lambda alias: Change(alias, priority=priority), priority=priority)


def custom_action(said: Said) -> Deed:
    return Deed("custom action asked for (nothing is done)")


def delete(said: Said) -> Deed:
    return Deed("deletion asked for (nothing is deleted)")
