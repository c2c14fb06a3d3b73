"""The triage queue from the command line, against a real server."""

import json
import re

import pytest

from tests.entrypoints.cli.terminal import Served
from tests.entrypoints.cli.test_server_commands import said
from tests.entrypoints.cli.test_silence_commands import fire

pytestmark = pytest.mark.server


def test_what_waits_is_listed_and_each_decision_takes_it_from_there(served: Served) -> None:
    ids = [fire(served, str(number)) for number in range(4)]

    listed = said(served.run("triage", "list"))
    assert re.search(rf"{ids[0]} +\d+ s +Checkout is slow +generic +missing runbook +1 +queued", listed)
    assert [one["id"] for one in json.loads(said(served.run("triage", "list", "--json")))["items"]] == ids

    handed = said(served.run("triage", "hand", ids[0][-8:], "--to", "payments", "--reason", "theirs", "--by", "asha"))
    muted = said(served.run("triage", "mute", ids[1], "--for-good", "--by", "asha"))
    promoted = said(served.run("triage", "promote", ids[2], "--severity", "critical", "--by", "asha"))
    closed = said(served.run("triage", "close", ids[3], "--reason", "noise", "--by", "asha"))

    assert handed == f"{ids[0]} TRIAGE Checkout is slow: triggered (no runbook, with squad)\n"
    assert muted == f"{ids[1]} TRIAGE Checkout is slow: triggered (no runbook, muted)\n"
    assert promoted.startswith(f"{ids[2]} CRITICAL Checkout is slow: triggered")
    assert closed.startswith(f"{ids[3]} TRIAGE Checkout is slow: resolved")
    assert said(served.run("triage", "list")) == "Nothing waits in the triage queue.\n"
    assert "muted for good" in said(served.run("triage", "list", "--state", "muted"))
    for id in ids[:3]:
        served.run("resolve", id, "--by", "asha")


def test_a_mute_says_until_when(served: Served) -> None:
    id = fire(served, "muted")

    said(served.run("triage", "mute", id, "--until", "2199-01-01T09:00", "--by", "asha"))

    assert "muted until Tue 01 Jan 2199 09:00 GMT" in said(served.run("triage", "list", "--state", "muted"))
    served.run("triage", "close", id, "--by", "asha")


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("mute", "{id}"), 2, "say one of --for 7d, --until 2026-12-01T09:00 and --for-good"),
        (("mute", "{id}", "--for", "7d", "--for-good"), 2, "say one of --for 7d"),
        (("mute", "{id}", "--for", "soon"), 2, "is not a length of time"),
        (("hand", "{id}", "--to", "payment"), 1, "did you mean 'payments'?"),
        (("promote", "{id}", "--severity", "triage"), 1, "must be critical or high"),
        (("list", "--state", "gone"), 1, "state"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(served: Served, words: tuple[str, ...], code: int, what: str) -> None:
    id = fire(served, "wrong")

    by = () if words[0] == "list" else ("--by", "asha")
    ended = served.run("triage", *(word.format(id=id) for word in words), *by)

    assert ended.exit_code == code
    assert what in " ".join(ended.stderr.replace("│", " ").split())
