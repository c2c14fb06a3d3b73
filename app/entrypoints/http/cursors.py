"""Lists in pages: how many at most, and opaque cursors for where the next page begins."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from app.domain.errors import InvalidPayload

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str, Query(description="`next` of the page before.")]


def cursor_of(id: str) -> str:
    return base64.urlsafe_b64encode(id.encode()).rstrip(b"=").decode()


def position(cursor: str, is_ours: Callable[[str], bool] = bool) -> str:
    """The id after which the page begins; empty for none. Raises `InvalidPayload` for what we never gave out."""
    if not cursor:
        return ""
    try:
        id = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        id = ""
    if not id or not is_ours(id):
        raise InvalidPayload("is not a cursor of ours; take it from `next` of the page before", "cursor")
    return id


def one_page(found: Sequence[T], limit: int) -> tuple[Sequence[T], T | None]:
    """What was found, having asked for one more than `limit`: the page, and its last item if there is more."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None
