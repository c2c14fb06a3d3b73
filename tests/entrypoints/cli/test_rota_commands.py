"""Cover, skipped weeks, consent and shadowing from the command line, against a real server."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.entrypoints.cli.terminal import Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server


def holders(served: Served) -> dict[str, str]:
    items: list[dict[str, Any]] = json.loads(said(served.run("who", "--json")))["items"]
    return {one["rota"]: one["person"] for one in items}


def two(served: Served) -> tuple[str, str]:
    """Who is primary, and somebody else who could be."""
    now = holders(served)["primary"]
    return now, "asha" if now != "asha" else "ben"


def monday(weeks: int) -> str:
    """The date of a Monday that many weeks ahead."""
    today = datetime.now(UTC).date()
    return str(today + timedelta(days=7 - today.weekday(), weeks=weeks))


def test_a_cover_is_taken_listed_and_withdrawn(served: Served) -> None:
    now, other = two(served)

    taken = said(served.run("cover", "take", "primary", "--for", "2h", "--note", "school concert", "--by", other))

    assert taken.startswith(f"{other} covers {now} in rota primary, ")
    assert "In effect, and both sides are told." in taken
    assert holders(served)["primary"] == other
    id = taken.partition("(")[2][:16]
    assert "school concert" in said(served.run("cover", "list"))
    withdrawn = said(served.run("cover", "withdraw", id[-8:], "--by", now))
    assert withdrawn.startswith(f"Withdrawn: {other} covers {now}")
    assert holders(served)["primary"] == now
    assert said(served.run("cover", "list")).startswith("Nothing is offered, and there is no cover.")


def test_what_is_offered_is_listed_and_accepted(served: Served) -> None:
    now, other = two(served)

    offered = said(served.run("cover", "offer", "primary", "--for", "1h", "--to", other, "--by", now))
    assert f"to {other}; it is yours until somebody says yes." in offered
    id = offered.rpartition("withdraw ")[2].strip()
    assert id in said(served.run("cover", "list", "--rota", "primary"))
    accepted = said(served.run("cover", "accept", id[-6:], "--by", other))

    assert "In effect" in accepted
    assert "It was so already." in said(served.run("cover", "accept", id, "--by", other))
    cover = json.loads(said(served.run("cover", "list", "--json")))["items"][0]
    assert (cover["person"], cover["offer"]) == (other, id)
    said(served.run("cover", "withdraw", cover["id"], "--by", now))


def test_whole_shifts_are_given_and_swapped(served: Served) -> None:
    first, second, third = monday(1), monday(2), monday(3)
    shifts = json.loads(said(served.run("rota", "shifts", "primary", "--json", "--until", f"{monday(4)}T12:00")))
    turns = {one["since"][:10]: one["person"] for one in shifts["items"]}

    given = served.run("cover", "give", "primary", turns[second], "--shift", first, "--by", turns[first])
    swapped = served.run("cover", "swap", "primary", second, turns[third], third, "--by", turns[second])

    assert said(given).startswith(f"{turns[second]} covers {turns[first]}")
    assert len([line for line in said(swapped).splitlines() if "covers" in line]) == 2


def test_skipped_weeks_make_a_debt_until_they_are_withdrawn(served: Served) -> None:
    since, until = monday(2), monday(3)
    shifts = json.loads(
        said(served.run("rota", "shifts", "first_responder", "--json", "--from", since, "--until", until))
    )
    who = shifts["items"][-1]["person"]

    skipped = said(served.run("rota", "skip", "first_responder", "--since", since, "--until", until, "--by", who))

    assert skipped.startswith(f"{who} skips the shifts of rota first_responder that begin from {since}")
    id = skipped.rpartition("back ")[2].strip()
    assert id in said(served.run("rota", "skipped"))
    assert f"{who} owes " in said(served.run("rota", "debts", "first_responder"))
    assert said(served.run("rota", "back", id[-6:], "--by", who)).startswith(f"{who} is back in turn")
    assert said(served.run("rota", "debts", "first_responder")).startswith("Nobody has filled in for anybody.")
    assert said(served.run("rota", "skipped")).startswith("Nobody skips a week.")


def test_a_consent_is_given_with_a_date_and_taken_back(served: Served) -> None:
    since = monday(1)

    assert said(served.run("consent", "give", "--since", since, "--by", "dana")) == (
        f"dana agrees to be on call from {since} on\n"
    )
    assert said(served.run("consent", "give", "--since", since, "--by", "dana")).startswith("It was so already: dana")
    assert said(served.run("consent", "withdraw", "--since", since, "--by", "dana")).startswith("dana does not agree")
    assert "dana" in said(served.run("consent", "list"))


def test_somebody_else_says_that_a_shadow_is_ready(served: Served) -> None:
    assert said(served.run("rota", "shadows")).startswith("Nobody shadows.")
    learns = ("rota", "shadow", "ben", "--since", monday(4), "--until", monday(9))

    id = said(served.run(*learns, "--by", "asha")).rpartition("ready ")[2].strip()
    refused = served.run("rota", "ready", id, "--since", monday(6), "--by", "ben")

    assert (refused.exit_code, "somebody else says that a shadow is ready" in refused.stderr) == (1, True)
    ready = said(served.run("rota", "ready", id[-6:], "--since", monday(6), "--by", "asha"))
    assert ready == f"ben has turns in rota primary from {monday(6)} on.\n"
    assert "says asha" in said(served.run("rota", "shadows"))
