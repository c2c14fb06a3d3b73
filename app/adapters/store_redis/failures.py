"""What goes wrong between a replica and its server, and what that means to whoever has to act on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)


class Elsewhere(Exception):
    """This server does not take our calls, but another may."""


LOST = (ConnectionError, TimeoutError, RedisClusterException, OSError, Elsewhere)
"""What is raised when a connection is of no more use, or never was."""


_CLOSED = "the handler is closed"
"""How uvloop ends the `RuntimeError` of a write to a connection that the other side has closed a moment before."""


@contextmanager
def closed_is_lost() -> Iterator[None]:
    """A connection that was closed while it was being written to is one that was lost, whatever raises it as what."""
    try:
        yield
    except RuntimeError as error:
        if _CLOSED not in str(error):
            raise
        raise ConnectionError("the connection was closed") from error


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error of the server asks a person to do. `moved`: another server may take the call."""

    text: str
    moved: bool = False


_MEANINGS = {
    "READONLY": Meaning("it has become a replica and takes no writes", moved=True),
    "MOVED": Meaning("the cluster has moved our keys to another server", moved=True),
    "ASK": Meaning("the cluster is moving our keys to another server", moved=True),
    "CLUSTERDOWN": Meaning("the cluster is down: see which of its servers are missing", moved=True),
    "TRYAGAIN": Meaning("the cluster is moving our keys", moved=True),
    "MASTERDOWN": Meaning("it is a replica that has lost its primary", moved=True),
    "LOADING": Meaning("it is still reading its data from disk; it goes on by itself", moved=True),
    "OOM": Meaning("its memory is full: raise its maxmemory, or keep resolved incidents for a shorter time"),
    "MISCONF": Meaning("it cannot write to its disk: make room or repair the disk, it goes on by itself"),
    "NOREPLICAS": Meaning("it has fewer replicas than its min-replicas-to-write: bring them back"),
    "BUSY": Meaning("it is busy with a script of somebody else", moved=True),
    "NOAUTH": Meaning("it asks for a password: put one into the store's address", moved=True),
    "WRONGPASS": Meaning("it refuses the user or password in the store's address", moved=True),
    "NOPERM": Meaning("it forbids this user a command that the store needs: see its access list", moved=True),
}
_WORDS = re.compile(rf"\b({'|'.join(_MEANINGS)})\b")
_NAMED: dict[type[RedisError], str] = {
    ReadOnlyError: "READONLY",
    MovedError: "MOVED",
    AskError: "ASK",
    ClusterDownError: "CLUSTERDOWN",
    TryAgainError: "TRYAGAIN",
    MasterDownError: "MASTERDOWN",
    OutOfMemoryError: "OOM",
    NoPermissionError: "NOPERM",
    AuthenticationError: "WRONGPASS",
}
"""Where redis-py has made the word into a class and taken it out of the text."""


def meaning_of(error: RedisError) -> Meaning | None:
    """None when the server blames the call itself: a fault of ours. A script has the word inside a sentence."""
    named = next((word for kind, word in _NAMED.items() if isinstance(error, kind)), None)
    if named is None and isinstance(error, ResponseError) and (found := _WORDS.search(str(error))):
        named = found.group()
    return _MEANINGS[named] if named else None


def reason_of(error: BaseException) -> str:
    """Why no server can be used, in words that hold no password."""
    if isinstance(error, RedisError) and (meaning := meaning_of(error)):
        return meaning.text
    return str(error) or type(error).__name__
