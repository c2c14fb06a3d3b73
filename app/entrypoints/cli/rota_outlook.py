"""`oncall-router gaps`, `fairness` and `rota places`: the rotas from afar."""

from typing import Annotated

import typer

from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, fields, rows, word, words

_SHARE = ("who", "hours", "nights", "weekend days", "holidays")


def gaps(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days ahead.")] = 90,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show when nobody holds a rota, and when one person holds two that should back each other."""
    answer = Server(url, token).get("rotas", "gaps", days=days)
    if as_json:
        say_json(answer.text)
        return
    holes, twice = rows(answer.fields["gaps"]), rows(answer.fields["double_bookings"])
    if holes:
        say(table(("rota", "nobody from", "until", "why"), map(_gap, holes)))
    if twice:
        say(table(("who", "holds", "from", "until"), map(_double_booking, twice)))
    if not holes and not twice:
        say(f"In the next {days} days every rota that pages go to is held, each by somebody of its own.")


def fairness(
    rota: Annotated[str, typer.Option(help="This rota only.", show_default=False)] = "",
    since: Annotated[str, typer.Option(metavar="ISO", help="From when.", show_default="26 weeks ago")] = "",
    until: Annotated[str, typer.Option(metavar="ISO", help="Until when.", show_default="now")] = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show how many hours, nights, weekends and holidays each has had, or will have."""
    query = {name: parse_instant(at).isoformat() for name, at in (("since", since), ("until", until)) if at}
    answer = Server(url, token).get("rotas", "fairness", rota=rota, **query)
    if as_json:
        say_json(answer.text)
        return
    say(f"{local(word(answer.fields['since']))} to {local(word(answer.fields['until']))}")
    for one in answer.items:
        title = f"{word(one['rota']).replace('_', ' ')} ({words(one['told'])})"
        say(table(_SHARE, [*map(_share, rows(one["people"])), _equal(one)], title))


def places(
    rota: Annotated[str, typer.Argument(metavar="ROTA", help="Which rota, such as primary.", show_default=False)],
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who is new.", show_default=False)],
    weeks: Annotated[int, typer.Option(min=1, max=104, help="How many weeks ahead to look.")] = 26,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show where in the turn somebody new would fit best, and how the weeks to come would look."""
    answer = Server(url, token).get("rotas", rota, "places", person=person, weeks=weeks)
    if as_json:
        say_json(answer.text)
        return
    headings = ("after", "double bookings", "who", *_SHARE[1:])
    say(table(headings, [line for one in answer.items for line in _place(one)]))
    best = answer.items[0]
    members = ", ".join(word(one) for one in best["members"]) if isinstance(best["members"], list) else ""
    say(f"Best: {_after(best)}. In the rules file: members: [{members}]")


def _gap(one: Fields) -> tuple[str, ...]:
    return word(one["rota"]), local(word(one["since"])), local(word(one["until"])), word(one["why"])


def _double_booking(one: Fields) -> tuple[str, ...]:
    held = f"{words(one['rotas'])} ({word(one['hours'])})"
    return word(one["person"]), held, local(word(one["since"])), local(word(one["until"]))


def _share(one: Fields) -> tuple[str, ...]:
    return (word(one["name"]), *(word(one[name]) for name in ("hours", "nights", "weekend_days", "holidays")))


def _equal(one: Fields) -> tuple[str, ...]:
    return _share({"name": "an equal share", **fields(one["equal"])})


def _place(one: Fields) -> list[tuple[str, ...]]:
    """A line for each person; what is of the place stands in the first."""
    first, *others = map(_share, rows(one["people"]))
    return [(word(one["after"]), word(one["double_bookings"]), *first), *(("", "", *other) for other in others)]


def _after(one: Fields) -> str:
    return f"after {word(one['after'])}" if one["after"] else "alone, for nobody else takes turns"
