"""Pages by real mail: sent once, recorded in the store, and one thread from the first to the last."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from app.adapters.channels.email import Email, SmtpServer
from tests.contracts.channel_rig import free_port
from tests.stories.stage import alert, stage

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("on_every_store")]


class Postbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    def to(self, reader: str) -> list[Message]:
        return [mail for mail in self.mails if mail["To"] == f"{reader}@example.com"]


@contextmanager
def a_mail_server(postbox: Postbox) -> Iterator[int]:
    port = free_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


async def test_a_mail_that_was_taken_is_recorded_and_not_sent_again(tmp_path: Path) -> None:
    postbox = Postbox()
    with a_mail_server(postbox) as port:
        async with stage(tmp_path, "2026-11-22 03:00") as story:
            mail = Email(SmtpServer.parse(f"smtp://127.0.0.1:{port}?from=Oncall%20<oncall@example.com>"), story.clock)
            story.application.dispatcher.channels = {"email": mail}

            incident = await story.fire_one(alert())
            await story.go_to("2026-11-22 03:10")

            assert len(postbox.mails) == 2
            rows = await story.application.store.notifications(incident)
            assert {send.state for row in rows for send in row.sends if send.attempts} == {"sent"}
            assert all(row.sends[0].reference for row in rows)


async def test_a_night_is_one_thread_in_its_readers_mailbox(tmp_path: Path) -> None:
    postbox = Postbox()
    with a_mail_server(postbox) as port:
        async with stage(tmp_path, "2026-11-22 03:00") as story:
            mail = Email(SmtpServer.parse(f"smtp://127.0.0.1:{port}?from=Oncall%20<oncall@example.com>"), story.clock)
            story.application.dispatcher.channels = {"email": mail}

            incident = await story.fire_one(alert())
            await story.go_to("2026-11-22 03:16")
            await story.act(incident, "acknowledge", by="asha")
            await story.go_to("2026-11-23 09:05")
            await story.act(incident, "acknowledge", by="asha")
            await story.fire(alert(status="resolved"))

            mails = postbox.to("asha")
            assert [parseaddr(mail["From"])[0] for mail in mails] == [
                "Oncall",
                "Oncall: STILL OPEN",
                "Oncall: STOP",
                "Oncall: HAND-OVER",
                "Oncall: RESOLVED",
            ]
            assert {(mail["Subject"], mail["References"]) for mail in mails} == {
                ("CRITICAL PaymentsApiDown is firing", mails[0]["In-Reply-To"])
            }
            assert len({mail["Message-ID"] for mail in mails}) == 5
