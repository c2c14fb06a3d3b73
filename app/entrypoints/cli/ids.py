"""Ids are long: people type how one begins or ends, and it is looked up in what it can mean."""

import string
from collections.abc import Callable, Iterable, Iterator

from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.server import Server, word

ID_LENGTH = 16
MOST_AT_ONCE = 200
MOST_SHOWN = 5


def whole_id(given: str, known: Callable[[], Iterable[str]], what: str, listing: str) -> str:
    """The one id of `known` that begins or ends with what was given; a whole id is not looked up. `what` they are, as
    "open incident", and which command lists them go into the `CommandFailed`."""
    wanted = given.strip().lower()
    if len(wanted) == ID_LENGTH and set(wanted) <= set(string.hexdigits):
        return wanted
    found = [id for id in known() if wanted and (id.startswith(wanted) or id.endswith(wanted))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandFailed(f"no {what}'s id begins or ends with {given!r}; see `oncall-router {listing}`")
    some = ", ".join(found[:MOST_SHOWN]) + (" …" if len(found) > MOST_SHOWN else "")
    raise CommandFailed(f"{given!r} fits {len(found)} {what}s ({some}): write more of the id")


def listed_ids(server: Server, path: str, **query: str) -> Iterator[str]:
    """Of everything in a list of the server, page after page."""
    cursor = ""
    while True:
        page = server.get(path, limit=MOST_AT_ONCE, cursor=cursor, **query)
        yield from (word(one["id"]) for one in page.items)
        cursor = word(page.fields.get("next"))
        if not cursor:
            return
