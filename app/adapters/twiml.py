"""What Twilio is answered with: TwiML, in which every text is plain. Source: https://www.twilio.com/docs/voice/twiml."""

from xml.sax.saxutils import escape, quoteattr

from app.domain.message import one_line

MEDIA_TYPE = "text/xml"
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

LONGEST_TEXT = 1_500
GATHER_SECONDS = 10


def text_message(text: str) -> str:
    """An answer to a text message; line breaks stay."""
    lines = (one_line(line, LONGEST_TEXT) for line in text.splitlines())
    return _response(f"<Message>{_plain(chr(10).join(lines)[:LONGEST_TEXT])}</Message>")


def question(text: str, action: str) -> str:
    """Said, and one key asked for. Which key it was, or that there was none, comes to `action`. `#` is a key like any
    other, for by default it would be none."""
    gather = f'<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="{GATHER_SECONDS}" actionOnEmptyResult="true"'
    return _response(f'{gather} action={quoteattr(action)} method="POST">{_say(text)}</Gather>')


def goodbye(text: str) -> str:
    """Said, and the call is over."""
    return _response(f"{_say(text)}<Hangup/>")


def _say(text: str) -> str:
    return f"<Say>{_plain(one_line(text, LONGEST_TEXT))}</Say>"


def _response(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>'


def _plain(text: str) -> str:
    return escape(text)
