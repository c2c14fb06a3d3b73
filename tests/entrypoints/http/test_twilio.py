"""What Twilio posts: signed over the public URL or refused, whatever else stands in it."""

import random
import string
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from app.config import Settings
from app.domain.errors import AppError
from app.domain.message import Message
from app.wired_channels import twilio_accounts
from tests.adapters.channels.fake_twilio import AUTH_TOKEN, signature, signed_form
from tests.contracts.channel_rig import a_page, an_item
from tests.entrypoints.http.rig import Rig, rigged
from tests.entrypoints.http.test_fuzz import HOSTILE_TEXTS
from tests.entrypoints.http.test_requests import logged

BASE = "https://oncall.example.com:8443/pages"
ASHA = "+441632960001"
FORM = "application/x-www-form-urlencoded"
SETTINGS = {
    "twilio_account_sid": "AC1",
    "twilio_auth_token": AUTH_TOKEN,
    "twilio_from": "+441632960999",
    "public_url": BASE,
}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path, **SETTINGS) as found:
        yield found


async def post(rig: Rig, path: str, fields: dict[str, str], signed: str | None = None) -> httpx.Response:
    """A form, signed as Twilio would sign it unless `signed` is another signature."""
    given = signed_form(BASE + path, fields) if signed is None else signed
    headers = {"x-twilio-signature": given, "authorization": ""}
    encoded = {name.encode(): value.encode("latin-1", "replace") for name, value in headers.items()}
    return await rig.client.post(path, data=fields, headers=encoded)


def a_text(**changes: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "From": ASHA, "To": "+441632960999", "Body": "4"} | changes


def paths(rig: Rig, message: Message | None = None) -> tuple[str, str]:
    """Of a call and of the receipts of one message."""
    message = message or a_page(ASHA, person="asha")
    call, receipt = rig.application.tickets.call_url(message), rig.application.tickets.receipt_url(message)
    return call.removeprefix(BASE), receipt.removeprefix(BASE)


async def test_a_right_signature_over_the_public_url_is_enough(rig: Rig) -> None:
    call, receipt = paths(rig)

    text = await post(rig, "/twilio/sms", a_text())
    said = await post(rig, call, {"CallSid": "CA1"})
    heard = await post(rig, receipt, {"MessageSid": "SM9", "MessageStatus": "delivered"})

    assert (text.status_code, said.status_code, heard.status_code) == (200, 200, 204)
    assert text.text.endswith("<Response><Message>Nothing is waiting for you.</Message></Response>")


@pytest.mark.parametrize("signed", ["", "wrong", "\xe9" * 28, "=" * 28])
async def test_a_missing_wrong_or_strange_signature_is_401_everywhere(rig: Rig, signed: str) -> None:
    for path in ("/twilio/sms", *paths(rig)):
        reply = await post(rig, path, a_text(CallSid="CA1"), signed)
        assert (reply.status_code, reply.headers["content-type"]) == (401, "application/problem+json")


async def test_a_host_in_a_header_is_not_what_was_signed(rig: Rig) -> None:
    fields = a_text()
    forged = signed_form("http://evil.example/twilio/sms", fields)

    headers = {"x-twilio-signature": forged, "host": "evil.example", "x-forwarded-host": "evil.example"}
    reply = await rig.client.post("/twilio/sms", data=fields, headers=headers)

    assert reply.status_code == 401


async def test_a_json_body_is_known_by_its_hash_in_the_signed_query(rig: Rig) -> None:
    body = b'{"MessageSid": "SM1", "From": "+441632960001", "Body": "4", "NumMedia": 0}'
    path = f"/twilio/sms?bodySHA256={sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": signature(BASE + path), "content-type": "application/json"}

    good = await rig.client.post(path, content=body, headers=headers)
    bad = await rig.client.post(path, content=body.replace(b'"4"', b'"6"'), headers=headers)

    assert (good.status_code, bad.status_code) == (200, 401)


async def test_a_ticket_that_is_damaged_or_of_another_sort_is_401(rig: Rig) -> None:
    call, receipt = paths(rig)
    token = call.rpartition("/")[2]

    for path in (
        f"/twilio/voice/{token[:-2]}",
        f"/twilio/status/{token}",
        call.replace("/voice/", "/voice/x"),
        receipt[:-1],
    ):
        assert (await post(rig, path, {"CallSid": "CA1", "CallStatus": "completed"})).status_code == 401


@pytest.mark.parametrize("sid", ["", " ", "SM1;SM2", "SM1:delivered", "S" * 65, "\u0661", "SM\n1"])
async def test_what_can_be_no_sid_is_400_and_names_the_field(rig: Rig, sid: str) -> None:
    reply = await post(rig, "/twilio/sms", a_text(MessageSid=sid))

    assert (reply.status_code, reply.json()["field"]) == (400, "MessageSid")


