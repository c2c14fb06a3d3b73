"""A second account takes what the first cannot."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.adapters.channels.fallback import Fallback
from app.domain.message import Message
from app.domain.notification import Rejected, Result, Retry, Sent
from tests.contracts.channel_rig import a_page


@dataclass
class Answering:
    result: Result
    name: str = "sms"
    got: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> Result:
        self.got.append(message)
        return self.result


@pytest.mark.parametrize("failure", [Retry("twilio: down"), Rejected("twilio answered 401")])
async def test_what_the_first_cannot_the_second_takes(failure: Result) -> None:
    first, second = Answering(failure), Answering(Sent("SM2"))

    assert await Fallback("sms", first, second).send(a_page("+441632960001")) == Sent("SM2")
    assert first.got == second.got


async def test_what_the_first_takes_the_second_never_sees() -> None:
    second = Answering(Sent("SM2"))

    assert await Fallback("sms", Answering(Sent("SM1")), second).send(a_page("x")) == Sent("SM1")
    assert second.got == []


async def test_it_is_tried_again_as_long_as_one_of_them_may_work_later() -> None:
    busy, never = Retry("busy", timedelta(seconds=9)), Rejected("no such account")

    assert await Fallback("sms", Answering(never), Answering(busy)).send(a_page("x")) == Retry(
        "no such account; then busy", timedelta(seconds=9)
    )
    assert await Fallback("sms", Answering(never), Answering(never)).send(a_page("x")) == Rejected(
        "no such account; then no such account"
    )
