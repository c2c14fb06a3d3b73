"""Test pages and readiness from the command line, against a real server."""

import json

import pytest

from tests.entrypoints.cli.terminal import Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server


def test_a_test_page_is_waited_for_and_shown_by_method(served: Served) -> None:
    done = served.run("test-page", "asha", "--by", "ben", "--wait", "20")

    assert "Test page for asha" in done.stdout
    assert [line.split()[:3] for line in done.stdout.splitlines() if line.strip().startswith("console")] == [
        ["console", "asha", "sent"]
    ]
    assert "oncall-router" not in done.stderr
    tested = json.loads(said(served.run("readiness", "--json")))["items"]
    assert next(one for one in tested if one["person"] == "asha")["methods"]


def test_nobody_of_that_name_is_sent_nothing(served: Served) -> None:
    done = served.run("test-page", "ahsa")

    assert (done.exit_code, done.stderr.strip()) == (1, "'ahsa' is not among the people of the rules file")


def test_the_report_says_who_is_on_call_and_what_they_lack(served: Served) -> None:
    shown = said(served.run("readiness"))

    assert "has no telephone number" in shown
    assert "last resort, now" in shown
    assert "oncall-router test-page PERSON" in shown
