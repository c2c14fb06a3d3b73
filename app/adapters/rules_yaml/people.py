"""People and squads of the file, and the ways to reach them."""

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape, PersonShape, SquadShape, TicketsShape
from app.domain.people import ContactMethod, Person, Squad

CONSOLE = "console"
_CHANNELS = {
    "email": ("email",),
    "slack": ("slack",),
    "phone": ("sms", "voice"),
    "webhook": ("webhook",),
    "teams": ("teams",),
    "discord": ("discord",),
    "ntfy": ("ntfy",),
    "pushover": ("pushover",),
    "telegram": ("telegram",),
    "pagerduty": ("pagerduty",),
    "opsgenie": ("opsgenie",),
    "apprise": ("apprise",),
}
"""A person's fields that are addresses, and the channels that each leads to."""

_POSTS = ("teams", "discord", "telegram", "email", "webhook", "ntfy", "pushover", "pagerduty", "opsgenie", "apprise")
"""A squad's fields that are addresses, in the order in which they are tried after its Slack channel."""


def build_people(file: FileShape, names: Names, report: Report) -> dict[str, Person]:
    return {id: _person(id, shape, names, report) for id, shape in file.people.items()}


def build_squads(file: FileShape, names: Names, report: Report) -> dict[str, Squad]:
    return {id: _squad(id, shape, names, report) for id, shape in file.squads.items()}


def _person(id: str, shape: PersonShape, names: Names, report: Report) -> Person:
    names.check_all("ladders", ((name, shape.at("ladders", urgency)) for urgency, name in shape.ladders.items()))
    if shape.on_call_since and shape.on_call_until and shape.on_call_until <= shape.on_call_since:
        report.refuse(shape.at("on_call_until"), "must be later than on_call_since", f"people.{id}.on_call_until")
    return Person(
        id=id,
        name=shape.name or id,
        methods=(*_methods(shape), ContactMethod(CONSOLE, shape.console or id)),
        on_call_since=shape.on_call_since,
        on_call_until=shape.on_call_until,
        engineer=shape.engineer,
        ladders=tuple(shape.ladders.items()),
        absences=shape.absences or "",
        zone=shape.timezone,
    )


def _methods(shape: PersonShape) -> tuple[ContactMethod, ...]:
    """In the order of the file."""
    return tuple(
        ContactMethod(channel, address)
        for key in shape.keys_in_order
        if key in _CHANNELS and (address := getattr(shape, key))
        for channel in _CHANNELS[key]
    )


def _squad(id: str, shape: SquadShape, names: Names, report: Report) -> Squad:
    names.check_all("people", ((person, shape.at("members", n)) for n, person in enumerate(shape.members)))
    names.check("calendars", shape.calendar, shape.at("calendar"))
    if id in names["people"]:
        report.refuse(shape.at(), f'squad "{id}" has the name of a person; each reader needs a name of their own')
    addresses = (("slack", shape.channel), *((key, getattr(shape, key)) for key in _POSTS))
    post = tuple(ContactMethod(channel, address) for channel, address in addresses if address)
    return Squad(
        id=id,
        name=shape.name or id,
        members=tuple(shape.members),
        post=(*post, ContactMethod(CONSOLE, f"squad-{id}")),
        calendar=shape.calendar or "",
        tickets=_tracker(shape.tickets),
        call_room=shape.call_room or "",
    )


def _tracker(shape: TicketsShape | None) -> ContactMethod | None:
    if shape is None:
        return None
    named = (ContactMethod(name, getattr(shape, name) or "") for name in TicketsShape.model_fields)
    return next(one for one in named if one.address)