async def test_where_no_account_is_set_up_there_is_nothing_here(tmp_path: Path) -> None:
    async with rigged(tmp_path) as bare:
        for path in ("/twilio/sms", "/twilio/voice/x", "/twilio/status/x"):
            assert (await bare.client.post(path, data=a_text())).status_code == 404


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"twilio_account_sid": "AC1", "twilio_from": "+441632960999"}, "ONCALL_TWILIO_AUTH_TOKEN"),
        ({"twilio_account_sid": "AC1", "twilio_auth_token": AUTH_TOKEN}, "ONCALL_TWILIO_FROM"),
        (SETTINGS | {"twilio_2_account_sid": "AC2"}, "ONCALL_TWILIO_2_AUTH_TOKEN"),
    ],
)
def test_half_an_account_is_refused_at_the_start_with_what_it_lacks(given: dict[str, str], lacks: str) -> None:
    with pytest.raises(AppError, match=lacks):
        twilio_accounts(Settings(**given))


async def test_what_an_alert_says_is_spoken_and_never_markup(rig: Rig) -> None:
    hostile = 'Down</Say><Dial>+1900</Dial> & "x" \x1b[2J \u202e <break time="9s"/>'
    call, _ = paths(rig, a_page(ASHA, an_item(squad=hostile), headline=hostile, person="asha"))

    twiml = ElementTree.fromstring((await post(rig, call, {"CallSid": "CA1"})).text)  # noqa: S314

    assert [one.tag for one in twiml.iter()] == ["Response", "Gather", "Say"]
    assert 'Down</Say><Dial>+1900</Dial> & "x" [2J <break time="9s"/>' in str(twiml.findtext("Gather/Say"))
    assert twiml.find("Gather").attrib == {  # type: ignore[union-attr]
        "input": "dtmf",
        "numDigits": "1",
        "finishOnKey": "",
        "timeout": "10",
        "actionOnEmptyResult": "true",
        "action": f"{BASE}{call}?step=1",
        "method": "POST",
    }


async def test_tokens_of_calls_and_receipts_are_not_logged(rig: Rig) -> None:
    call, receipt = paths(rig)

    assert (await logged(rig, "POST", call))["path"] == "/twilio/voice/***"
    assert (await logged(rig, "POST", receipt))["path"] == "/twilio/status/***"


async def test_the_same_sid_with_another_text_is_409_and_with_other_side_facts_the_same(rig: Rig) -> None:
    first = await post(rig, "/twilio/sms", a_text(FromCity="Leeds"))
    again = await post(rig, "/twilio/sms", a_text(FromCity="York"))
    other = await post(rig, "/twilio/sms", a_text(Body="7"))

    assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")
    assert other.status_code == 409


async def test_several_people_with_one_number_are_told_to_use_the_link(rig: Rig) -> None:
    rules = rig.folder / "routing_rules.yaml"
    rules.write_text(rules.read_text().replace("eve: {name: Eve,", f'eve: {{name: Eve, phone: "{ASHA}",'))
    await rig.application.reload()

    assert "Several people share this number" in (await post(rig, "/twilio/sms", a_text())).text


async def test_a_number_that_has_stopped_is_shown_as_such_among_the_people(rig: Rig) -> None:
    async def methods() -> dict[str, bool]:
        people = (await rig.client.get("/api/v1/rules")).json()["people"]
        return {
            one["channel"]: one["stopped"] for person in people if person["id"] == "asha" for one in person["methods"]
        }

    await post(rig, "/twilio/sms", a_text(Body="Stop"))
    stopped = await methods()
    await post(rig, "/twilio/sms", a_text(Body="START", MessageSid="SM2"))

    assert stopped == {"console": False, "sms": True, "voice": False}
    assert not any((await methods()).values())


@pytest.mark.server
async def test_signed_or_not_no_body_breaks_anything(rig: Rig) -> None:
    dice, seen = random.Random("twilio"), set()
    call, receipt = paths(rig)
    for path in ("/twilio/sms", call, f"{call}?step=1", f"{call}?step=5", receipt):
        for body in HOSTILE_TEXTS:
            for kind in (FORM, "application/json", "text/xml", ""):
                headers = {"content-type": kind, "x-twilio-signature": signature(BASE + path)}
                seen.add((await rig.client.post(path, content=body, headers=headers)).status_code)
        for _ in range(60):
            seen.add((await post(rig, path, mutated(dice))).status_code)
        assert (await rig.client.post(path, content=b"0" * 1_048_577)).status_code == 413

    assert seen <= {200, 204, 400, 401, 403, 409}
    assert {200, 204, 400, 401} <= seen


@pytest.mark.parametrize(
    "query", ["step=-1", "step=6", "step=x", "step=", "step=1&step=2", "step=99999999999999999999"]
)
async def test_a_step_that_cannot_be_is_refused(rig: Rig, query: str) -> None:
    call, _ = paths(rig)

    assert (await post(rig, f"{call}?{query}", {"CallSid": "CA1", "Digits": "*"})).status_code in (200, 422)


def mutated(dice: random.Random) -> dict[str, str]:
    """A form of Twilio's with strange values and strange names."""
    strange: tuple[Any, ...] = (
        "",
        " ",
        "x" * 5_000,
        "\u202e",
        "\U0001f4a9" * 40,
        "4",
        "*",
        "#",
        "6 123456",
        "STOP",
        "</Say>",
    )
    fields = a_text(CallSid=f"CA{dice.randrange(9)}", Digits="4", CallStatus="completed", MessageStatus="failed")
    for _ in range(dice.randint(1, 4)):
        name = dice.choice([*fields, "".join(dice.choices(string.printable, k=5))])
        fields[name] = dice.choice(strange)
    return fields
