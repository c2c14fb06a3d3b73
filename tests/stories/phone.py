"""A telephone on the stage: what Twilio is asked for, and what it posts back, signed as Twilio signs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx

from app.wired_channels import phone_channels
from tests.adapters.channels.fake_twilio import AUTH_TOKEN, NUMBER, SID, FakeTwilio, InProcess, signed_form
from tests.stories.stage import RULES, Stage, stage

BASE = "https://oncall.example.com"
ASHA, BEN, CHEN = "+441632960001", "+441632960002", "+441632960003"
PHONES = (
    RULES.replace("email: asha@example.com", f'phone: "{ASHA}"')
    .replace("email: ben@example.com", f'phone: "{BEN}"')
    .replace("email: chen@example.com", f'phone: "{CHEN}"')
    .replace("urgent: [{send: [email]}", "urgent: [{send: [email, sms]}, {after: 5m, send: [voice]}")
)
SETTINGS: dict[str, Any] = {
    "public_url": BASE,
    "twilio_account_sid": SID,
    "twilio_auth_token": AUTH_TOKEN,
    "twilio_from": NUMBER,
    "twilio_api_url": "http://first.test",
}


@dataclass(slots=True)
class Heard:
    """What a call says, and where a key is sent to (empty: the call is over)."""

    said: str
    action: str


@dataclass(slots=True)
class Phone:
    """Texts and calls of a whole town, and the fakes that take them."""

    story: Stage
    twilio: FakeTwilio
    second: FakeTwilio
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def post(self, url: str, fields: dict[str, str], token: str = AUTH_TOKEN) -> httpx.Response:
        """As Twilio posts it to a public URL of ours."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"x-twilio-signature": signed_form(url, fields, token), "authorization": ""}
        reply = await self.story.client.post(path, data=fields, headers=headers)
        await self.story.settle()
        return reply

    async def text(self, body: str, number: str = ASHA, sid: str = "", **more: str) -> str:
        """Somebody sends a text message; what they are answered."""
        fields = {"MessageSid": sid or f"SMin{next(self._numbers)}", "From": number, "To": NUMBER, "Body": body} | more
        reply = await self.post(f"{BASE}/twilio/sms", fields)
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"].startswith("text/xml")
        return _read(reply.text).findtext("Message") or ""

    async def pick_up(self, call: dict[str, str]) -> Heard:
        return await self.say(call["Url"], call)

    async def press(self, call: dict[str, str], heard: Heard, key: str) -> Heard:
        return await self.say(heard.action, call, Digits=key)

    async def say(self, url: str, call: dict[str, str], **more: str) -> Heard:
        fields = {"CallSid": call["sid"], "From": NUMBER, "To": call["To"], "CallStatus": "in-progress"} | more
        reply = await self.post(url, fields)
        assert reply.status_code == 200, reply.text
        twiml = _read(reply.text)
        gather = twiml.find("Gather")
        if gather is None:
            return Heard(twiml.findtext("Say") or "", "")
        return Heard(gather.findtext("Say") or "", gather.attrib["action"])

    async def status(self, sent: dict[str, str], state: str, **more: str) -> None:
        """Twilio tells what became of a message or a call."""
        is_call = sent["kind"] == "Calls"
        fields = {"CallSid": sent["sid"], "CallStatus": state} if is_call else {}
        fields = fields or {"MessageSid": sent["sid"], "MessageStatus": state}
        reply = await self.post(sent["StatusCallback"], fields | more)
        assert reply.status_code == 204, reply.text

    def texts_to(self, number: str) -> list[dict[str, str]]:
        return [one for one in self.twilio.taken if one["kind"] == "Messages" and one["To"] == number]

    def calls_to(self, number: str) -> list[dict[str, str]]:
        return [one for one in self.twilio.taken if one["kind"] == "Calls" and one["To"] == number]

    def code(self, incident: str, person: str = "asha") -> str:
        return self.story.application.tickets.code(incident, person)

    async def states(self, incident: str, person: str = "asha") -> list[tuple[str, str]]:
        """How each sending to a person stands."""
        reply = await self.story.client.get(f"/api/v1/incidents/{incident}/notifications")
        rows = [row for row in reply.json()["items"] if row["reader"] == person]
        return [(send["channel"], send["state"]) for row in rows for send in row["sends"]]


def _read(twiml: str) -> ElementTree.Element:
    return ElementTree.fromstring(twiml)  # noqa: S314 - of our own making


@asynccontextmanager
async def telephones(tmp_path: Path, at: str, **settings: Any) -> AsyncIterator[Phone]:
    """The whole app with a Twilio of its own; Asha, Ben and Chen have nothing but a telephone."""
    async with stage(tmp_path, at, PHONES, **SETTINGS | settings) as story:
        yield connected(story)


def connected(story: Stage) -> Phone:
    """A stage with these settings, with a Twilio behind its channels, also behind those of an outage."""
    phone = Phone(story, FakeTwilio(), FakeTwilio())
    application, channels = story.application, story.application.dispatcher.channels
    real, fakes = application.http, InProcess({"first.test": phone.twilio, "second.test": phone.second})
    application.http = fakes  # type: ignore[assignment]
    assert isinstance(channels, dict)
    channels.update(phone_channels(application.settings, application.http, application.tickets, application.opt_outs))
    application.http = real
    return phone
