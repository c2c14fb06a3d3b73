"""A Twilio that takes a new Message or Call only as its published API description allows, and says what is wrong.

Written from https://www.twilio.com/docs/messaging/api/message-resource, its neighbour voice/api/call-resource, and the
OpenAPI document that Twilio publishes. It is stricter than Twilio, which ignores an unknown parameter.
"""

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug import Request, Response

from app.adapters.channels.twilio_api import TwilioAccount
from app.adapters.outbound_http import Reply, Unreachable

SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "a-twilio-auth-token"
NUMBER = "+441632960999"

_PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/(Messages|Calls)\.json")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_MESSAGE = frozenset(
    {
        "To",
        "From",
        "MessagingServiceSid",
        "Body",
        "StatusCallback",
        "ApplicationSid",
        "MaxPrice",
        "ProvideFeedback",
        "Attempt",
        "ValidityPeriod",
        "ForceDelivery",
        "ContentRetention",
        "AddressRetention",
        "SmartEncoded",
        "PersistentAction",
        "TrafficType",
        "ShortenUrls",
        "ScheduleType",
        "SendAt",
        "SendAsMms",
        "ContentVariables",
        "RiskCheck",
        "MediaUrl",
        "ContentSid",
    }
)
_CALL = frozenset(
    {
        "To",
        "From",
        "Url",
        "Method",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackEvent",
        "StatusCallbackMethod",
        "SendDigits",
        "Timeout",
        "TimeLimit",
        "Record",
        "MachineDetection",
        "CallerId",
        "Twiml",
        "ApplicationSid",
        "CallReason",
    }
)


class Refused(Exception):
    """One of Twilio's error codes, and what was wrong."""

    def __init__(self, code: int, why: str, status: int = 400) -> None:
        super().__init__(code, why)
        self.code, self.why, self.status = code, why, status


@dataclass
class FakeTwilio:
    """Answers like Twilio: 201 and a SID, unless `status` or `error` (one of Twilio's codes) says otherwise."""

    sid: str = SID
    credentials: str = f"{SID}:{AUTH_TOKEN}"
    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    error: int = 0
    silent: bool = False
    taken: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        status, headers, body = self.answer(request.method, request.path, dict(request.headers), request.get_data())
        return Response(body, status, headers)

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], str]:
        if self.status != 201:
            return self.status, dict(self.headers), "not Twilio's JSON"
        try:
            if self.error:
                raise Refused(self.error, "as the test wants it")
            kind, fields = self._read(method, path, headers, body)
        except Refused as refused:
            said = {"code": refused.code, "message": refused.why, "status": refused.status, "more_info": ""}
            return refused.status, {"content-type": "application/json"}, json.dumps(said)
        sid = f"{'SM' if kind == 'Messages' else 'CA'}{len(self.taken) + 1:032x}"
        self.taken.append(fields | {"kind": kind, "sid": sid})
        return 201, {"content-type": "application/json"}, json.dumps({"sid": sid, "status": "queued"})

    def _read(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, str]]:
        lower = {name.lower(): value for name, value in headers.items()}
        found = _PATH.fullmatch(path)
        if method != "POST" or not found or found[1] != self.sid:
            raise Refused(20404, path, 404)
        scheme, _, given = lower.get("authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(given).decode() != self.credentials:
            raise Refused(20003, "Authenticate", 401)
        if lower.get("content-type") != "application/x-www-form-urlencoded":
            raise Refused(20415, "media type", 415)
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise Refused(20001, "a parameter twice")
        (_check_message if found[2] == "Messages" else _check_call)(fields)
        return found[2], fields

    def texts(self) -> list[str]:
        return [one["Body"] for one in self.taken if one["kind"] == "Messages"]

    def calls(self) -> list[dict[str, str]]:
        return [one for one in self.taken if one["kind"] == "Calls"]


@dataclass
class InProcess:
    """`OutboundHttp` without a socket: what is posted goes straight to a fake, chosen by host."""

    fakes: Mapping[str, FakeTwilio]

    async def post(
        self, url: str, *, content: bytes | None = None, json: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        parts = urlsplit(url)
        fake = self.fakes[parts.netloc]
        if fake.silent:
            raise Unreachable(f"{parts.netloc} did not answer in time")
        status, replied, body = fake.answer("POST", parts.path, headers or {}, content or b"")
        return Reply(status, replied, body.encode())


def _check_message(fields: Mapping[str, str]) -> None:
    _check_names(fields, _MESSAGE)
    _check_number(fields, "To", 21211)
    if ("From" in fields) == ("MessagingServiceSid" in fields):
        raise Refused(21603, "exactly one of From and MessagingServiceSid")
    if "From" in fields:
        _check_number(fields, "From", 21212)
    elif not re.fullmatch(r"MG[0-9a-fA-F]{32}", fields["MessagingServiceSid"]):
        raise Refused(21701, "MessagingServiceSid")
    if not fields.get("Body"):
        raise Refused(21602, "Body is required")
    if len(fields["Body"]) > 1600:
        raise Refused(21617, "Body is longer than 1600 characters")
    if any(not (character.isprintable() or character == "\n") for character in fields["Body"]):
        raise Refused(21602, "Body holds what cannot be shown")
    _check_urls(fields, "StatusCallback")


def _check_call(fields: Mapping[str, str]) -> None:
    _check_names(fields, _CALL)
    _check_number(fields, "To", 21211)
    _check_number(fields, "From", 21212)
    if sum(name in fields for name in ("Url", "Twiml", "ApplicationSid")) != 1:
        raise Refused(21205, "exactly one of Url, Twiml and ApplicationSid")
    _check_urls(fields, "Url", "FallbackUrl", "StatusCallback")
    for name in ("Method", "FallbackMethod", "StatusCallbackMethod"):
        if fields.get(name, "POST") not in ("GET", "POST"):
            raise Refused(20001, name)
    for name, most in (("Timeout", 600), ("TimeLimit", 14_400)):
        if name in fields and not 0 < int(fields[name]) <= most:
            raise Refused(20001, name)


def _check_names(fields: Mapping[str, str], known: frozenset[str]) -> None:
    if unknown := set(fields) - known:
        raise Refused(20001, f"unknown: {sorted(unknown)}")


def _check_number(fields: Mapping[str, str], name: str, code: int) -> None:
    if not _E164.fullmatch(fields.get(name, "")):
        raise Refused(code, name)


def _check_urls(fields: Mapping[str, str], *names: str) -> None:
    for name in names:
        if name in fields:
            parts = urlsplit(fields[name])
            if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname:
                raise Refused(21609, name)
            if len(fields[name]) > 2_000 or not fields[name].isascii():
                raise Refused(21609, name)


def signature(signed: str, token: str = AUTH_TOKEN) -> str:
    """As Twilio signs a URL and what is appended to it."""
    return b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1")).decode()


def signed_form(url: str, fields: Mapping[str, str], token: str = AUTH_TOKEN) -> str:
    return signature(url + "".join(name + fields[name] for name in sorted(fields)), token)


Answer = Callable[[int, Mapping[str, str]], None]


def answering(fake: FakeTwilio) -> Answer:
    """Makes the fake give that status and those headers from now on."""

    def answer(status: int, headers: Mapping[str, str]) -> None:
        fake.status, fake.headers = status, headers

    return answer


def account(api_url: str, **changes: Any) -> TwilioAccount:
    return TwilioAccount(**{"sid": SID, "auth_token": AUTH_TOKEN, "number": NUMBER, "api_url": api_url} | changes)
