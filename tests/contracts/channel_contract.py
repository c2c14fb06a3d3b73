"""The promises of `Channel`, as tests that every channel runs against a peer of its own.

A test module gives a fixture `rig` and a class that inherits one contract: `ChannelContract` for any channel,
`RemoteContract` for one that talks over a socket, `HttpContract` for one that talks HTTP, `LiveContract` for one of
these whose messages can be changed, `TrackerContract` for one that opens tickets.
"""

import asyncio
import logging
from datetime import timedelta

import pytest

from app.domain.message import MessageKind, Notice
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Channel, LiveChannel
from tests.contracts.channel_rig import (
    HOSTILE,
    HOSTILE_TEXTS,
    QUICK,
    HttpRig,
    RemoteRig,
    Rig,
    TrackerRig,
    a_page,
    a_silent_peer,
    an_item,
    free_port,
)

RETRIED = (408, 425, 429, 500, 502, 503, 504)
REFUSED = (301, 307, 400, 401, 403, 404, 410, 413, 422)
LOGS_OF_PEERS = ("werkzeug", "mail")


class ChannelContract:
    """What holds for every channel. `may_count_what_is_left_off`: the provider's own limits are too narrow for a long
    digest, so the message says how many incidents more there are."""

    may_count_what_is_left_off = False

    async def test_a_page_arrives_with_all_its_facts(self, rig: Rig) -> None:
        outcome = await rig.channel.send(a_page(rig.address))

        assert isinstance(outcome, Sent)
        [received] = rig.received()
        for fact in ("CRITICAL", "Checkout answers 500", "payments", "12", "primary this week"):
            assert fact in received.read
        assert an_item().runbook in received.read
        assert an_item().link in received.read

    async def test_a_notice_without_items_arrives(self, rig: Rig) -> None:
        outcome = await rig.channel.send(a_page(rig.address, headline="Ben covers you tonight", items=()))

        assert isinstance(outcome, Sent)
        assert "Ben covers you tonight" in rig.received()[0].read

    async def test_a_notice_says_each_of_its_lines_and_its_link(self, rig: Rig) -> None:
        link = "https://oncall.example.com/covers/7?sig=" + "s" * 40
        notice = Notice("ignored: the message has its own", ("Ben takes Tue 3 Feb 18:00 to 22:00", "Asha asked"), link)

        outcome = await rig.channel.send(
            a_page(rig.address, headline="Ben covers you tonight", items=(), notice=notice, kind=MessageKind.NOTICE)
        )

        assert isinstance(outcome, Sent)
        [received] = rig.received()
        for said in ("Ben covers you tonight", "Ben takes Tue 3 Feb 18:00 to 22:00", "Asha asked", link):
            assert said in received.read

    async def test_hostile_text_of_a_notice_is_inert(self, rig: Rig) -> None:
        notice = Notice("", (HOSTILE, "x" * 50_000), "https://oncall.example.com/covers/7")

        outcome = await rig.channel.send(a_page(rig.address, headline=HOSTILE, items=(), notice=notice))

        assert isinstance(outcome, Sent)
        assert [piece for piece in rig.live if piece in rig.received()[0].raw] == []

    async def test_a_digest_misses_nothing(self, rig: Rig) -> None:
        links = [f"https://oncall.example.com/a/{number:04d}." + "s" * 120 for number in range(300)]

        outcome = await rig.channel.send(a_page(rig.address, *(an_item(link=link) for link in links)))

        assert isinstance(outcome, Sent)
        [received] = rig.received()
        left = [link for link in links if link not in received.read]
        if self.may_count_what_is_left_off:
            assert 0 < len(left) < len(links)
            assert f"{len(left)} more" in received.read
        else:
            assert left == []

    async def test_long_texts_are_cut_but_never_the_link(self, rig: Rig) -> None:
        long = "x & <y> " * 20_000
        item = an_item(title=long, why=long, remark=long, squad=long, runbook="https://wiki.example.com/" + "r" * 9_000)

        outcome = await rig.channel.send(a_page(rig.address, item, headline=long))

        assert isinstance(outcome, Sent)
        assert item.link in rig.received()[0].read

    async def test_hostile_text_is_inert(self, rig: Rig) -> None:
        alive = []
        for what, text in HOSTILE_TEXTS.items():
            item = an_item(title=text, why=text, remark=text, squad=text, runbook=text)
            outcome = await rig.channel.send(a_page(rig.address, item, item, headline=text, reader=text))
            assert isinstance(outcome, Sent), what
            alive += [(what, piece) for piece in rig.live if piece in rig.received()[-1].raw]

        assert alive == []

    async def test_no_secret_is_printed_when_it_works(
        self, rig: Rig, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)

        outcome = await rig.channel.send(a_page(rig.address))

        assert_no_secret(rig, rig.channel, outcome, caplog, capsys)


