"""The addresses that Slack posts to: signed or refused, answered in time, and never broken by what they are sent."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from ruamel.yaml import YAML

from app.entrypoints.slack.commands import SUBCOMMANDS
from tests.entrypoints.http.rig import Rig, rigged
from tests.entrypoints.http.test_fuzz import HOSTILE_TEXTS, bent, posted
from tests.stories.slack_stage import SIGNING, signed

PAGE = (Path(__file__).parents[3] / "docs/channels/slack.md").read_text()
PATHS = ("/slack/interactions", "/slack/commands", "/slack/events")
CLICK: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "username": "asha", "team_id": "T1"},
    "team": {"id": "T1", "domain": "x"},
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "D1"},
    "trigger_id": "3.4.5",
    "response_url": "https://evil.example/hook",
    "actions": [{"type": "button", "action_id": "acknowledge", "value": "0ca9a74185c3c4b6/x", "action_ts": "9.9"}],
}
WRITTEN: dict[str, Any] = {
    "type": "view_submission",
    "user": {"id": "U1", "team_id": "T1"},
    "view": {
        "id": "V1",
        "private_metadata": '{"incident": "0ca9a74185c3c4b6"}',
        "state": {"values": {"note": {"text": {"type": "plain_text_input", "value": "hello"}}}},
    },
}
COMMAND = {
    "team_id": "T1",
    "user_id": "U1",
    "command": "/oncall",
    "text": "list",
    "trigger_id": "1.2",
    "response_url": "",
}
SHAKE = {"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path, slack_signing_secret=SIGNING) as found:
        yield found


async def send(rig: Rig, path: str, body: bytes, secret: str = SIGNING, late: int = 0) -> httpx.Response:
    headers = signed(body, int(rig.clock.now().timestamp()) - late, secret)
    return await rig.client.post(path, content=body, headers=headers)


def form(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_unsigned_stale_or_signed_by_somebody_else_is_401(rig: Rig, path: str) -> None:
    body = form(CLICK)

    replies = [
        await rig.client.post(path, content=body),
        await send(rig, path, body, secret="another"),
        await send(rig, path, body, late=301),
        await send(rig, path, body, late=-301),
    ]

    assert [reply.status_code for reply in replies] == [401] * 4
    assert [reply.text for reply in replies if SIGNING in reply.text] == []


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_signing_secret_there_is_nothing_here_and_it_is_said_what_to_set(
    tmp_path: Path, path: str
) -> None:
    async with rigged(tmp_path) as rig:
        reply = await send(rig, path, form(CLICK), secret="")

    assert reply.status_code == 404
    assert "set ONCALL_SLACK_SIGNING_SECRET" in reply.json()["detail"]


async def test_the_handshake_of_events_is_answered_with_its_challenge(rig: Rig) -> None:
    shake = await send(rig, "/slack/events", json.dumps(SHAKE).encode())
    event = await send(rig, "/slack/events", b'{"type": "event_callback", "event": {"type": "message"}}')
    broken = await send(rig, "/slack/events", b'{"type": "url_verification"}')

    assert (shake.status_code, shake.json()) == (200, {"challenge": SHAKE["challenge"]})
    assert (event.status_code, event.headers["x-slack-no-retry"]) == (200, "1")
    assert broken.status_code == 400


async def test_a_probe_of_the_certificate_is_answered_signed_or_not(rig: Rig) -> None:
    probe = b"ssl_check=1&token=abc"

    plain = await rig.client.post("/slack/commands", content=probe)
    proved = await send(rig, "/slack/commands", probe)

    assert [(one.status_code, one.content) for one in (plain, proved)] == [(200, b"")] * 2


async def test_a_click_without_a_way_back_is_still_done(rig: Rig) -> None:
    id = await rig.opened()
    people = rig.folder / "routing_rules.yaml"
    people.write_text(people.read_text().replace("asha: {name: Asha,", "asha: {name: Asha, slack: U1,"))
    await rig.application.reload()
    click = CLICK | {"actions": [{**CLICK["actions"][0], "value": f"{id}/1/1/0/asha#1.slack"}]}

    reply = await send(rig, "/slack/interactions", form(click))

    assert reply.status_code == 200
    assert (await rig.incident(id))["acknowledged_by"] == "asha"
    audit = (await rig.client.get("/api/v1/audit")).json()["items"][0]
    assert (audit["what"], audit["who"], audit["channel"]) == ("incident.acknowledge", "asha", "slack")


@pytest.mark.parametrize("path", PATHS)
async def test_hostile_texts_are_taken_or_refused_signed_or_not(rig: Rig, path: str) -> None:
    for text in HOSTILE_TEXTS:
        for body in (text, b"payload=" + text, urlencode({"payload": text, "text": text, "user_id": text}).encode()):
            assert await posted(rig, path, body, **{"content-type": "text/plain"}) in (200, 401, 413)
            headers = signed(body, int(rig.clock.now().timestamp()))
            assert await posted(rig, path, body, **headers) in (200, 400, 413)


@pytest.mark.parametrize("name", ["x-slack-signature", "x-slack-request-timestamp"])
@pytest.mark.parametrize("value", [b"\xff", b"v0=\xe9", b"", b"-1", b"1e9", b"\xb2", b"9" * 5_000])
async def test_hostile_headers_are_401(rig: Rig, name: str, value: bytes) -> None:
    body = form(CLICK)
    headers = {key: text.encode() for key, text in signed(body, int(rig.clock.now().timestamp())).items()}

    reply = await rig.client.post("/slack/interactions", content=body, headers=headers | {name: value})

    assert reply.status_code == 401


async def test_mutants_of_what_slack_sends_are_taken_or_refused(rig: Rig) -> None:
    dice = random.Random("slack")
    for _ in range(150):
        bodies = {
            "/slack/interactions": form(bent(dice.choice((CLICK, WRITTEN)), dice)),
            "/slack/events": json.dumps(bent(SHAKE, dice)).encode(),
            "/slack/commands": urlencode({key: str(bent(value, dice)) for key, value in COMMAND.items()}).encode(),
        }
        for path, body in bodies.items():
            headers = signed(body, int(rig.clock.now().timestamp()))
            assert await posted(rig, path, body, **headers) in (200, 400)


def test_the_manifest_in_the_docs_leads_to_these_addresses() -> None:
    manifest = YAML(typ="safe").load(dedent(PAGE.partition("```yaml\n")[2].partition("```")[0]))

    [command] = manifest["features"]["slash_commands"]
    led = {urlsplit(url).path for url in (command["url"], manifest["settings"]["interactivity"]["request_url"])}
    assert led == {"/slack/commands", "/slack/interactions"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {"chat:write", "chat:write.public", "commands"}


def test_every_word_of_the_command_is_documented() -> None:
    assert [name for name in SUBCOMMANDS if f"| `/oncall {name}" not in PAGE] == []
