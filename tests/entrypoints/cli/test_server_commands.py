"""The commands that speak to a server, against a real one. Dana answers: she is never the shadow, whatever the week."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import httpx
import pytest
from typer.testing import Result

from tests.entrypoints.cli.terminal import Served, run

pytestmark = pytest.mark.server


@pytest.fixture
def incident(served: Served) -> Iterator[str]:
    """A critical one that a person has raised; resolved afterwards."""
    raised = served.run("raise", "Checkout is slow", "--squad", "payments", "--by", "dana", "--json")
    id = str(json.loads(raised.stdout)["id"])
    yield id
    served.run("resolve", id, "--by", "asha")


def said(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout


def status(served: Served, id: str) -> dict[str, object]:
    return dict(json.loads(said(served.run("show", id, "--json")))["incident"])


def test_an_incident_is_raised_listed_and_shown(served: Served, incident: str) -> None:
    listed = said(served.run("incidents", "--severity", "critical", "--squad", "payments"))
    shown = said(served.run("show", incident[-6:]))

    assert incident in listed
    assert "Checkout is slow" in listed
    assert "CRITICAL Checkout is slow" in shown
    assert "raised by dana" in shown
    assert "first responder" in shown or "primary" in shown


def test_json_is_the_apis_own(served: Served, incident: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{served.url}/api/v1/incidents?status=open&limit=50", headers={"Authorization": f"Bearer {served.token}"}
    )
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        own = reply.read().decode()

    assert said(served.run("incidents", "--json")) == own + "\n"


def test_it_is_acknowledged_given_back_and_resolved(served: Served, incident: str) -> None:
    effects = [
        json.loads(said(served.run(*words, "--by", "dana", "--json")))["effect"]
        for words in (("ack", incident), ("ack", incident), ("unack", incident), ("resolve", incident))
    ]

    assert effects == ["acknowledged", "already", "done", "resolved"]
    assert status(served, incident)["resolved_by"] == "dana"


def test_every_other_action_does_what_it_says(served: Served, incident: str) -> None:
    served.run("ack", incident, "--by", "dana")

    for words in (
        ("note", incident, "looking at the replica"),
        ("second-line", incident, "--reason", "needs a database expert"),
        ("tag", incident, "--squad", "payments"),
        ("ticket", incident),
        ("ticket", incident, "--squad", "payments"),
        ("park", incident, "--reason", "late"),
        ("snooze", incident, "--for", "90m"),
        ("snooze", incident, "--for", "2 weeks"),
        ("snooze", incident, "--until", "2199-01-01T00:00:00Z"),
        ("escalate", incident),
        ("reassign", incident, "--to", "chen"),
    ):
        assert incident in said(served.run(*words, "--by", "asha")), words

    timeline = said(served.run("show", incident))
    assert " update " not in timeline
    for what in ("looking at the replica", "needs a database expert", "given to chen by asha", "cli"):
        assert what in timeline


def test_a_call_that_cannot_be_started_says_what_to_set(served: Served, incident: str) -> None:
    refused = served.run("call", incident, "--by", "dana")

    assert refused.exit_code == 1
    assert "Zoom is not set up, and the rules file names no call_room" in " ".join(refused.stderr.split())


def test_the_person_may_come_from_the_environment(
    served: Served, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONCALL_PERSON", "dana")
    monkeypatch.setenv("ONCALL_URL", served.url)
    monkeypatch.setenv("ONCALL_TOKEN", served.token)

    assert "dana has it" in said(run("ack", incident))


def test_the_id_may_be_cut_but_not_ambiguous(served: Served, incident: str) -> None:
    other = json.loads(said(served.run("raise", "Another", "--severity", "triage", "--json")))["id"]

    ambiguous = served.run("ack", incident[:2], "--by", "asha")
    unknown = served.run("ack", "ffffff", "--by", "asha")

    assert (ambiguous.exit_code, unknown.exit_code) == (1, 1)
    assert f"{incident[:2]!r} fits" in ambiguous.stderr
    assert other in ambiguous.stderr
    assert unknown.stderr == "no open incident's id begins or ends with 'ffffff'; see `oncall-router incidents`\n"


def test_who_is_on_call_at_an_instant(served: Served) -> None:
    shown = said(served.run("who", "--at", "2026-02-01T03:00:00Z"))

    assert "On call at Sun 01 Feb 2026 03:00 GMT" in shown
    assert "Asha Rao (asha)" in shown


def test_tokens_are_made_used_and_revoked(served: Served) -> None:
    made = json.loads(said(served.run("token", "create", "dashboard", "--scope", "read", "--json")))
    assert made["id"] in said(served.run("token", "list"))
    theirs = run("who", "--url", served.url, "--token", made["secret"])
    barred = run("reload", "--url", served.url, "--token", made["secret"])
    said(served.run("token", "revoke", made["id"]))
    gone = run("who", "--url", served.url, "--token", made["secret"])

    assert (theirs.exit_code, barred.exit_code, gone.exit_code) == (0, 1, 1)
    assert barred.stderr.startswith("token 'dashboard' lacks the scope ")
    assert gone.stderr == "the token is not known: give a token with --token or ONCALL_TOKEN\n"


def test_a_link_signs_a_browser_in_once(served: Served) -> None:
    shown = said(served.run("sign-in", "--person", "asha"))
    link = shown.split()[-1]

    first, second = (httpx.post(link) for _ in range(2))

    assert "It signs in asha (read, respond):" in shown
    assert (first.status_code, second.status_code) == (303, 401)
    assert first.cookies["oncall_session"]


def test_a_refused_body_is_shown_and_replayed_after_a_fix(served: Served) -> None:
    refused = urllib.request.Request(  # noqa: S310
        f"{served.url}/webhooks/alertmanager",
        data=b'["alerts: none"]',
        headers={"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(refused)  # noqa: S310
    error.value.close()

    (one,) = json.loads(said(served.run("replay", "list", "--json")))["items"]
    assert one["id"] in said(served.run("replay", "list"))
    assert '["alerts: none"]' in said(served.run("replay", "show", one["id"]))
    again = served.run("replay", "one", one["id"])
    every = served.run("replay", "all")

    assert (again.exit_code, every.exit_code) == (1, 1)
    assert "not a JSON object" in again.stderr
    assert "still refused" in every.stdout


def test_a_refused_body_may_be_named_by_how_its_id_begins_or_ends(served: Served) -> None:
    refuse(served, "rollbar", b'["cut short"]')
    refuse(served, "rollbar", b'["another"]')
    waiting = json.loads(said(served.run("replay", "list", "--source", "rollbar", "--waiting", "--json")))["items"]
    other, id = (str(one["id"]) for one in waiting)

    assert "cut short" in said(served.run("replay", "show", id[:-1]))
    assert "cut short" in said(served.run("replay", "show", id[-6:].upper()))
    assert "not a JSON object" in served.run("replay", "one", id[:-1]).stderr
    unknown = served.run("replay", "one", "ffffff")
    assert unknown.stderr == "no refused body's id begins or ends with 'ffffff'; see `oncall-router replay list`\n"
    assert said(served.run("replay", "dismiss", id[:-1])) == f"{id}: dropped\n"
    served.run("replay", "dismiss", other)


def refuse(served: Served, source: str, body: bytes) -> None:
    """Have it refuse this body of that source."""
    headers = {"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{served.url}/webhooks/{source}", body, headers)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(asked)  # noqa: S310
    error.value.close()


def test_refused_bodies_are_narrowed_down_put_through_together_and_dropped(served: Served) -> None:
    for n in range(30):
        refuse(served, "grafana", f"[{n}]".encode())
    refuse(served, "rollbar", b"[]")

    (other,) = json.loads(said(served.run("replay", "list", "--source", "rollbar", "--waiting", "--json")))["items"]
    none = said(served.run("replay", "list", "--source", "rollbar", "--replayed"))
    every = served.run("replay", "all", "--source", "grafana")
    tried = json.loads(served.run("replay", "all", "--source", "grafana", "--json").stdout)

    assert none == "There is none.\n"
    assert (every.exit_code, every.stdout.count("still refused: ")) == (1, 30)
    assert "replayed: 30 of 30" in every.stderr
    assert [one["taken"] for one in tried] == [None] * 30
    assert said(served.run("replay", "dismiss", other["id"])) == f"{other['id']}: dropped\n"
    assert served.run("replay", "show", other["id"]).exit_code == 1


def test_heartbeats_are_shown(served: Served) -> None:
    rules = served.folder / "routing_rules.yaml"
    before = rules.read_text()
    assert said(served.run("heartbeats")).startswith("No heartbeat is defined")
    try:
        rules.write_text(before + "heartbeats:\n  backup: {every: 24h, runbook: high-error-rate}\n")
        said(served.run("reload"))
        never = said(served.run("heartbeats"))
        with urllib.request.urlopen(f"{served.url}/heartbeats/backup?token={served.token}") as reply:  # noqa: S310
            assert reply.status == 202
        (found,) = json.loads(said(served.run("heartbeats", "--json")))["items"]
        heard = said(served.run("heartbeats"))
    finally:
        rules.write_text(before)
        said(served.run("reload"))

    assert "never" in never
    assert (found["name"], found["state"], found["every"]) == ("backup", "ok", 86400.0)
    assert "1 d" in heard
    assert "s ago)" in heard


def test_rules_are_shown_and_reloaded_and_a_broken_file_refused(served: Served) -> None:
    rules = served.folder / "routing_rules.yaml"
    before = rules.read_text()
    assert "payments are down" in said(served.run("rules"))
    assert "Nothing has changed" in said(served.run("reload"))
    try:
        rules.write_text(before.replace("tell: [primary, shadow]", "tell: [primry, shadow]"))
        refused = served.run("reload")
        assert "A newer file was REFUSED, so these rules stay:" in said(served.run("rules"))
    finally:
        rules.write_text(before)

    assert refused.exit_code == 1
    assert 'rota "primry" is not defined (did you mean "primary"?)' in refused.stderr
    assert "version" in said(served.run("reload"))


def test_the_audit_log_says_who_did_what(served: Served, incident: str) -> None:
    said(served.run("ack", incident, "--by", "dana"))

    shown = said(served.run("audit", "--limit", "5"))

    assert "dana" in shown
    assert "incident.acknowledge" in shown
    assert said(served.run("audit", "--late")).startswith("On time: ")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("ack", "--by", "nobody"), "no person 'nobody' in the rules file"),
        (("ack",), "say which person acts"),
        (("reassign", "--to", "asah", "--by", "asha"), "did you mean 'asha'?"),
        (("park", "--by", "asha"), "park is not possible"),
        (("snooze", "--until", "2001-01-01T00:00:00Z", "--by", "asha"), "must lie in the future"),
    ],
)
def test_what_cannot_be_done_is_said_in_the_servers_words(
    words: tuple[str, ...], what: str, served: Served, incident: str
) -> None:
    ended = served.run(words[0], incident, *words[1:])

    assert ended.exit_code == 1
    assert what in ended.stderr


def test_text_of_an_incident_is_inert(served: Served) -> None:
    raised = json.loads(said(served.run("raise", "\x1b[2J[bold red]Boo[/]", "--severity", "triage", "--json")))

    for words in (("incidents",), ("show", raised["id"]), ("resolve", raised["id"], "--by", "asha")):
        shown = said(served.run(*words))
        assert "[2J[bold red]Boo[/]" in shown
        assert "\x1b" not in shown
