"""The rotas from afar, and shifts as calendars, from the command line against a real server."""

import json
import urllib.request
from pathlib import Path

import pytest

from tests.entrypoints.cli.terminal import Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server


def test_gaps_of_the_shipped_rules_are_none_and_double_bookings_are_listed(served: Served) -> None:
    shown = said(served.run("gaps", "--days", "200"))

    assert "nobody from" not in shown
    assert "first responder, second line (in hours)" in shown


def test_without_any_it_says_so(served: Served) -> None:
    found = json.loads(said(served.run("gaps", "--days", "1", "--json")))

    shown = said(served.run("gaps", "--days", "1"))

    assert ("every rota that pages go to is held" in shown) is not bool(found["double_bookings"])


def test_fairness_shows_each_persons_share_beside_an_equal_one(served: Served) -> None:
    shown = said(served.run("fairness", "--rota", "primary", "--since", "2026-02-02", "--until", "2026-06-01"))

    assert shown.startswith("Mon 02 Feb 2026 00:00 GMT to Mon 01 Jun 2026 00:00 BST")
    assert "primary (out of hours)" in shown
    assert {"Asha Rao", "Ben Okoro", "Chen Li", "an equal share"} <= {
        line[:40].split("  ")[0].strip() for line in shown.splitlines()
    }


def test_a_place_for_somebody_new_is_named_with_what_to_write(served: Served) -> None:
    shown = said(served.run("rota", "places", "primary", "dana"))

    assert "Dana Weiss" in shown
    assert "Best: after " in shown
    assert "In the rules file: members: [" in shown


def test_an_address_is_shown_read_and_renewed(served: Served) -> None:
    address = said(served.run("calendar", "show", "person", "asha")).strip()
    with urllib.request.urlopen(address) as reply:  # noqa: S310 - our own server
        assert reply.read().startswith(b"BEGIN:VCALENDAR")

    renewed = said(served.run("calendar", "renew", "person", "asha")).splitlines()

    assert renewed[0] != address
    assert renewed[1].startswith("since ")
    assert renewed[0] == said(served.run("calendar", "show", "person", "asha")).splitlines()[0]


def test_an_export_that_was_edited_is_shown_and_then_made_so(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "primary.ics"
    assert said(served.run("rota", "export", "primary", "-o", str(file))) == f"Written to {file}\n"
    exported = file.read_bytes().decode()
    assert said(served.run("rota", "export", "primary")).replace("\r\n", "\n") == exported.replace("\r\n", "\n")
    holder = exported.partition("X-ONCALL-PERSON:")[2].partition("\r\n")[0]
    other = "ben" if holder != "ben" else "chen"
    file.write_text(exported.replace(f"X-ONCALL-PERSON:{holder}", f"X-ONCALL-PERSON:{other}", 1), newline="")

    shown = said(served.run("rota", "import", "primary", str(file)))
    made = said(served.run("rota", "import", "primary", str(file), "--apply", "--by", "eve", "--note", "winter"))
    again = said(served.run("rota", "import", "primary", str(file), "--apply", "--by", "eve"))

    assert "Covers to make: 1." in shown
    assert "the same again with --apply" in shown
    assert "Covers made: 1." in made
    assert again.startswith("Covers made: 0.")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("rota", "export", "primry"), "the rules have no rota 'primry'"),
        (("rota", "import", "primary", "missing.ics"), "missing.ics cannot be read: No such file or directory"),
        (("calendar", "show", "person", "nobody"), "the rules have no person 'nobody'"),
        (("rota", "places", "primary", "asha"), "asha has a place in rota primary already"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(served: Served, words: tuple[str, ...], reason: str) -> None:
    result = served.run(*words)

    assert result.exit_code == 1
    assert reason in result.stderr


def test_a_file_that_is_no_text_is_refused(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "photo.ics"
    file.write_bytes(b"\xff\xd8\xff")

    result = served.run("rota", "import", "primary", str(file))

    assert (result.exit_code, "is not a text in UTF-8" in result.stderr) == (1, True)
