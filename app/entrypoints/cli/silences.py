"""`oncall-router silence`: what nobody is told of for a while is made, listed, shown and ended."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import checked_duration, parse_instant
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.ids import MOST_AT_ONCE, listed_ids, whole_id
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.printing import facts, local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, word, words

silence_app = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Tell nobody of matching alerts for a while: silences and maintenance."
)

SilenceId = Annotated[
    str,
    typer.Argument(metavar="ID", help="Its id, or how one's that is not over begins or ends.", show_default=False),
]


@silence_app.command()
def create(
    matchers: Annotated[
        list[str],
        typer.Argument(
            metavar="MATCHER...",
            help="Which alerts, such as 'service=\"payments\"'; all must hold.",
            show_default=False,
        ),
    ],
    why: Annotated[str, typer.Option(help="Why, for everybody who wonders.", show_default=False)],
    length: Annotated[str, typer.Option("--for", help="How long, such as 90m or 2h.", show_default=False)] = "",
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default=False)] = "",
    since: Annotated[str, typer.Option("--from", metavar="ISO", help="From when.", show_default="now")] = "",
    every: Annotated[
        list[str] | None,
        typer.Option(help='Only in these hours of the week, such as "sun 02:00-04:00"; may be repeated.'),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Of --every.", show_default="that of the rules file")] = "",
    maintenance: Annotated[bool, typer.Option("--maintenance", help="Call it a maintenance window.")] = False,
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Make a silence: alerts that match are kept, and told after all if they still fire when it ends."""
    if bool(length) == bool(until):
        raise typer.BadParameter("say how long, with --for 2h, or until when, with --until 2026-11-29T04:00")
    if timezone and not every:
        raise typer.BadParameter("--timezone is that of --every; write an offset into --from and --until instead")
    body: dict[str, object] = {
        "matchers": matchers,
        "kind": "maintenance" if maintenance else "silence",
        "starts_at": parse_instant(since).isoformat() if since else "",
        "ends_at": parse_instant(until).isoformat() if until else "",
        "for": checked_duration(length) if length else "",
        "every": every or [],
        "timezone": timezone,
        "by": by,
        "why": why,
    }
    answer = Server(url, token).post("silences", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = answer.fields
    say(f"{_name(made)}: {_alerts(made)}", _when(made), f"End it sooner: oncall-router silence end {word(made['id'])}")


@silence_app.command(name="list")
def list_silences(
    every: Annotated[bool, typer.Option("--all", help="Those too that are over, for 90 days.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST_AT_ONCE, help="How many at most.")] = 50,
    cursor: Annotated[str, typer.Option(help="Where the page before ended.", show_default=False)] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """List silences and maintenance windows, newest first; those that are not over unless --all."""
    answer = Server(url, token).get("silences", over="true" if every else "false", limit=limit, cursor=cursor)
    if as_json:
        say_json(answer.text)
        return
    if not answer.items:
        say("There never was a silence." if every else "No silence is in force or to come.")
        return
    say(table(("id", "kind", "state", "alerts", "when", "by", "why"), map(_row, answer.items)))
    if answer.fields.get("next"):
        say(f"There are more: --cursor {word(answer.fields['next'])}")


@silence_app.command()
def show(id: SilenceId, url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show one silence."""
    server = Server(url, token)
    answer = server.get("silences", _find(id, server))
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    say(_name(found))
    known = {
        "state": word(found["state"]),
        "alerts": "\n".join(_matchers(found)),
        "from": local(word(found["starts_at"])),
        "until": local(word(found["ends_at"])),
        "every": _hours(found),
        "in force until": local(word(found["until"])),
        "next": local(word(found["next"])),
        "why": word(found["why"]),
        "made": f"{local(word(found['created_at']))} by {word(found['by'])}",
        "ended": _ended(found),
    }
    say(facts(list(known.items())))


@silence_app.command()
def end(id: SilenceId, by: By = "", url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """End a silence now. People are told at once of what it kept quiet and still fires."""
    server = Server(url, token)
    answer = server.post("silences", _find(id, server), "end", body={"by": by})
    if as_json:
        say_json(answer.text)
        return
    told = answer.fields["told"]
    after = "Nothing that it kept quiet is to be told" if told == 0 else f"People are told now of {word(told)} incident"
    say(f"{_name(answer.fields)} is over. {after}{'s' if told not in (0, 1) else ''}.")


def _find(given: str, server: Server) -> str:
    """The whole id of the one silence that is not over and whose id begins or ends so."""
    return whole_id(given, lambda: listed_ids(server, "silences", over="false"), "silence", "silence list")


def _row(silence: Fields) -> tuple[str, ...]:
    return (
        word(silence["id"]),
        word(silence["kind"]),
        word(silence["state"]),
        "\n".join(_matchers(silence)),
        _when(silence),
        word(silence["by"]),
        word(silence["why"]),
    )


def _name(silence: Fields) -> str:
    return f"{word(silence['kind']).capitalize()} {word(silence['id'])}"


def _alerts(silence: Fields) -> str:
    return " and ".join(_matchers(silence))


def _matchers(silence: Fields) -> list[str]:
    found = silence["matchers"]
    return [word(one) for one in found] if isinstance(found, list) else []


def _when(silence: Fields) -> str:
    """In a line what holds now, and in another, for one that is weekly, its hours and its end."""
    end = local(word(silence["ends_at"]))
    now = {
        "active": f"in force until {local(word(silence['until']))}",
        "pending": f"from {local(word(silence['next'] or silence['starts_at']))} until {end}",
        "between": f"next from {local(word(silence['next']))}" if silence["next"] else "never in force again",
        "over": _ended(silence) or f"ended {end}",
    }.get(word(silence["state"]), "")
    return f"{now}\nevery {_hours(silence)} until {end}" if silence["every"] else now


def _hours(silence: Fields) -> str:
    return f"{words(silence['every'])} ({word(silence['timezone'])})" if silence["every"] else ""


def _ended(silence: Fields) -> str:
    """Of one that somebody ended before its time."""
    by = f" by {word(silence['ended_by'])}" if silence["ended_by"] else ""
    return f"ended {local(word(silence['ended_at']))}{by}" if silence["ended_at"] else ""
