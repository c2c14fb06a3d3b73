"""What all ticket trackers have alike: whoever opens a ticket looks first whether it stands there already."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from app.adapters.outbound_http import Unreachable
from app.domain.message import is_address
from app.domain.notification import Result, Retry, Sent

PATIENCE = 18.0
"""Seconds for all calls of one ticket together."""

INVISIBLE = "\u2060"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CALLING = re.compile(r"([@#])")


async def open_once(
    name: str, find: Callable[[], Awaitable[Result | None]], create: Callable[[], Awaitable[Result]]
) -> Result:
    """What `find` says, or where it says None, what `create` says; neither of them need bother about silence."""
    try:
        async with asyncio.timeout(PATIENCE):
            found = await find()
            return await create() if found is None else found
    except Unreachable as error:
        return Retry(f"{name}: {error.reason}")
    except TimeoutError:
        return Retry(f"{name} did not answer in time")


def standing_at(name: str, url: object) -> Result:
    """The ticket stands at `url`. Without an address it is asked for again, and will be found then."""
    return Sent(reference=url) if isinstance(url, str) and is_address(url) else Retry(f"{name} named no address")


def inert_markdown(text: str) -> str:
    """Text that is shown as it is: a backslash before whatever could be markup, and an invisible character behind what
    would call somebody, or refer to another ticket, also where it is no markup."""
    return _CALLING.sub(rf"\1{INVISIBLE}", _PUNCTUATION.sub(r"\\\1", text))


def markdown_link(url: str) -> str:
    return f"<{url}>" if url else ""


def broken_lines(text: str) -> str:
    """The same lines, and Markdown runs none of them together."""
    return text.replace("\n", "  \n")
