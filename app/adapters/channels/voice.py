"""Tells people by a telephone call through Twilio, which asks us what to say once somebody picks up."""

from dataclasses import replace
from datetime import timedelta

from app.adapters.channels.twilio_api import PHONE, TwilioAccount, TwilioApi
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Sent

RING_SECONDS = 30
LONGEST_CALL_SECONDS = 180
RECEIPT_WITHIN = timedelta(seconds=RING_SECONDS + LONGEST_CALL_SECONDS + 30)
"""By then Twilio has said how the call ended."""


class Voice:
    """An address is a number in international form. Whether a person or a machine picks up is not guessed: only a key
    that is pressed counts."""

    name = "voice"

    def __init__(self, http: OutboundHttp, account: TwilioAccount, tickets: PhoneTickets) -> None:
        self._api = TwilioApi(http, account)
        self._account = account
        self._tickets = tickets

    async def send(self, message: Message) -> Result:
        if not self._tickets.is_public:
            return Rejected("calls need ONCALL_PUBLIC_URL, for Twilio asks there what to say")
        if not self._account.number:
            return Rejected("calls need a number to call from: set ONCALL_TWILIO_FROM")
        if not PHONE.fullmatch(message.address):
            return Rejected("not a telephone number in international form")
        result = await self._api.create("Calls", self._fields(message))
        return replace(result, receipt_within=RECEIPT_WITHIN) if isinstance(result, Sent) else result

    def _fields(self, message: Message) -> dict[str, str]:
        return {
            "To": message.address,
            "From": self._account.number,
            "Url": self._tickets.call_url(message),
            "Method": "POST",
            "StatusCallback": self._tickets.receipt_url(message),
            "StatusCallbackMethod": "POST",
            "Timeout": str(RING_SECONDS),
            "TimeLimit": str(LONGEST_CALL_SECONDS),
        }
