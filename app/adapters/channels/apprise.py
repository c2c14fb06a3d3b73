"""Tells people by whatever else the library Apprise knows, as best it can: an optional extra.

Source: https://github.com/caronc/apprise. The library blocks, and says only yes or no: there is no id of a message, no
wait that a provider asks for, and no telling a refusal from a failure that may pass.
"""

import asyncio
import importlib
import importlib.util
import logging
import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from datetime import timedelta
from typing import Any

from app.domain.fitting import Medium, cut, fitted
from app.domain.message import Message, MessageKind
from app.domain.notification import Rejected, Result, Retry, Sent

IS_INSTALLED = importlib.util.find_spec("apprise") is not None
INSTALL = "install it: pip install 'oncall-router[apprise]'"
PATIENCE = timedelta(seconds=20)
MOST_THREADS = 32
"""Twice what the dispatcher sends at a time, so that what is not waited for any more leaves room for others."""

SHARE_OF_TITLE = 4
INERT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "@": "@\N{WORD JOINER}"})
"""Apprise reads a text as HTML or Markdown for some services, and some find mentions in any text."""

TYPES = {"critical": "failure", "high": "warning"}


class Apprise:
    """An address is one Apprise URL, which is a secret. `library` is the module; by default the installed one, if any.

    A sending has a thread of its own for as long as the library takes, also when it is not waited for any more; when
    `MOST_THREADS` are busy, the next has to come again.
    """

    name = "apprise"

    def __init__(self, library: Any = None, patience: timedelta = PATIENCE) -> None:
        self._library: Any = library or (importlib.import_module("apprise") if IS_INSTALLED else None)
        self._patience = patience.total_seconds()
        self._free = threading.BoundedSemaphore(MOST_THREADS)
        if self._library:
            _hush()

    async def send(self, message: Message) -> Result:
        if self._library is None:
            return Rejected(f"apprise is not installed here; {INSTALL}")
        if not self._free.acquire(blocking=False):
            return Retry("apprise is busy with messages that take long")
        ended: Future[Result] = Future()
        threading.Thread(target=self._tell, args=(message, ended), name="apprise", daemon=True).start()
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.wrap_future(ended)
        except TimeoutError:
            return Retry("apprise did not end in time")

    def _tell(self, message: Message, ended: "Future[Result]") -> None:
        try:
            result = self._result(message)
        except Exception as error:  # Whatever a plugin raises, the message may be told in another way.
            result = Retry(f"apprise broke: {type(error).__name__}")
        finally:
            self._free.release()
        with suppress(InvalidStateError):  # Nobody waits for it any more.
            ended.set_result(result)

    def _result(self, message: Message) -> Result:
        asset = self._library.AppriseAsset(app_id="oncall-router", async_mode=False)
        service = self._library.Apprise.instantiate(message.address, asset=asset)
        if service is None:
            return Rejected("apprise does not know this address, or a library that it needs is not installed")
        sender = self._library.Apprise(asset=asset)
        sender.add(service)
        title, body = _texts(message, service.title_maxlen, service.body_maxlen)
        done = sender.notify(body=body, title=title, notify_type=_type(message), body_format="text")
        return Sent() if done else Retry("apprise could not deliver it, and does not say why")


def _hush() -> None:
    """The library, and those that it stands on, log whole addresses."""
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _texts(message: Message, most_of_title: int, most_of_body: int) -> tuple[str, str]:
    """Title and body within what the service takes; without a title of its own, it stands in the body."""
    room = most_of_title or most_of_body
    title = cut(message.headline, Medium(max(1, min(room, most_of_body // SHARE_OF_TITLE)), text=_inert))
    medium = Medium(most_of_body - len(title) - len("\r\n"), text=_inert)
    return title, fitted(message, medium)


def _inert(text: str) -> str:
    return text.translate(INERT)


def _type(message: Message) -> str:
    if message.kind is MessageKind.RESOLVED:
        return "success"
    return TYPES.get(message.severest(), "info") if message.asks_for_somebody() else "info"
