"""Mail keeps the promises of a channel against a real SMTP server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from app.adapters.channels.email import Email, SmtpServer
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Channel
from tests.contracts.channel_contract import RemoteContract
from tests.contracts.channel_rig import QUICK, FixedClock, Received, RemoteRig, a_page, an_item, free_port

CLOCK = FixedClock(datetime(2026, 7, 5, 2, 5, tzinfo=UTC))
PASSWORD = "hunter2"
ASHA = "asha@example.com"


@dataclass
class Mailbox:
    """An SMTP server's handler: keeps mails, or answers RCPT or DATA with what it is told to."""

    rcpt: str = ""
    data: str = ""
    logins: list[bytes] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if not self.data:
            self.envelopes.append(envelope)
        return self.data or "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append(login.password)
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(e.content or b""), policy=policy.default) for e in self.envelopes]  # type: ignore[arg-type]

    def received(self) -> list[Received]:
        return [
            Received(
                read=_part(mail, "plain") + _part(mail, "html"),
                raw="\n".join(["", *mail.keys(), mail["To"], _part(mail, "html")]),
                key=mail["Message-ID"],
            )
            for mail in self.mails()
        ]


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


@contextmanager
def a_mail_server(mailbox: Mailbox, **settings: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **settings)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def an_email(port: int, options: str = "&starttls=never", login: str = f"oncall:{PASSWORD}@") -> Email:
    url = f"smtp://{login}127.0.0.1:{port}?from=Oncall%20<oncall@example.com>{options}"
    return Email(SmtpServer.parse(url), CLOCK, total=QUICK)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    with a_mail_server(mailbox) as port:
        yield port


@pytest.fixture
def rig(mailbox: Mailbox, port: int) -> RemoteRig:
    def at_port(port: int) -> tuple[Channel, str]:
        return an_email(port), ASHA

    return RemoteRig(
        channel=an_email(port, login=""),
        address=ASHA,
        received=mailbox.received,
        live=(
            "<script>",
            "<img",
            "<break",
            "<Hangup",
            "<at>",
            '" onmouseover="',
            "\nBcc",
            "\x1b",
            "\u202e",
            'href="https://evil',
        ),
        secrets=(PASSWORD,),
        at_port=at_port,
    )


@pytest.mark.server
class TestEmail(RemoteContract):
    """Every promise of a channel over a socket."""


@pytest.mark.server
async def test_a_page_is_one_mail_in_text_and_html(mailbox: Mailbox, port: int) -> None:
    message = a_page(ASHA)

    outcome = await an_email(port, login="").send(message)

    [mail] = mailbox.mails()
    assert outcome == Sent(reference=mail["Message-ID"])
    assert {name: mail[name] for name in ("From", "To", "Subject", "Date", "Auto-Submitted")} == {
        "From": "Oncall <oncall@example.com>",
        "To": ASHA,
        "Subject": "CRITICAL Checkout answers 500",
        "Date": "Sun, 05 Jul 2026 02:05:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert _part(mail, "plain").strip() == message.text()
    link = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"
    assert f'<a href="{link}"' in _part(mail, "html")
    assert ">Open and acknowledge</a>" in _part(mail, "html")
    assert f">{link}</span>" in _part(mail, "html")


@pytest.mark.server
async def test_the_mails_about_one_incident_are_one_thread_and_each_says_what_is_new(
    mailbox: Mailbox, port: int
) -> None:
    email, title = an_email(port, login=""), an_item().title_line()
    await email.send(a_page(ASHA, key="first"))
    for kind, news in (("reminder", "STILL OPEN"), ("hand_over", "HAND-OVER"), ("resolved", "RESOLVED")):
        await email.send(a_page(ASHA, key=kind, kind=MessageKind(kind), headline=f"{news} {title}"))
    await email.send(a_page(ASHA, an_item(incident="inc_02"), key="other"))
    await email.send(a_page(ASHA, an_item(), an_item(incident="inc_02"), key="digest", kind=MessageKind.DIGEST))

    *ours, other, digest = mailbox.mails()

    assert {(mail["Subject"], mail["References"], mail["In-Reply-To"]) for mail in ours} == {
        (title, ours[0]["References"], ours[0]["References"])
    }
    assert [mail["From"].addresses[0].display_name for mail in ours] == [
        "Oncall",
        "Oncall: STILL OPEN",
        "Oncall: HAND-OVER",
        "Oncall: RESOLVED",
    ]
    assert len({mail["Message-ID"] for mail in ours}) == 4
    assert other["References"] != ours[0]["References"]
    assert digest["References"] is None


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "severity", "importance"),
    [("page", "critical", "high"), ("page", "triage", None), ("resolved", "critical", None)],
)
async def test_a_filter_can_tell_what_a_mail_is_and_no_machine_answers_it(
    mailbox: Mailbox, port: int, kind: str, severity: str, importance: str | None
) -> None:
    await an_email(port, login="").send(a_page(ASHA, an_item(severity=severity), kind=MessageKind(kind)))

    [mail] = mailbox.mails()
    assert (mail["X-Oncall-Kind"], mail["X-Oncall-Severity"], mail["Importance"]) == (kind, severity, importance)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["List-Id"] == "<oncall-router.example.com>"
    assert mail["List-Unsubscribe"] is None


