"""Sends mail over SMTP, as text and HTML, so that a page can be read and answered from any mail program."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.adapters.channels.mail_message import mail_address, mail_of
from app.domain.errors import AppError
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Clock

TOTAL_TIMEOUT = timedelta(seconds=15)
STARTTLS = {"always": True, "auto": None, "never": False}
EXAMPLE = "smtp://user:password@mail.example.com:587?from=oncall@example.com"

DEFAULT_SENDER = "oncall-router@localhost"


class InvalidSmtpUrl(AppError):
    """An ONCALL_SMTP_URL that cannot be used; the message never repeats it, since it holds a password."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes, and as whom. `start_tls` None means: if the server offers it."""

    host: str
    port: int
    sender: Address
    implicit_tls: bool = False
    start_tls: bool | None = None
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Read `smtp://user:pass@host:port?from=…&starttls=always|auto|never`, or `smtps://` (TLS at once).

        User, password and parameters are percent-encoded. Without `from` it is `DEFAULT_SENDER`. Without `starttls`, a
        password is sent over TLS or not at all, and without one TLS is taken where offered. Raises `InvalidSmtpUrl`.
        """
        try:
            parts = urlsplit(url.strip())
            port, host = parts.port, parts.hostname
        except ValueError:
            raise InvalidSmtpUrl(f"ONCALL_SMTP_URL is no URL; it looks like {EXAMPLE}") from None
        if parts.scheme not in {"smtp", "smtps"} or not host:
            raise InvalidSmtpUrl(f"ONCALL_SMTP_URL must begin with smtp:// or smtps:// and a host, as in {EXAMPLE}")
        settings, implicit = _settings(parts.query), parts.scheme == "smtps"
        start_tls = False if implicit else _start_tls(settings.get("starttls", ""), has_password=bool(parts.password))
        return cls(
            host=host,
            port=port or (465 if implicit else 587 if start_tls else 25),
            sender=_sender(settings.get("from", DEFAULT_SENDER)),
            implicit_tls=implicit,
            start_tls=start_tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


class Email:
    """One connection a message; an address is one mail address. 4xx replies and lost connections are worth a retry.

    The same message sent again has the same Message-ID, and the mails of one incident refer to one thread.
    """

    name = "email"

    def __init__(self, server: SmtpServer, clock: Clock, total: timedelta = TOTAL_TIMEOUT) -> None:
        self._server = server
        self._clock = clock
        self._total = total.total_seconds()

    async def send(self, message: Message) -> Result:
        try:
            mail = mail_of(message, self._server.sender)
        except (MessageError, ValueError, IndexError):
            return Rejected("email: the address is not one valid mail address")
        mail["Date"] = self._clock.now()
        try:
            async with asyncio.timeout(self._total):
                await self._deliver(mail)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _failure(error, f"{self._server.host}:{self._server.port}")
        return Sent(reference=str(mail["Message-ID"]))

    async def _deliver(self, mail: EmailMessage) -> None:
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.implicit_tls,
            start_tls=server.start_tls,
            local_hostname=server.sender.domain,
            timeout=self._total,
        )
        try:
            await smtp.connect()
            await smtp.send_message(mail)
            # The mail is theirs from here on: a goodbye that fails is no failure.
            with suppress(aiosmtplib.SMTPException, OSError):
                await asyncio.wait_for(smtp.quit(), timeout=1)
        finally:
            smtp.close()


def _settings(query: str) -> dict[str, str]:
    """Parameters of a query. Unlike in a web form a plus stays a plus, for addresses like oncall+eu@example.com."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _start_tls(choice: str, has_password: bool) -> bool | None:
    if not choice:
        return True if has_password else None
    if choice not in STARTTLS:
        raise InvalidSmtpUrl(f"ONCALL_SMTP_URL: starttls must be one of {', '.join(STARTTLS)}")
    return STARTTLS[choice]


def _sender(text: str) -> Address:
    name, address = parseaddr(text if text.isprintable() else "")
    try:
        return mail_address(address, name)
    except (MessageError, ValueError, IndexError):
        raise InvalidSmtpUrl("ONCALL_SMTP_URL: from= must be one mail address, as oncall@example.com") from None


def _failure(error: Exception, place: str) -> Result:
    """What a failed delivery means. The server's own words are left out: they may repeat the address or more."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _refusal(first, f"email: {place} refused the address")
        case aiosmtplib.SMTPAuthenticationError():
            return _refusal(error, f"email: {place} refused user and password of ONCALL_SMTP_URL")
        case aiosmtplib.SMTPResponseException():
            return _refusal(error, f"email: {place} refused the mail")
        case _ if type(error) in {aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported}:
            # aiosmtplib raises the bare class, and only it, for a server without STARTTLS or login.
            return Rejected(f"email: {place} lacks what this mail needs: STARTTLS, a login, or non-ASCII addresses")
        case aiosmtplib.SMTPException() | OSError():
            return Retry(f"email: {place} could not be talked to ({type(error).__name__})")
        case _:
            return Rejected(f"email: the mail cannot be written for this address ({type(error).__name__})")


def _refusal(error: aiosmtplib.SMTPResponseException, reason: str) -> Result:
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", error.message)
    said = f"{reason} ({error.code}{f' {enhanced[0]}' if enhanced else ''})"
    return Rejected(said) if 500 <= error.code < 600 else Retry(said)
