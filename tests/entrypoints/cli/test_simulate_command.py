"""`simulate`: the contract for programs, and a table for people."""

import json
from pathlib import Path

import pytest

from tests.entrypoints.cli.terminal import run

ALERT = {
    "status": "firing",
    "labels": {"alertname": "PaymentsApiDown", "severity": "critical"},
    "annotations": {"summary": "Payments are down"},
    "startsAt": "2026-02-01T03:00:00Z",
    "fingerprint": "f1",
}
BODY = {"version": "4", "groupKey": "g", "status": "firing", "alerts": [ALERT]}
NIGHT = ("--source", "alertmanager", "--at", "2026-02-01T03:00:00Z", "--for", "32h", "--acknowledge-after", "10m")


@pytest.fixture
def body(files: Path) -> str:
    (files / "body.json").write_text(json.dumps(BODY))
    return "body.json"


def test_a_program_gets_a_list_in_order_with_exactly_these_keys(body: str) -> None:
    said = run("simulate", body, *NIGHT, "--json")

    lines = json.loads(said.stdout)
    assert said.exit_code == 0
    assert {tuple(line) for line in lines} == {("at", "what", "role", "person", "channel", "reason")}
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    first, page = lines[:2]
    assert (first["at"], first["what"], first["role"]) == ("2026-02-01T03:00:00Z", "opened", "")
    assert (page["what"], page["role"], page["person"], page["channel"]) == ("page", "primary", "asha", "console")
    story = [line["what"] for line in lines if line["channel"] in ("", "console")]
    assert story == ["opened", "page", "page", "stop", "park", "hand_over", "reminder", *story[7:]]


def test_a_person_gets_a_table_in_the_rules_own_time(body: str) -> None:
    said = run("simulate", body, *NIGHT)

    assert "Sun 01 Feb 05:10 GMT" in said.stdout
    assert "asha (primary)" in said.stdout
    assert "console, slack, email" in said.stdout
    assert said.stdout.rstrip().endswith("Nothing was stored or sent.")


def test_a_time_without_an_offset_is_in_the_rules_zone(body: str) -> None:
    said = run("simulate", body, "--source", "alertmanager", "--at", "2026-07-05T03:00", "--for", "1m", "--json")

    assert json.loads(said.stdout)[0]["at"] == "2026-07-05T02:00:00Z"


def test_the_body_may_come_on_stdin(files: Path) -> None:
    said = run("simulate", "-", *NIGHT, "--json", body=json.dumps(BODY))

    assert json.loads(said.stdout)[0]["what"] == "opened"


def test_text_from_an_alert_is_inert(files: Path) -> None:
    evil = {**ALERT, "labels": {"alertname": "\x1b[2J[bold]x[/bold]\u202e", "severity": "triage", "squad": "[red]no"}}
    (files / "body.json").write_text(
        json.dumps({**BODY, "alerts": [{**evil, "status": "resolved", "annotations": {}}]})
    )

    said = run("simulate", "body.json", *NIGHT)

    assert "�[2J[bold]x[/bold]�" in said.stdout
    assert "\x1b" not in said.stdout


def test_a_message_without_alerts_tells_nobody(files: Path) -> None:
    said = run("simulate", "-", *NIGHT, body=json.dumps({**BODY, "alerts": []}))

    assert said.stdout == "Nobody would be told: this is a message that opens and closes nothing.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nope.json", *NIGHT), 1, "nope.json cannot be read (No such file or directory): name a file"),
        (("body.json", "--source", "alertmanagr"), 1, "no source is called 'alertmanagr'; there are alertmanager"),
        (("body.json", "--source", "pagerduty"), 1, "is missing"),
        (("body.json", "--source", "alertmanager", "--for", "long"), 2, '"long" is not a length of time'),
        (("body.json", "--source", "alertmanager", "--at", "noon"), 2, "'noon' is not an instant"),
        (("body.json", "--source", "alertmanager", "--header", "x"), 2, "'x' is not a header"),
        (("body.json",), 2, "Missing option '--source'"),
        (("body.json", "--source", "alertmanager", "--rules", "nope.yaml"), 1, "nope.yaml cannot be read"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(words: tuple[str, ...], code: int, said: str, body: str) -> None:
    ended = run("simulate", *words)

    assert ended.exit_code == code
    assert said in " ".join(ended.stderr.replace("│", " ").split())