@pytest.mark.server
@pytest.mark.parametrize(
    ("rcpt", "data", "outcome"),
    [
        ("550 5.1.1 no such user as asha", "", "refused the address (550 5.1.1)"),
        ("450 4.2.1 greylisted", "", "refused the address (450 4.2.1)"),
        ("", "550 spam", "refused the mail (550)"),
        ("", "451 4.3.0 try later", "refused the mail (451 4.3.0)"),
        ("", "552 5.3.4 too big", "refused the mail (552 5.3.4)"),
    ],
)
async def test_5xx_is_for_good_and_4xx_is_tried_again(
    mailbox: Mailbox, port: int, rcpt: str, data: str, outcome: str
) -> None:
    mailbox.rcpt, mailbox.data = rcpt, data
    kind: Callable[[str], Result] = Rejected if (rcpt or data).startswith("5") else Retry

    assert await an_email(port, login="").send(a_page(ASHA)) == kind(f"email: 127.0.0.1:{port} {outcome}")


@pytest.mark.server
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize(
    ("password", "expected"),
    [
        (PASSWORD, Sent),
        ("other", Rejected),
    ],
)
async def test_the_login_of_the_url_is_used(mailbox: Mailbox, password: str, expected: type[Result]) -> None:
    settings = {"auth_required": True, "auth_require_tls": False, "authenticator": mailbox.authenticate}
    with a_mail_server(mailbox, **settings) as port:
        outcome = await an_email(port, login=f"oncall:{password}@").send(a_page(ASHA))

    assert isinstance(outcome, expected)
    assert set(mailbox.logins) == {password.encode()}
    if isinstance(outcome, Rejected):
        assert outcome.reason == f"email: 127.0.0.1:{port} refused user and password of ONCALL_SMTP_URL (535 5.7.8)"


@pytest.mark.server
async def test_a_password_is_not_sent_where_the_server_offers_no_tls(mailbox: Mailbox) -> None:
    settings = {"auth_require_tls": False, "authenticator": mailbox.authenticate}
    with a_mail_server(mailbox, **settings) as port:
        outcome = await an_email(port, options="").send(a_page(ASHA))

    assert isinstance(outcome, Rejected)
    assert "STARTTLS" in outcome.reason
    assert (mailbox.logins, mailbox.envelopes) == ([], [])


@pytest.mark.server
async def test_tls_at_once_to_a_server_that_speaks_none_is_retried(port: int) -> None:
    server = SmtpServer.parse(f"smtps://oncall:{PASSWORD}@127.0.0.1:{port}?from=oncall@example.com")

    assert isinstance(await Email(server, CLOCK, total=QUICK).send(a_page(ASHA)), Retry)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "asha",
        "asha@",
        "@example.com",
        "asha@example.com, ben@example.com",
        "Asha <asha@example.com>",
        "asha@example.com\r\nBcc: mallory@evil.example",
        "asha@example.com\nBcc: mallory@evil.example",
        "asha@exam\x00ple.com",
    ],
)
async def test_what_is_not_one_mail_address_is_rejected(address: str) -> None:
    outcome = await an_email(free_port()).send(a_page(address))

    assert outcome == Rejected("email: the address is not one valid mail address")


@pytest.mark.server
async def test_the_page_in_the_docs_shows_the_headers_of_a_page(mailbox: Mailbox, port: int) -> None:
    docs = Path(__file__).parents[3].joinpath("docs/channels/email.md").read_text(encoding="utf-8")
    shown = dict(line.split(": ", 1) for line in docs.partition("```\nFrom:")[2].partition("```")[0].splitlines()[1:])

    await an_email(port, login="").send(a_page(ASHA))

    [mail] = mailbox.mails()
    assert shown
    assert {name: mail[name] for name in shown} == shown
