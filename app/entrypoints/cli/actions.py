"""What a person does to an incident, from the command line; the rules are the server's, the same for every channel."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import checked_duration, parse_instant
from app.entrypoints.cli.incidents import find_id, state
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, IncidentId, Reason, Token, Url
from app.entrypoints.cli.printing import say, say_json
from app.entrypoints.cli.server import Answer, Fields, Server, fields, word

_EFFECTS = {
    "recorded": "Recorded, and it stops nothing: ",
    "already": "It was so already: ",
    "opened": "Opened: ",
    "held": "Held until the working day starts: ",
    "triaged": "In the triage queue: ",
}


def ack(id: IncidentId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Take an incident: you have it, and nobody else is paged."""
    act(Server(url, token), id, "acknowledge", {"by": by}, as_json)


def unack(id: IncidentId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Give an incident back: its chain starts again from the first step."""
    act(Server(url, token), id, "unacknowledge", {"by": by}, as_json)


def resolve(
    id: IncidentId,
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Resolve an incident: it is over."""
    act(Server(url, token), id, "resolve", {"by": by, "reason": reason}, as_json)


def snooze(
    id: IncidentId,
    length: Annotated[str, typer.Option("--for", help="How long, such as 90m or 2h.", show_default=False)] = "",
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default=False)] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Keep an incident quiet for a while; then it starts again from its first step."""
    if bool(length) == bool(until):
        raise typer.BadParameter("say either --for or --until")
    end = {"until": parse_instant(until).isoformat()} if until else {"for": checked_duration(length)}
    act(Server(url, token), id, "snooze", {"by": by, **end}, as_json)


def reassign(
    id: IncidentId,
    to: Annotated[str, typer.Option(help="The person who is to have it.")],
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Give an incident to somebody, who is paged."""
    act(Server(url, token), id, "reassign", {"by": by, "to": to}, as_json)


def escalate(
    id: IncidentId,
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Tell the next step now instead of waiting for it."""
    act(Server(url, token), id, "escalate", {"by": by, "reason": reason}, as_json)


def second_line(
    id: IncidentId,
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Call second line in, beside whoever has the incident."""
    act(Server(url, token), id, "second-line", {"by": by, "reason": reason}, as_json)


def park(
    id: IncidentId,
    reason: Reason = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Leave an incident until the next working day starts."""
    act(Server(url, token), id, "park", {"by": by, "reason": reason}, as_json)


def note(
    id: IncidentId,
    text: Annotated[str, typer.Argument(help="What to write into the timeline.")],
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Write a line into an incident's timeline."""
    act(Server(url, token), id, "note", {"by": by, "text": text}, as_json)


def tag(
    id: IncidentId,
    squad: Annotated[list[str], typer.Option(help="A squad to call in; may be given several times.")],
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Call squads in: each is told in its channel, and its members are called by name."""
    act(Server(url, token), id, "tag", {"by": by, "squads": squad}, as_json)


def ticket(
    id: IncidentId,
    squad: Annotated[str, typer.Option(help="Whose tracker; default: the incident's squad.", show_default=False)] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Write an incident down in a squad's tracker, once; its page shows where the ticket stands."""
    act(Server(url, token), id, "ticket", {"by": by, "squad": squad}, as_json)


def call(id: IncidentId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Start a call about an incident, or see where people meet already."""
    act(Server(url, token), id, "call", {"by": by}, as_json, shown="call")


def raise_incident(
    title: Annotated[str, typer.Argument(help="What is wrong, in a line.")],
    description: Annotated[str, typer.Option(help="What is known.", show_default=False)] = "",
    severity: Annotated[str, typer.Option(help="critical, high or triage.")] = "critical",
    squad: Annotated[str, typer.Option(help="Who owns what is broken.", show_default=False)] = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Raise an incident that no monitor foresaw; it is handled like any other."""
    body = {"title": title, "description": description, "severity": severity, "squad": squad, "by": by}
    answer = Server(url, token).post("incidents", body=body)
    if as_json:
        say_json(answer.text)
    else:
        say(f"Raised: {_line(answer.fields)}")


def act(server: Server, id: str, action: str, body: dict[str, object], as_json: bool, shown: str = "") -> None:
    """Do it to the one open incident whose id begins or ends so, and say what it did. `shown` is the field of the
    incident that is what people want of it, on a line of its own."""
    answer = server.post("incidents", find_id(id, server), action, body=body)
    if as_json:
        say_json(answer.text)
        return
    say(_said(answer))
    if shown:
        say(word(fields(answer.fields["incident"])[shown]))


def _said(answer: Answer) -> str:
    return _EFFECTS.get(word(answer.fields["effect"]), "") + _line(fields(answer.fields["incident"]))


def _line(incident: Fields) -> str:
    who = f", {word(incident['acknowledged_by'])} has it" if incident["acknowledged_by"] else ""
    title = f"{word(incident['severity']).upper()} {word(incident['title'])}"
    return f"{word(incident['id'])} {title}: {state(incident)}{who}"