class RemoteContract(ChannelContract):
    """What holds for a channel with somebody at the other end of a socket. `provider_knows_repeats`: it takes a key by
    which a message sent again is known; otherwise the same message is at least the same to the byte."""

    provider_knows_repeats = True

    async def test_the_same_message_again_has_the_same_key(self, rig: RemoteRig) -> None:
        for key in ("inc_01/1/0/asha", "inc_01/1/0/asha", "inc_01/1/1/asha"):
            await rig.channel.send(a_page(rig.address, key=key))

        first, again, other = rig.received()
        if self.provider_knows_repeats:
            assert first.key
            assert first.key == again.key != other.key
        else:
            assert first == again

    async def test_a_refused_connection_is_retried(
        self, rig: RemoteRig, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel, address = rig.at_port(free_port())

        outcome = await channel.send(a_page(address))

        assert isinstance(outcome, Retry)
        assert_no_secret(rig, channel, outcome, caplog, capsys)

    async def test_a_silent_peer_is_given_up_in_time_and_retried(
        self, rig: RemoteRig, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        async with a_silent_peer() as port:
            channel, address = rig.at_port(port)

            async with asyncio.timeout(QUICK.total_seconds() * 4):
                outcome = await channel.send(a_page(address))

        assert isinstance(outcome, Retry)
        assert_no_secret(rig, channel, outcome, caplog, capsys)


class HttpContract(RemoteContract):
    """What holds for a channel over HTTP: which statuses are worth another try."""

    @pytest.mark.parametrize("status", RETRIED)
    async def test_a_status_that_may_pass_is_retried(self, rig: HttpRig, status: int) -> None:
        rig.answer(status, {})

        assert isinstance(await rig.channel.send(a_page(rig.address)), Retry)

    @pytest.mark.parametrize("status", REFUSED)
    async def test_a_status_that_stays_is_rejected(
        self, rig: HttpRig, status: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        rig.answer(status, {"location": "https://evil.example/"})

        outcome = await rig.channel.send(a_page(rig.address))

        assert isinstance(outcome, Rejected)
        assert str(status) in outcome.reason
        assert_no_secret(rig, rig.channel, outcome, caplog, capsys)

    @pytest.mark.parametrize(("asked", "waited"), [("30", 30), ("86400", 900)])
    async def test_the_wait_that_the_peer_asks_for_is_passed_on_up_to_15_minutes(
        self, rig: HttpRig, asked: str, waited: int
    ) -> None:
        rig.answer(429, {"retry-after": asked})

        outcome = await rig.channel.send(a_page(rig.address))

        assert isinstance(outcome, Retry)
        assert outcome.after == timedelta(seconds=waited)


class TrackerContract(HttpContract):
    """What holds for a channel over HTTP that opens tickets: of one thing there is one, whatever happens on the way."""

    async def test_the_same_message_again_has_the_same_key(self, rig: HttpRig) -> None:
        """A tracker knows a ticket by what it is about: another step of the same incident is the same ticket."""
        again = a_page(rig.address, key="inc_01/7/ticket")
        pages = [a_page(rig.address), again, a_page(rig.address, an_item(incident="inc_02"))]

        first, again, other = [await rig.channel.send(page) for page in pages]

        assert isinstance(first, Sent)
        assert first == again != other
        assert len(rig.received()) == 2

    async def test_a_notice_is_one_ticket_by_its_key(self, rig: HttpRig) -> None:
        first, again, other = [
            await rig.channel.send(a_page(rig.address, key=key, items=(), headline="Add an alert"))
            for key in ("postmortem/1/action/1", "postmortem/1/action/1", "postmortem/1/action/2")
        ]

        assert first == again != other
        assert len(rig.received()) == 2

    async def test_a_ticket_whose_answer_was_lost_is_found_again(self, rig: TrackerRig) -> None:
        rig.lose_the_answer()
        lost = await rig.channel.send(a_page(rig.address))

        found = await rig.channel.send(a_page(rig.address))

        assert (type(lost), type(found)) == (Retry, Sent)
        assert len(rig.received()) == 1

    async def test_what_is_sent_refers_to_where_the_ticket_stands(self, rig: HttpRig) -> None:
        sent = await rig.channel.send(a_page(rig.address))

        assert isinstance(sent, Sent)
        assert sent.reference.startswith("http")


class LiveContract(HttpContract):
    """What holds for a channel over HTTP whose messages can be changed after they were posted."""

    async def _stands(self, rig: HttpRig) -> tuple[LiveChannel, str]:
        posted = await rig.channel.send(a_page(rig.address))
        assert isinstance(posted, Sent)
        assert isinstance(rig.channel, LiveChannel)
        return rig.channel, posted.reference

    async def test_a_message_can_be_changed_and_answered_where_it_stands(self, rig: HttpRig) -> None:
        channel, reference = await self._stands(rig)

        changed = await channel.update(reference, a_page(rig.address, headline=HOSTILE))
        replied = await channel.reply(reference, "a key", [HOSTILE, HOSTILE])

        assert [type(changed), type(replied)] == [Sent, Sent]
        assert [piece for piece in rig.live if piece in rig.received()[-1].raw] == []

    @pytest.mark.parametrize(("status", "kind"), [(429, Retry), (503, Retry), (403, Rejected)])
    async def test_a_change_and_a_reply_keep_to_the_statuses(
        self,
        rig: HttpRig,
        status: int,
        kind: type[Result],
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel, reference = await self._stands(rig)
        rig.answer(status, {})

        outcomes = [await channel.update(reference, a_page(rig.address)), await channel.reply(reference, "k", ["x"])]

        for outcome in outcomes:
            assert isinstance(outcome, kind)
            assert_no_secret(rig, channel, outcome, caplog, capsys)

    async def test_a_message_that_is_gone_is_rejected(self, rig: HttpRig) -> None:
        channel, _ = await self._stands(rig)

        assert isinstance(await channel.update("C0123456789/1.000001", a_page(rig.address)), Rejected)
        assert isinstance(await channel.reply("C0123456789/1.000001", "k", ["x"]), Rejected)


def assert_no_secret(
    rig: Rig,
    channel: Channel,
    outcome: Result,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours = [repr(record.__dict__) for record in caplog.records if not record.name.startswith(LOGS_OF_PEERS)]
    printed = "\n".join([repr(channel), repr(outcome), *ours, *capsys.readouterr()])
    assert [secret for secret in rig.secrets if secret in printed] == []
