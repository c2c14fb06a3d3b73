"""A request that Twilio has signed, and the reply that it is given again when the same request comes again."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from re import compile as pattern

from fastapi import Request, Response

from app.adapters.sources.body import FORM, clean, media_type, parse_object, parse_pairs
from app.adapters.sources.fields import word
from app.adapters.twilio_signature import check_body, check_form
from app.adapters.twiml import MEDIA_TYPE
from app.domain.errors import InvalidPayload, NotFound, StoreUnavailable
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.replies import REPLAYED
from app.service.idempotency import Asked, Keep, Reply
from app.service.source_ports import Request as PlainRequest
from app.wired_channels import twilio_accounts
from app.wiring import Application

_SID = pattern(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True, slots=True)
class FromTwilio:
    """The fields of a request whose signature is right. Twilio adds new ones without notice."""

    fields: Mapping[str, str]

    def sid(self, *names: str) -> str:
        """The first of these that is there. Raises `InvalidPayload` when none is, or when it can be no SID."""
        name = next((one for one in names if self.fields.get(one)), names[0])
        value = self.fields.get(name, "")
        if not _SID.fullmatch(value):
            raise InvalidPayload("must be one of Twilio's SIDs", name)
        return value

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


async def from_twilio(request: Request, application: Application) -> FromTwilio:
    """Raises `NotFound` where no account is set up, `Unauthorised` without a right signature, or `InvalidPayload`."""
    tokens = [account.auth_token for account in twilio_accounts(application.settings)]
    if not tokens:
        raise NotFound("Twilio is not set up here: set ONCALL_TWILIO_ACCOUNT_SID")
    plain = await plain_request(request, application.settings.max_body, application.clock.now())
    url, given = _public_url(request, application), plain.headers.get("x-twilio-signature", "")
    if media_type(plain) in (FORM, ""):
        pairs = parse_pairs(plain.body)
        check_form(tokens, url, pairs, given)
        return FromTwilio(clean(dict(pairs), "the form"))
    check_body(tokens, url, plain.body, given)
    return FromTwilio(_flat(plain))


async def once(
    sid: str, request: Request, given: FromTwilio, application: Application, work: Callable[[Keep], Awaitable[str]]
) -> Response:
    """TwiML, the same again for the same `sid`. `work` may hand its reply to the commit of what it does; it is kept
    afterwards in any case, so that no replay of a signed request does today what it could not do yesterday."""
    asked = Asked(_digest("twilio", sid), _digest(request.url.path, *(f"{k}={v}" for k, v in _saying(given).items())))

    async def answer(keep: Keep) -> Reply:
        reply = as_reply(await work(keep))
        with suppress(StoreUnavailable):  # What was done is done, and the answer says so.
            for record in keep(reply):
                await application.store.put_record(record)
        return reply

    reply = await application.idempotency.answer(asked, answer)
    return Response(reply.body, headers={REPLAYED: "true"} if reply.replayed else None, media_type=MEDIA_TYPE)


def as_reply(twiml: str) -> Reply:
    return Reply(200, twiml)


def _saying(given: FromTwilio) -> Mapping[str, str]:
    """What a request says; the rest (the caller's country, a price) may differ when it comes again."""
    return {name: given.get(name) for name in ("From", "To", "Body", "Digits")}


def _public_url(request: Request, application: Application) -> str:
    """As Twilio called it, put together from the settings: a host in a header can be anybody's."""
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode()
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    return f"{application.settings.base_url.rstrip('/')}{path.partition(b'?')[0].decode('latin-1')}{query}"


def _flat(plain: PlainRequest) -> dict[str, str]:
    return clean({name: word(value) for name, value in parse_object(plain.body).items()}, "the body")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
