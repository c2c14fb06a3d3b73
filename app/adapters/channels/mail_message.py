"""A message as a mail: whose subject, sender and thread let a mail program sort it, and a filter find it."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage

from app.adapters.channels.mail_html import mail_html
from app.domain.message import Message, one_line

SUBJECT_LIMIT = 200
SENDER = "Oncall"
"""The sender's name where the settings give none and there is something to say beside it."""


def mail_of(message: Message, sender: Address) -> EmailMessage:
    """All of it but the date. The same message again is the same mail, to the byte.

    The mails about one incident have one subject and refer to one id (RFC 5322, 3.6.4), for some mail programs go by
    the one and some by the other; what is new stands beside the sender's name and first in the body. Raises
    `MessageError`, `ValueError` or `IndexError` when the address is not one mail address.
    """
    mail = EmailMessage()
    mail["From"] = _sender(message, sender)
    mail["To"] = mail_address(message.address)
    mail["Subject"] = _subject(message)
    mail["Message-ID"] = _id(message.key, sender.domain)
    _add_thread(mail, message, sender.domain)
    _add_marks(mail, message, sender.domain)
    mail.set_content(_encodable(message.text()) + "\n", cte="quoted-printable")
    mail.add_alternative(_encodable(mail_html(message)), subtype="html", cte="quoted-printable")
    return mail


def mail_address(text: str, name: str = "") -> Address:
    """One mail address; refuses lists, comments, line breaks and what has no domain."""
    address = Address(display_name=name, addr_spec=text)
    if not address.domain or address.addr_spec != text or not text.isprintable():
        raise ValueError("not one mail address")
    return address


def _subject(message: Message) -> str:
    said = message.items[0].title_line() if message.headline_says_it() else message.headline
    return one_line(said, SUBJECT_LIMIT)


def _sender(message: Message, sender: Address) -> Address:
    """With what the headline says before severity and title, such as RESOLVED: all of a page's mails have one
    subject, and nobody should have to open one to see that it is over."""
    news = message.headline.partition(message.items[0].title_line())[0].strip() if message.headline_says_it() else ""
    if not news:
        return sender
    return mail_address(sender.addr_spec, f"{sender.display_name or SENDER}: {one_line(news, SUBJECT_LIMIT)}")


def _add_thread(mail: EmailMessage, message: Message, domain: str) -> None:
    if len(message.items) == 1:
        mail["In-Reply-To"] = mail["References"] = _id(f"incident {message.items[0].incident}", domain)


def _add_marks(mail: EmailMessage, message: Message, domain: str) -> None:
    """What mail programs and filters go by. No answering machine should answer (RFC 3834, and Exchange's own header),
    and there is nothing to unsubscribe from, so only the list's name is given (RFC 2919)."""
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<oncall-router.{domain}>"
    if message.asks_for_somebody() and message.severest() != "triage":
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail["X-Oncall-Kind"] = message.kind.value
    if severity := message.severest():
        mail["X-Oncall-Severity"] = severity


def _id(key: str, domain: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
