"""`oncall-router observed`: who would have been told, and how that differs from what another pager did."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.domain.comparison import Telling, compare, gathered
from app.domain.errors import InvalidPayload
from app.entrypoints.cli.durations import parse_duration, parse_instant
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.ids import MOST_AT_ONCE
from app.entrypoints.cli.observed_shown import REMINDER, compared_json, show_compared, show_told, told_json
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import parse, say_json
from app.entrypoints.cli.progress import progress
from app.entrypoints.cli.server import Fields, Server, fields, rows, word

BATCH = 100
WITHIN = "5m"


def observed(
    since: Annotated[str, typer.Option(metavar="ISO", help="From when on.", show_default=False)],
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default="now")] = "",
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="What the other pager told: at least at and person.", show_default=False),
    ] = None,
    within: Annotated[str, typer.Option(help="How far apart the two may be and still be the same.")] = WITHIN,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List who would have been told while the rules only observe; with --against, what another pager did otherwise.

    Exit code 0 also when the two differ: that is the answer.
    """
    start, end = parse_instant(since), parse_instant(until) if until else datetime.now(UTC)
    if end <= start:
        raise typer.BadParameter("--until must be later than --since")
    tolerance, server = parse_duration(within), Server(url, token)
    if against is None:
        told = [one for one, _ in _would_be_told(server, start, end)]
        found = [one for one in gathered(told) if start <= one.at < end]
        if as_json:
            say_json(told_json(found))
        else:
            show_told(found, start, end)
        return
    theirs = gathered(_read(against, server))
    ours = gathered(one for one, is_squad in _would_be_told(server, start - tolerance, end + tolerance) if not is_squad)
    result = compare(ours, theirs, tolerance).between(start, end)
    if as_json:
        say_json(compared_json(result))
    else:
        show_compared(result, start, end, tolerance)


def _would_be_told(server: Server, start: datetime, end: datetime) -> Iterator[tuple[Telling, bool]]:
    """What was observed of every incident that may have told somebody in that time; and whether it was a squad."""
    incidents = list(_observed(server, start, end))
    with progress() as told:
        for first in range(0, len(incidents), BATCH):
            batch = incidents[first : first + BATCH]
            answers = server.get_each([("incidents", word(one["id"]), "notifications") for one in batch])
            for incident, answer in zip(batch, answers, strict=True):
                for row in answer.items:
                    yield from ((one, bool(row["squad"])) for one in _sends(incident, row))
            told("incidents", min(first + BATCH, len(incidents)), len(incidents))


def _observed(server: Server, start: datetime, end: datetime) -> Iterator[Fields]:
    """Whatever was opened before `end` and was not over before `start`. One that is old may have told somebody late, so
    the whole list is looked through."""
    cursor = ""
    while True:
        page = server.get("incidents", limit=MOST_AT_ONCE, cursor=cursor)
        for one in page.items:
            marks, opened, resolved = one["marks"], parse(word(one["opened_at"])), parse(word(one["resolved_at"]))
            is_of_then = opened is not None and opened < end and (resolved is None or resolved >= start)
            if is_of_then and isinstance(marks, list) and "observed" in marks:
                yield one
        cursor = word(page.fields.get("next"))
        if not cursor:
            return


def _sends(incident: Fields, row: Fields) -> Iterator[Telling]:
    """A later sending of the same message is a reminder."""
    sends = [(at, one) for one in rows(row["sends"]) if one["state"] == "observed" and (at := parse(word(one["at"])))]
    first = min((at for at, _ in sends), default=None)
    for at, send in sends:
        yield Telling(
            at=at,
            person=word(row["reader"]),
            what=word(row["kind"]) if at == first else REMINDER,
            title=word(incident["title"]),
            dedup_key=word(incident["dedup_key"]),
            severity=word(incident["severity"]),
            channels=(word(send["channel"]),),
            why=word(fields(row["why"]).get("sentence")),
            incident=word(incident["id"]),
        )


def _read(file: Path, server: Server) -> list[Telling]:
    from app.adapters.told_csv import read_told

    try:
        return read_told(file.read_text("utf-8-sig"), _people(server), _instant)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read ({error.strerror}): name a CSV file") from None
    except UnicodeDecodeError:
        raise CommandFailed(f"{file} is not UTF-8 text: save it as CSV with UTF-8") from None
    except InvalidPayload as error:
        raise CommandFailed(f"{file}: {error}") from None


def _people(server: Server) -> dict[str, str]:
    """Ids by id, e-mail address and name, in lower case. A name that two people have means neither."""
    found: dict[str, str] = {}
    people = rows(server.get("rules").fields["people"])
    names = [word(one["name"]).lower() for one in people]
    for one in people:
        id, name = word(one["id"]), word(one["name"]).lower()
        if names.count(name) == 1:
            found.setdefault(name, id)
        for method in rows(one["methods"]):
            if method["channel"] == "email":
                found[word(method["address"]).lower()] = id
    return found | {word(one["id"]).lower(): word(one["id"]) for one in people}


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except typer.BadParameter as error:
        raise ValueError(error.message) from None
