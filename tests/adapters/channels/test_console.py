"""The console keeps the promises of a channel, and is pleasant on a terminal."""

import io

import pytest

from app.adapters.channels.console import Console
from app.domain.notification import Retry, Sent
from tests.contracts.channel_contract import ChannelContract
from tests.contracts.channel_rig import HOSTILE, Received, Rig, a_page, an_item, shown_in_docs


class Terminal(io.StringIO):
    """A stream that says it is a terminal and keeps each write apart."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self.writes.append(text)
        return super().write(text)


class Broken(io.StringIO):
    """A stream whose reader is gone."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str, /) -> int:
        raise self.error


@pytest.fixture
def rig() -> Rig:
    stream = io.StringIO()
    return Rig(
        channel=Console(stream),
        address="asha",
        received=lambda: [Received(read=stream.getvalue(), raw=stream.getvalue())],
        live=("\x1b", "\u202e", "\r", "\x00", "\ud800", "\nBcc"),
    )


class TestConsole(ChannelContract):
    """Every promise of a channel."""


async def test_a_page_is_the_block_that_the_docs_show() -> None:
    stream = io.StringIO()

    await Console(stream).send(a_page("asha"))

    assert stream.getvalue() == "\n== PAGE" + shown_in_docs("\n== PAGE")


async def test_a_terminal_gets_colour_and_one_write_a_message() -> None:
    terminal = Terminal()

    await Console(terminal).send(a_page("asha", an_item(), an_item(severity="high", title="Disk"), headline="2 held"))

    [written] = terminal.writes
    assert "\x1b[1;31m1. CRITICAL Checkout answers 500\x1b[0m\n" in written
    assert "\x1b[1;33m2. HIGH Disk\x1b[0m\n" in written


async def test_on_a_terminal_the_only_escapes_are_our_colours() -> None:
    terminal = Terminal()

    await Console(terminal).send(a_page("asha", an_item(title=HOSTILE), headline=HOSTILE))

    assert terminal.getvalue().count("\x1b") == 2


async def test_a_stream_without_unicode_shows_numbers_and_loses_nothing() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")

    outcome = await Console(stream).send(a_page("asha", an_item(title="Café is down")))

    assert outcome == Sent()
    assert b"Caf\\xe9 is down" in raw.getvalue()


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file")])
async def test_a_stream_that_cannot_be_written_to_is_retried(error: Exception) -> None:
    outcome = await Console(Broken(error)).send(a_page("asha"))

    assert outcome == Retry(f"the console cannot be written to ({type(error).__name__})")
