"""Tells people by text message through Twilio: one short text, with a link and with codes to answer by."""

from dataclasses import replace
from datetime import timedelta

from app.adapters.channels.sms_text import sms_text
from app.adapters.channels.twilio_api import PHONE, TwilioAccount, TwilioApi
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Sent


class Sms:
    """An address is a number in international form. Twilio is asked for receipts where it can reach us, and one is
    waited for `receipt_within`; nothing is waited for when that is zero."""

    name = "sms"

    def __init__(
        self, http: OutboundHttp, account: TwilioAccount, tickets: PhoneTickets, receipt_within: timedelta
    ) -> None:
        self._api = TwilioApi(http, account)
        self._account = account
        self._tickets = tickets
        self._within = receipt_within if tickets.is_public else timedelta(0)

    async def send(self, message: Message) -> Result:
        if not PHONE.fullmatch(message.address):
            return Rejected("not a telephone number in international form")
        result = await self._api.create("Messages", self._fields(message))
        return replace(result, receipt_within=self._within) if isinstance(result, Sent) and self._within else result

    def _fields(self, message: Message) -> dict[str, str]:
        account = self._account
        sender = {"MessagingServiceSid": account.service} if account.service else {"From": account.number}
        fields = {"To": message.address, **sender, "Body": sms_text(message, self._tickets.code)}
        return fields | ({"StatusCallback": self._tickets.receipt_url(message)} if self._tickets.is_public else {})
