"""Looking at incidents: the list, and one with everything that has happened to it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from app.entrypoints.cli.ids import MOST_AT_ONCE, listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, IncidentId, Token, Url
from app.entrypoints.cli.printing import age, facts, local, say, say_json, table
from app.entrypoints.cli.server import Answer, Fields, Server, fields, rows, word, words


def incidents(
    status: Annotated[
        list[str] | None, typer.Option(help="open, triggered, acknowledged, resolved or any; may be repeated.")
    ] = None,
    severity: Annotated[list[str] | None, typer.Option(help="critical, high or triage; may be repeated.")] = None,
    squad: Annotated[str, typer.Option(help="Of this squad only.", show_default=False)] = "",
    source: Annotated[str, typer.Option(help="From this source only.", show_default=False)] = "",
    suppressed: Annotated[bool, typer.Option("--suppressed", help="Those that nobody is told of, and why.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST_AT_ONCE, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first; those that are open unless --status says otherwise."""
    asked = [] if "any" in (status or []) else (status or ["open"])
    answer = Server(url, token).get(
        "incidents",
        status=asked,
        severity=severity or [],
        squad=squad,
        source=source,
        suppressed="true" if suppressed else "",
        limit=limit,
        cursor=cursor,
    )
    if as_json:
        say_json(answer.text)
        return
    _list(answer, suppressed, asked)


def _list(answer: Answer, suppressed: bool, asked: Sequence[str]) -> None:
    if not answer.items:
        say(_nothing(suppressed, asked))
        return
    if suppressed:
        headings: Sequence[str] = ("id", "severity", "status", "title", "squad", "age", "until", "why")
        say(table(headings, map(_quiet_row, answer.items)))
    else:
        headings = ("id", "severity", "status", "title", "squad", "age", "count", "who")
        say(table(headings, map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


def _nothing(suppressed: bool, asked: Sequence[str]) -> str:
    if suppressed:
        return "Nothing is suppressed."
    return f"No incident is {' or '.join(asked)}." if asked else "There is no incident."


def _row(incident: Fields) -> tuple[str, ...]:
    return *_summary(incident), word(incident["count"]), word(incident["acknowledged_by"])


def _quiet_row(incident: Fields) -> tuple[str, ...]:
    suppression = fields(incident.get("suppression"))
    return *_summary(incident), _until(suppression), word(suppression.get("reason"))


def _summary(incident: Fields) -> tuple[str, ...]:
    return (
        word(incident["id"]),
        word(incident["severity"]),
        state(incident),
        word(incident["title"]),
        word(incident["squad"]),
        age(word(incident["opened_at"])),
    )


def _until(suppression: Fields) -> str:
    """When people are told, if it still fires then; an inhibition ends with what inhibits it."""
    if suppression.get("by") == "inhibition":
        return "that is over"
    return local(word(suppression.get("ends_at") or suppression.get("until")))


def state(incident: Fields) -> str:
    """The status with its marks: `acknowledged (parked)`."""
    marks = words(incident.get("marks"))
    return word(incident["status"]) + (f" ({marks})" if marks else "")


def show(id: IncidentId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show one incident: what it is, what happened, and who was told how and why."""
    server = Server(url, token)
    full = find_id(id, server)
    incident, timeline = server.get("incidents", full), server.get("incidents", full, "timeline")
    told = server.get("incidents", full, "notifications")
    if as_json:
        say_json(f'{{"incident":{incident.text},"timeline":{timeline.text},"notifications":{told.text}}}')
        return
    say(f"{word(incident.fields['severity']).upper()} {word(incident.fields['title'])}")
    say(facts(_facts(incident.fields)), "")
    say(table(("when", "what", "who", "how", ""), map(_entry, timeline.items), "Timeline"))
    say(table(("reader", "role", "kind", "state", "sent", "why"), map(_told, _read_by_people(told.items)), "Told"))


def _facts(incident: Fields) -> list[tuple[str, str]]:
    held, suppression = word(incident["acknowledged_by"]), fields(incident.get("suppression"))
    found = {
        "id": word(incident["id"]),
        "status": state(incident),
        "who has it": f"{held}, since {local(word(incident['acknowledged_at']))}" if held else "nobody",
        "nobody told": f"until {_until(suppression)}: {word(suppression['reason'])}" if suppression else "",
        "call": word(incident["call"]),
        "tickets": "\n".join(
            f"{word(one['squad'])}: {word(one['url']) or 'asked for'}" for one in rows(incident["tickets"])
        ),
        "squad": word(incident["squad"]),
        "runbook": word(incident["runbook"]) or "none",
        "source": word(incident["source"]),
        "opened": f"{local(word(incident['opened_at']))} ({age(word(incident['opened_at']))} ago)",
        "resolved": local(word(incident["resolved_at"])),
        "next due": local(word(incident["due_at"])),
        "reports": word(incident["count"]),
        "alerts": f"{word(incident['alerts'])}, {word(incident['firing'])} of them firing",
        "because": "\n".join(map(str, reasons)) if isinstance(reasons := incident["reasons"], list) else "",
    }
    return list(found.items())


def _entry(entry: Fields) -> tuple[str, ...]:
    what = word(entry["what"]).replace("_", " ")
    return local(word(entry["at"])), what, word(entry["who"]), word(entry["channel"]), word(entry["text"])


def _read_by_people(told: list[Fields]) -> list[Fields]:
    """Without the rows that only change messages which were posted before."""
    return [row for row in told if word(row["reader"])]


def _told(row: Fields) -> tuple[str, ...]:
    sends = [f"{word(send['channel'])} {_outcome(send)}" for send in rows(row["sends"])]
    sentence = word(fields(row["why"]).get("sentence"))
    kind = word(row["kind"]).replace("_", " ")
    return word(row["reader"]), word(row["role"]), kind, word(row["state"]), "\n".join(sends), sentence


def _outcome(send: Fields) -> str:
    at = local(word(send["at"])) if send["at"] else f"due {local(word(send['due_at']))}"
    reason = f": {word(send['reason'])}" if send["reason"] else ""
    return f"{word(send['state'])} {at}{reason}"


def find_id(given: str, server: Server) -> str:
    """The whole id of the one open incident whose id begins or ends so."""
    return whole_id(given, lambda: listed_ids(server, "incidents", status="open"), "open incident", "incidents")
