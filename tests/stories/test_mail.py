"""A page by real mail: sent once, recorded in the store, and stopped by an acknowledgement."""

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
        self.subjects: list[str] = []

    def handle_message(self, message: object) -> None:
        self.subjects.append(str(message["Subject"]))  # type: ignore[index]


async def test_a_mail_that_was_taken_is_recorded_and_not_sent_again(tmp_path: Path) -> None:
    postbox, port = Postbox(), free_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        async with stage(tmp_path, "2026-11-22 03:00") as story:
            mail = Email(SmtpServer.parse(f"smtp://127.0.0.1:{port}"), story.clock)
            story.application.dispatcher.channels = {"email": mail}

            incident = await story.fire_one(alert())
            await story.go_to("2026-11-22 03:10")

            assert len(postbox.subjects) == 2
            rows = await story.application.store.notifications(incident)
            assert {send.state for row in rows for send in row.sends if send.attempts} == {"sent"}
            assert all(row.sends[0].reference for row in rows)
    finally:
        server.stop()
