"""`oncall-router report`: what a period's incidents have to teach."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.periods import Month, Since, Until, Week, asked
from app.entrypoints.cli.printing import length, local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, fields, rows, word

_BARS = " ▁▂▃▄▅▆▇█"


class Sheet(StrEnum):
    SQUADS = "squads"
    WEEKS = "weeks"
    PEOPLE = "people"
    HOURS = "hours"
    RULES = "rules"
    RUNBOOK_DEBT = "runbook-debt"


def report(
    month: Month = "",
    week: Week = "",
    since: Since = "",
    until: Until = "",
    squad: Annotated[str, typer.Option(help="One squad only.", show_default=False)] = "",
    sheet: Annotated[Sheet | None, typer.Option("--csv", help="One table as CSV instead.", show_default=False)] = None,
    url: Url = DEFAULT_URL,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Show how soon people had incidents, whom they woke, and what was noise; by default of the last twelve weeks."""
    server, query = Server(url, token), asked(month, week, since, until, squad=squad)
    if sheet:
        typer.echo(server.text("reports", f"{sheet.value}.csv", **query), nl=False)
        return
    answer = server.get("reports", **query)
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    say(f"Incidents opened from {local(word(found['since']))} to {local(word(found['until']))}")
    summaries = [*rows(found["squads"]), {**fields(found["whole"]), "name": "all"}]
    headings = ("squad", "critical", "high", "triage", "open", "pages", "noise", "had after", "over after")
    say(table(headings, map(_summary, summaries)))
    if found["people"]:
        say(
            table(
                ("who", "pages", "nights", "hours of sleep", "by hour, from 00 to 23"),
                map(_paged, rows(found["people"])),
            )
        )
    noisy = [one for one in rows(found["rules"]) if one["noise"]]
    if noisy:
        say(table(("rule", "incidents that paged", "noise"), map(_rule, noisy)))
    if found["runbook_debt"]:
        say(table(("without a runbook", "squad", "times", "last incident"), map(_debt, rows(found["runbook_debt"]))))


def _summary(one: Fields) -> tuple[str, ...]:
    counts = (word(one[name]) for name in ("critical", "high", "triage", "still_open", "pages", "noise"))
    name = word(one["name"]) or "(no squad)"
    return name, *counts, _times(fields(one["acknowledge"])), _times(fields(one["resolve"]))


def _times(one: Fields) -> str:
    """The median, and the ninth of ten."""
    if one["median_seconds"] is None:
        return ""
    median, ninth = (length(timedelta(seconds=float(word(one[name])))) for name in ("median_seconds", "ninth_seconds"))
    return f"{median} (90 %: {ninth})"


def _paged(one: Fields) -> tuple[str, ...]:
    hours = one["by_hour"]
    pages = [int(word(count)) for count in hours] if isinstance(hours, list) else []
    most = max(pages, default=0) or 1
    bars = "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in pages)
    return word(one["person"]), word(one["pages"]), word(one["nights"]), word(one["sleep_hours"]), f"|{bars}|"


def _rule(one: Fields) -> tuple[str, ...]:
    return word(one["rule"]) or "(none matched)", word(one["incidents"]), word(one["noise"])


def _debt(one: Fields) -> tuple[str, ...]:
    return word(one["title"]), word(one["squad"]), word(one["count"]), word(one["incident"])
