"""What Twilio sends: text messages, what is pressed during a call, and what became of both."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.adapters.phone_tickets import CallTicket
from app.adapters.twilio_receipts import heard_in
from app.adapters.twiml import MEDIA_TYPE, NOTHING, goodbye, question, text_message
from app.domain.errors import Forbidden, StoreUnavailable
from app.domain.receipt import Receipt
from app.domain.text_answer import Wish, wish_in
from app.entrypoints.http.assembled import App
from app.entrypoints.http.documented import refusals
from app.entrypoints.http.masking import masked
from app.entrypoints.http.twilio_request import as_reply, from_twilio, once
from app.service.audit_log import Act
from app.service.by_phone import people_with
from app.service.call_answers import MOST_QUESTIONS, Call, Spoken
from app.service.idempotency import Keep
from app.service.ports import Record
from app.service.receipts import Heard
from app.wiring import Application

CALL_KNOWN = timedelta(hours=2)
"""Longer than the address of a call is good for."""

SHOWN = 40
"""Characters of an unknown sender's number, which need not be one."""

NOT_RECORDED = "NOT recorded, so nothing has changed. Open the link in the message, or call a colleague."
NOT_RECORDED_CALL = "This could not be recorded, so nothing has changed. Open the link, or call a colleague. Goodbye."
NOBODY = "This call is for somebody who is not known here any more. Goodbye."
AMBIGUOUS = "Several people share this number, and nothing has changed. Open the link in the message."


class Xml(Response):
    media_type = MEDIA_TYPE


def _documented(example: dict[str, str], reply: str) -> dict[str, Any]:
    form = {"schema": {"type": "object", "additionalProperties": {"type": "string"}}, "example": example}
    said = {"description": "TwiML", "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": reply}}}
    return {
        "response_class": Xml,
        "openapi_extra": {"requestBody": {"content": {"application/x-www-form-urlencoded": form}}},
        "responses": {**refusals(400, 401, 403, 404, 409, 413, 415, 422, 503), 200: said},
    }


router = APIRouter(prefix="/twilio", tags=["twilio"])

_SID = "0123456789abcdef0123456789abcdef"
_TEXT = {"MessageSid": f"SM{_SID}", "From": "+441632960001", "To": "+441632960999", "Body": "4 482913"}
_KEY = {"CallSid": f"CA{_SID}", "From": "+441632960999", "To": "+441632960001", "Digits": "4"}
_STATE = {"MessageSid": f"SM{_SID}", "MessageStatus": "delivered"}


@router.post("/sms", summary="Twilio: a text message came in", **_documented(_TEXT, text_message("You have it: Down.")))
async def sms(request: Request, application: App) -> Response:
    """Signed by Twilio over the public URL. An answer to a page is done once, whatever is repeated."""
    given = await from_twilio(request, application)
    sid, number = given.sid("MessageSid", "SmsSid"), given.get("From")
    people = people_with(number, application.in_force.rules)

    async def work(keep: Keep) -> str:
        if not people:
            await _note(application, "sms.unknown", masked(number)[:SHOWN], "", "told nothing")
            return NOTHING
        if wish := wish_in(given.get("Body"), given.get("OptOutType")):
            await _heed(wish, number, people[0], application)
            return NOTHING
        if len(people) > 1:
            return text_message(AMBIGUOUS)

        def kept(text: str) -> Sequence[Record]:
            return keep(as_reply(text_message(text)))

        return text_message(await application.text_answers.reply(given.get("Body"), people[0], kept))

    try:
        return await once(sid, request, given, application, work)
    except StoreUnavailable:
        return Xml(text_message(NOT_RECORDED))


@router.post(
    "/voice/{token}",
    summary="Twilio: somebody has picked up, or has pressed a key",
    **_documented(_KEY, goodbye("You have it: Down. Goodbye.")),
)
async def voice(
    token: str, request: Request, application: App, step: Annotated[int, Query(ge=0, le=MOST_QUESTIONS)] = 0
) -> Response:
    """Signed by Twilio over the public URL, which holds a token of this call alone."""
    given, ticket = await from_twilio(request, application), application.tickets.call(token)
    sid, call = given.sid("CallSid"), _call(ticket)
    if call.person not in application.in_force.rules.people:
        return Xml(goodbye(NOBODY))
    if not step:
        return Xml(_twiml(await application.call_answers.opening(call), token, 1, application))
    await _bound(ticket, sid, application)
    key = given.get("Digits")
    if key:
        with suppress(StoreUnavailable):  # That a person was reached is good to know, and no more.
            await application.receipts.take(call.incidents, Heard(sid, Receipt.DELIVERED))

    async def work(keep: Keep) -> str:
        def kept(spoken: Spoken) -> Sequence[Record]:
            return keep(as_reply(_twiml(spoken, token, step + 1, application)))

        spoken = await application.call_answers.press(call, key, step, kept)
        return _twiml(spoken, token, step + 1, application)

    try:
        return await once(f"{sid}/{step}", request, given, application, work)
    except StoreUnavailable:
        return Xml(await _without_store(work))


@router.post(
    "/status/{token}",
    summary="Twilio: what became of a message or a call",
    status_code=204,
    **_documented(_STATE, "") | {"responses": refusals(400, 401, 404, 413, 415, 503), "response_class": Response},
)
async def status(token: str, request: Request, application: App) -> Response:
    """Signed by Twilio over the public URL. It is written beside the sending; twice is the same as once."""
    given, ticket = await from_twilio(request, application), application.tickets.receipt(token)
    given.sid("MessageSid", "SmsSid", "CallSid")
    if heard := heard_in(given.fields):
        await application.receipts.take(ticket.incidents, heard)
    return Response(status_code=204)


async def _without_store(work: Callable[[Keep], Awaitable[str]]) -> str:
    """What is held for the time of an outage can be taken all the same; doing that twice changes nothing."""
    try:
        return await work(lambda _: ())
    except StoreUnavailable:
        return goodbye(NOT_RECORDED_CALL)


def _call(ticket: CallTicket) -> Call:
    return Call(ticket.person, ticket.incidents, ticket.text, ticket.asks)


def _twiml(spoken: Spoken, token: str, step: int, application: Application) -> str:
    if spoken.over:
        return goodbye(spoken.text)
    return question(spoken.text, application.tickets.address(f"/twilio/voice/{token}?step={step}"))


async def _bound(ticket: CallTicket, sid: str, application: Application) -> None:
    """The address belongs to the first call in which a key was asked for. Raises `Forbidden` in any other."""
    known = Record("phone-call", ticket.nonce, json.dumps(sid), application.clock.now() + CALL_KNOWN)
    with suppress(StoreUnavailable):
        if await application.store.add_record(known):
            return
        bound = await application.store.record("phone-call", ticket.nonce)
        if bound and json.loads(bound.body) != sid:
            raise Forbidden("this address belongs to another call")


async def _heed(wish: Wish, number: str, person: str, application: Application) -> None:
    """No answer: Twilio gives its own, and delivers none of ours to a number that has stopped."""
    if wish is Wish.STOP:
        await application.opt_outs.stop(number)
    else:
        await application.opt_outs.start(number)
    await _note(application, f"sms.{wish}", masked(number), person)


async def _note(application: Application, what: str, target: str, who: str, note: str = "") -> None:
    act = Act(what, target, who, "", "sms", note)
    await application.store.put_record(application.audit_log.record(act))
