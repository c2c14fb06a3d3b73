"""Looking through all records of a kind for those that somebody asks for, a page at a time."""

from collections.abc import Callable
from typing import TypeVar

from app.service.ports import Record, Store

T = TypeVar("T")
PAGE = 500


async def scan(
    store: Store, kind: str, read: Callable[[Record], T], wanted: Callable[[T], bool], limit: int, before: str = ""
) -> list[T]:
    """The newest of those that are `wanted`, at most `limit`, with ids below `before` when it is given."""
    found: list[T] = []
    while len(found) < limit:
        page = await store.records(kind, PAGE, before)
        found += [one for one in map(read, page) if wanted(one)]
        if len(page) < PAGE:
            break
        before = page[-1].id
    return found[:limit]
