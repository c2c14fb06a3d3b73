"""Silences from the command line, against a real server: made, listed, shown and ended as the docs say."""

import json
import re
import shlex
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.entrypoints.cli.terminal import ROOT, Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server

CREATE = ("silence", "create", 'service="checkout"', "--why", "database upgrade", "--by", "asha")


@pytest.fixture
def silence(served: Served) -> Iterator[str]:
    """Two hours of it."""
    made = json.loads(said(served.run(*CREATE, "--for", "2h", "--json")))
    yield str(made["id"])
    served.run("silence", "end", made["id"], "--by", "asha")


def shown(served: Served, id: str) -> dict[str, Any]:
    return dict(json.loads(said(served.run("silence", "show", id, "--json"))))


def fire(served: Served, key: str = "checkout", **labels: str) -> str:
    """The id of the incident of a critical alert with these labels, and that key."""
    body = {"title": "Checkout is slow", "severity": "critical", "dedup_key": key, "labels": labels}
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{served.url}/webhooks/generic",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        return str(json.loads(reply.read())["incidents"][0])


def test_one_is_made_and_says_until_when_and_how_to_end_it(served: Served) -> None:
    made = said(served.run(*CREATE, 'env=~"prod|staging"', "--for", "2h"))

    id = re.findall(r"silence end (\w{16})", made)[0]
    assert made.startswith(f'Silence {id}: service="checkout" and env=~"prod|staging"\nin force until ')
    assert shown(served, id)["matchers"] == ['service="checkout"', 'env=~"prod|staging"']
    assert said(served.run("silence", "end", id[-6:], "--by", "ben")).startswith(f"Silence {id} is over. Nothing that")


def test_times_without_an_offset_are_in_the_zone_of_this_machine(served: Served) -> None:
    summer = datetime.now(UTC).replace(month=7, day=1) + timedelta(days=365)

    made = json.loads(
        said(
            served.run(
                *CREATE, "--from", f"{summer.year}-07-01T02:00", "--until", f"{summer.year}-07-01T06:00", "--json"
            )
        )
    )

    assert (made["starts_at"], made["ends_at"]) == (f"{summer.year}-07-01T01:00:00Z", f"{summer.year}-07-01T05:00:00Z")
    assert made["state"] == "pending"
    listed = said(served.run("silence", "list"))
    assert f"01 Jul {summer.year} 02:00 BST until" in listed
    served.run("silence", "end", made["id"], "--by", "asha")


def test_weekly_maintenance_is_shown_with_its_hours(served: Served) -> None:
    hours = ("--every", "sun 02:00-04:00", "--every", "mon-fri 22:00-06:00", "--timezone", "Asia/Tokyo")
    made = json.loads(said(served.run(*CREATE, "--maintenance", *hours, "--for", "200d", "--json")))

    listed, one = said(served.run("silence", "list")), said(served.run("silence", "show", made["id"]))

    assert (made["kind"], made["every"]) == ("maintenance", ["sun 02:00-04:00", "mon-fri 22:00-06:00"])
    assert "every sun 02:00-04:00, mon-fri 22:00-06:00 (Asia/Tokyo) until" in " ".join(listed.split())
    assert f"Maintenance {made['id']}" in one
    assert "sun 02:00-04:00, mon-fri 22:00-06:00 (Asia/Tokyo)" in one
    served.run("silence", "end", made["id"], "--by", "asha")


def test_what_it_keeps_quiet_is_listed_with_the_reason_and_told_when_it_ends(served: Served, silence: str) -> None:
    incident = fire(served, service="checkout")
    reason = f"silence {silence} by asha: database upgrade"

    listed, one = said(served.run("incidents", "--suppressed")), said(served.run("show", incident))

    assert re.search(rf"{incident} +triage +triggered \(no runbook, suppressed\) .* {reason}", listed)
    assert re.search(rf"nobody told +until \w{{3}} .*: {reason}", one)
    assert "suppressed" in said(served.run("incidents"))
    ended = said(served.run("silence", "end", silence, "--by", "ben"))
    assert ended == f"Silence {silence} is over. People are told now of 1 incident.\n"
    assert said(served.run("incidents", "--suppressed")) == "Nothing is suppressed.\n"
    served.run("resolve", incident, "--by", "asha")


def test_the_list_leaves_out_what_is_over_unless_asked(served: Served, silence: str) -> None:
    assert silence in said(served.run("silence", "list"))
    said(served.run("silence", "end", silence, "--by", "ben"))

    assert silence not in said(served.run("silence", "list"))
    every = said(served.run("silence", "list", "--all"))
    assert silence in every
    assert re.search(r"ended \w{3} .* by ben", every)
    assert re.search(r"ended +\w{3} .* by ben", said(served.run("silence", "show", silence)))


def test_json_is_the_apis_own(served: Served, silence: str) -> None:
    listed = json.loads(said(served.run("silence", "list", "--json")))

    assert listed["items"][0] == shown(served, silence)
    assert json.loads(said(served.run("silence", "end", silence, "--by", "ben", "--json")))["told"] == 0


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("--by", "asha"), 2, "say how long, with --for 2h, or until when"),
        (("--for", "2h", "--until", "2199-01-01"), 2, "say how long, with --for 2h, or until when"),
        (("--for", "soon"), 2, "is not a length of time"),
        (("--until", "tomorrow"), 2, "is not an instant; write it as"),
        (("--for", "2h", "--timezone", "Asia/Tokyo"), 2, "--timezone is that of --every"),
        (("--until", "2001-01-01"), 1, "ends_at: must lie after the start, and in the future"),
        (("--for", "2h", "--every", "daily"), 1, 'write it as "sun 02:00-04:00"'),
        (("--for", "2h", "--every", "sun 02:00-04:00", "--timezone", "Mars"), 1, "timezone: is not a time zone"),
        (("--for", "2h", 'env!="dev"', "{}"), 0, ""),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(served: Served, words: tuple[str, ...], code: int, what: str) -> None:
    ended = served.run(*CREATE, *words)

    assert ended.exit_code == code
    assert what in " ".join(ended.stderr.replace("│", " ").split())


def test_matchers_that_mean_every_alert_and_unknown_ids_are_refused(served: Served) -> None:
    every = served.run("silence", "create", 'env!="dev"', "--for", "2h", "--why", "x", "--by", "asha")
    unknown = served.run("silence", "end", "ffffff", "--by", "asha")

    assert (every.exit_code, unknown.exit_code) == (1, 1)
    assert every.stderr == "matchers: must hold one that asks for a value, or it means every alert\n"
    assert unknown.stderr == "no silence's id begins or ends with 'ffffff'; see `oncall-router silence list`\n"


def test_every_silence_command_of_the_docs_runs(served: Served) -> None:
    page = (ROOT / "docs" / "noise.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("oncall-router silence create")]
    assert len(lines) == 2

    for line in lines:
        made = said(served.run(*shlex.split(line)[1:], "--json", "--by", "asha"))
        served.run("silence", "end", json.loads(made)["id"], "--by", "asha")
