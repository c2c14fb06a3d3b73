"""`oncall-router pay`: what on-call weeks and nights of work come to, and what people say of them."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import typer

from app.entrypoints.cli.durations import checked_duration, parse_instant
from app.entrypoints.cli.failures import Commands
from app.entrypoints.cli.options import DEFAULT_URL, AsJson, By, Token, Url
from app.entrypoints.cli.periods import Month, Since, Until, Week, asked
from app.entrypoints.cli.printing import length, local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, rows, word

pay_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Pay of on-call weeks and of work out of hours.")

Person = Annotated[str, typer.Option(help="One person only.", show_default=False)]
Whose = Annotated[str, typer.Option("--person", help="Whose; a person's own token knows.", show_default=False)]


class Sheet(StrEnum):
    LINES = "lines"
    TOTALS = "totals"


class Take(StrEnum):
    PAY = "pay"
    DAY_OFF = "day-off"


DAY_OFF = "day_off"


@pay_app.command()
def report(
    month: Month = "",
    week: Week = "",
    since: Since = "",
    until: Until = "",
    person: Person = "",
    sheet: Annotated[
        Sheet | None,
        typer.Option("--csv", help="CSV instead: every line, or each person's totals for payroll.", show_default=False),
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show pay of the month before this one, or of another time."""
    server, query = Server(url, token), asked(month, week, since, until, person=person)
    if sheet:
        typer.echo(server.text("pay", f"{sheet.value}.csv", **query), nl=False)
        return
    answer = server.get("pay", **query)
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    say(f"Pay from {local(word(found['since']))} to {local(word(found['until']))}")
    say(table(("who", "weeks", "days off", "on call", "hours", "work", "total"), map(_total, rows(found["totals"]))))
    if found["weeks"]:
        say(table(("week", "rota", "who", "held", "share", "takes", "amount"), map(_week, rows(found["weeks"]))))
    if found["hours"]:
        say(table(("work from", "who", "length", "amount", "incidents", "changed"), map(_work, rows(found["hours"]))))
    say(*map(_unfinished, rows(found["unfinished"])))
    remarks = found["remarks"]
    say(*(f"Missing: {word(one)}" for one in remarks) if isinstance(remarks, list) else ())


@pay_app.command()
def choose(
    take: Annotated[Take, typer.Argument(help="pay, or a day off in lieu.")],
    week: Annotated[str, typer.Argument(metavar="ISO", help="Any time in the week, such as 2026-11-18.")],
    rota: Annotated[str, typer.Option(help="Which paid rota.")] = "primary",
    person: Whose = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Take pay or a day off for your share of an on-call week; the last choice holds."""
    body = {
        "rota": rota,
        "week": parse_instant(week).isoformat(),
        "choice": take.value.replace("-", "_"),
        "person": person,
        "by": by,
    }
    answer = Server(url, token).post("pay", "choices", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = answer.fields
    taken = "a day off" if made["choice"] == DAY_OFF else "pay"
    say(f"{word(made['person'])} takes {taken} for the week of {word(made['rota'])} from {local(word(made['since']))}")


@pay_app.command()
def hours(
    since: Annotated[str, typer.Argument(metavar="ISO", help="When the work began, as the report shows it.")],
    worked: Annotated[str, typer.Option(help="How long it really was, such as 90m.", show_default=False)],
    why: Annotated[str, typer.Option(help="Why, for everybody who looks at it later.", show_default=False)],
    was: Annotated[str, typer.Option(help="How long the report says.", show_default="it is not in the report")] = "",
    person: Whose = "",
    by: By = "",
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Correct the length of work, or add work that no incident tells of. Every change stays to be seen."""
    body = {
        "since": parse_instant(since).isoformat(),
        "was": checked_duration(was) if was else "",
        "worked": checked_duration(worked),
        "why": why,
        "person": person,
        "by": by,
    }
    answer = Server(url, token).post("pay", "hours", body=body)
    if as_json:
        say_json(answer.text)
        return
    made = answer.fields
    counted = f"{_length(made['counted_seconds'])}, {_money(made, 'amount')}"
    say(f"Work of {word(made['person'])} from {local(word(made['since']))}: {counted}")


def _total(one: Fields) -> tuple[str, ...]:
    return (
        f"{word(one['name'])} ({word(one['person'])})",
        word(one["weeks"]),
        word(one["days_off"]),
        _money(one, "on_call"),
        _hours(one["worked_seconds"]),
        _money(one, "work"),
        _money(one, "total"),
    )


def _week(one: Fields) -> tuple[str, ...]:
    held = f"{_hours(one['held_seconds'])} of {_hours(one['total_seconds'])} h"
    takes = "a day off" if one["choice"] == DAY_OFF else "pay"
    amount = f"{word(one['days_off'])} days" if one["choice"] == DAY_OFF else _money(one, "amount")
    return local(word(one["since"])), word(one["rota"]), word(one["person"]), held, word(one["share"]), takes, amount


def _work(one: Fields) -> tuple[str, ...]:
    changed = "\n".join(map(_edit, rows(one["edits"])))
    incidents = one["incidents"]
    names = " ".join(word(id) for id in incidents) if isinstance(incidents, list) else ""
    worked = _length(one["counted_seconds"])
    return local(word(one["since"])), word(one["person"]), worked, _money(one, "amount"), names, changed


def _edit(one: Fields) -> str:
    return f"{word(one['by'])}: {_length(one['before_seconds'])} to {_length(one['after_seconds'])}, {word(one['why'])}"


def _unfinished(one: Fields) -> str:
    since = local(word(one["since"]))
    return f"{word(one['person'])} is at incident {word(one['incident'])} since {since}: not counted yet"


def _money(one: Fields, name: str) -> str:
    return f"{word(one[name])} {word(one['currency'])}" if one[name] is not None else "not known"


def _length(seconds: object) -> str:
    return length(timedelta(seconds=int(word(seconds) or 0)))


def _hours(seconds: object) -> str:
    return str((Decimal(word(seconds) or 0) / 3600).quantize(Decimal("0.01")))
