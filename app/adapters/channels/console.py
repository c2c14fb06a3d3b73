"""Shows messages on the terminal: the channel that works before anything is configured."""

import re
import sys
from typing import TextIO

from app.domain.message import Message, one_line
from app.domain.notification import Result, Retry, Sent

WIDTH = 72
RESET = "\x1b[0m"
COLOURS = {"CRITICAL": "\x1b[1;31m", "HIGH": "\x1b[1;33m", "TRIAGE": "\x1b[1;36m"}
TITLE_LINE = re.compile(rf"^(?:\d+\. )?(?P<severity>{'|'.join(COLOURS)})\b.*$", re.MULTILINE)


class Console:
    """Prints one readable block a message, in colour on a terminal only.

    A block is one write and one flush from one thread, so two messages never mix. Whatever could steer a terminal or
    turn text around (escapes, other control characters, bidi marks) is shown as a replacement character.
    """

    name = "console"

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout

    async def send(self, message: Message) -> Result:
        block = _block(message)
        try:
            coloured = _coloured(block) if self._stream.isatty() else block
            self._stream.write(_encodable(coloured, self._stream.encoding))
            self._stream.flush()
        except (OSError, ValueError) as error:
            return Retry(f"the console cannot be written to ({type(error).__name__})")
        return Sent()


def _block(message: Message) -> str:
    title = f"== {message.kind.replace('_', ' ').upper()} for {one_line(message.reader, WIDTH)} "
    return "\n".join(["", title.ljust(WIDTH, "="), _inert(message.text()), "=" * WIDTH, ""])


def _inert(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _coloured(block: str) -> str:
    """Each line that opens with a severity, in that severity's colour; the lines of facts are indented."""
    return TITLE_LINE.sub(lambda line: f"{COLOURS[line['severity']]}{line[0]}{RESET}", block)


def _encodable(text: str, encoding: str | None) -> str:
    """A stream that cannot show a character shows its number; a page is never lost for an accent."""
    charset = encoding or "utf-8"
    return text.encode(charset, "backslashreplace").decode(charset)
