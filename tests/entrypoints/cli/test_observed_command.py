"""What would have been told, from the command line, and how it differs from another pager's list."""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.entrypoints.cli.terminal import Process, Served, copy_files
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server

SINCE = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.fixture(scope="module")
def observing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that tells nobody, with one incident for which each page is recorded."""
    folder = tmp_path_factory.mktemp("observing")
    copy_files(folder)
    rules = folder / "routing_rules.yaml"
    rules.write_text(rules.read_text() + "\nmode: observe\n")
    process = Process.start("serve", "--port", "0", "--store", f"sqlite:///{folder}/oncall.db", folder=folder)
    try:
        url = process.line_with(r"listens on (\S+)")[1]
        served = Served(url, process.line_with(r"(oncall_\S+)")[1], process, folder)
        _fire(served)
        _wait_until_recorded(served)
        yield served
    finally:
        assert process.end() == 0


def _fire(served: Served) -> None:
    body = {
        "title": "Payments API is down",
        "severity": "critical",
        "dedup_key": "down",
        "labels": {"service": "payments"},
        "runbook": "payments-api-down",
    }
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{served.url}/webhooks/generic",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()  # noqa: S310


def _wait_until_recorded(served: Served) -> None:
    until = time.monotonic() + 20
    while not told(served):
        assert time.monotonic() < until, "nothing is recorded"
        time.sleep(0.05)


def told(served: Served) -> list[dict[str, Any]]:
    return list(json.loads(said(served.run("observed", "--since", SINCE, "--json"))))


def against(served: Served, rows: list[str], folder: Path, *words: str) -> Any:
    file = folder / "pages.csv"
    file.write_text("\n".join(["at,person,title", *rows]) + "\n")
    return served.run("observed", "--since", SINCE, "--against", str(file), *words)


def test_who_would_be_told_what_over_which_channel_and_why_is_listed(observing: Served) -> None:
    first, *_ = told(observing)

    listed = said(observing.run("observed", "--since", SINCE))

    assert (first["title"], first["what"], first["severity"]) == ("Payments API is down", "page", "critical")
    assert first["channels"]
    assert first["person"] in listed
    assert "new critical alert from generic" in listed
    assert "Nobody was told." in listed


def test_a_list_of_the_same_pages_differs_in_nothing(observing: Served, tmp_path: Path) -> None:
    people = json.loads(said(observing.run("rules", "--json")))["people"]
    email = {one["id"]: next(m["address"] for m in one["methods"] if m["channel"] == "email") for one in people}
    name = {one["id"]: one["name"] for one in people}
    ours = [one for one in told(observing) if one["what"] == "page" and one["person"] in name]
    assert len(ours) > 1
    rows = [
        f"{one['at']},{(email if number else name)[one['person']]},payments  api is DOWN"
        for number, one in enumerate(ours)
    ]

    text = said(against(observing, rows, tmp_path))
    found = json.loads(said(against(observing, rows, tmp_path, "--json")))

    assert found["totals"] == {
        "both": len(ours),
        "only_ours": 0,
        "only_theirs": 0,
        "median_delay": 0.0,
        "longest_delay": 0.0,
    }
    assert [pair["ours"]["person"] for pair in found["both"]] == [one["person"] for one in ours]
    assert f"Told by both {len(ours)}, only by oncall-router 0, only by the other 0." in text
    assert "oncall-router is as soon (median)" in text


def test_differences_are_an_answer_and_no_failure(observing: Served, tmp_path: Path) -> None:
    at = datetime.now(UTC) - timedelta(minutes=30)

    ended = against(observing, [f"{at.isoformat()},Zoe,Disk is full"], tmp_path)

    text = said(ended)
    assert "Only by oncall-router" in text
    assert "Only by the other" in text
    assert "Zoe" in text
    assert "Told by both 0, only by oncall-router" in text


def test_nothing_observed_is_said(observing: Served) -> None:
    said_of_old = said(observing.run("observed", "--since", "2001-01-01", "--until", "2001-01-02"))

    assert said_of_old.startswith("Nobody would have been told between Mon 01 Jan 2001 00:00 GMT and Tue 02 Jan 2001")
    assert "`mode: observe`" in said_of_old


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read (No such file or directory): name a CSV file"),
        (b"at,person\n\xff,x\n", "is not UTF-8 text: save it as CSV with UTF-8"),
        (b"when,who\n", "at: the first line must name the columns at and person"),
        (b"at,person\nyesterday,asha\n", "at: line 2: 'yesterday' is not an instant; write it as"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_what_to_do(
    observing: Served, tmp_path: Path, content: bytes | None, what: str
) -> None:
    file = tmp_path / "pages.csv"
    if content is not None:
        file.write_bytes(content)

    ended = observing.run("observed", "--since", SINCE, "--against", str(file))

    assert ended.exit_code == 1
    assert what in ended.stderr


def test_a_time_that_ends_before_it_begins_is_a_usage_error(observing: Served) -> None:
    assert observing.run("observed", "--since", "2026-01-02", "--until", "2026-01-01").exit_code == 2
