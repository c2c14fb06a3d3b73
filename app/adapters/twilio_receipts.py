"""What Twilio says of a message or a call that it took. Source: https://www.twilio.com/docs/messaging/api/message-resource
and https://www.twilio.com/docs/voice/api/call-resource, their status values.
"""

from collections.abc import Mapping

from app.domain.receipt import Receipt
from app.service.receipts import Heard

OF_MESSAGES: Mapping[str, Receipt] = {
    "delivered": Receipt.DELIVERED,
    "read": Receipt.DELIVERED,
    "undelivered": Receipt.UNDELIVERED,
    "failed": Receipt.UNDELIVERED,
    "canceled": Receipt.UNDELIVERED,
}
OF_CALLS: Mapping[str, Receipt] = {
    "completed": Receipt.UNANSWERED,
    "busy": Receipt.UNANSWERED,
    "no-answer": Receipt.UNANSWERED,
    "failed": Receipt.UNDELIVERED,
    "canceled": Receipt.UNDELIVERED,
}
"""A call that somebody, or a machine, has taken is no answer: a key is, and it has been heard of before this."""

_MEANS: Mapping[str, str] = {
    "completed": "the call was taken and no key was pressed",
    "busy": "the line was busy",
    "no-answer": "nobody picked up",
    "30003": "the telephone is off or out of reach",
    "30004": "the number has blocked messages",
    "30005": "there is no such number",
    "30006": "it is a landline, or the carrier cannot reach it",
    "30007": "the carrier has filtered it",
}


def heard_in(fields: Mapping[str, str]) -> Heard | None:
    """The receipt in a status callback; None for a state that says nothing yet (queued, sent, ringing…)."""
    if fields.get("MessageSid") or fields.get("SmsSid"):
        status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
        return _heard(fields.get("MessageSid") or fields["SmsSid"], status, fields, OF_MESSAGES)
    return _heard(fields.get("CallSid", ""), fields.get("CallStatus", ""), fields, OF_CALLS)


def _heard(sid: str, status: str, fields: Mapping[str, str], known: Mapping[str, Receipt]) -> Heard | None:
    receipt = known.get(status)
    if receipt is None:
        return None
    return Heard(sid, receipt, "" if receipt is Receipt.DELIVERED else _reason(status, fields.get("ErrorCode", "")))


def _reason(status: str, code: str) -> str:
    """In our words: of what was sent here only known words and a number are repeated."""
    number = code if code.isascii() and code.isdigit() and len(code) <= 6 else ""
    means = _MEANS.get(number) or _MEANS.get(status, "")
    said = f"twilio: {status}" + (f", error {number}" if number else "")
    return f"{said}: {means}" if means else said
