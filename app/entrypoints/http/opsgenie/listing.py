"""One page of a list in Opsgenie's way: an offset, a limit, and the addresses of the other pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query
from starlette.datastructures import URL

from app.entrypoints.http.opsgenie.views import View


class Sort(StrEnum):
    """What a list can be sorted by."""

    CREATED = "createdAt"
    UPDATED = "updatedAt"
    LAST_OCCURRED = "lastOccurredAt"
    TINY_ID = "tinyId"
    ALIAS = "alias"
    MESSAGE = "message"
    STATUS = "status"
    ACKNOWLEDGED = "acknowledged"
    IS_SEEN = "isSeen"
    SNOOZED = "snoozed"
    SNOOZED_UNTIL = "snoozedUntil"
    COUNT = "count"
    SOURCE = "source"
    OWNER = "owner"
    PRIORITY = "priority"
    INTEGRATION_NAME = "integration.name"
    INTEGRATION_TYPE = "integration.type"
    ACK_TIME = "report.ackTime"
    CLOSE_TIME = "report.closeTime"
    ACKNOWLEDGED_BY = "report.acknowledgedBy"
    CLOSED_BY = "report.closedBy"


class Order(StrEnum):
    DESCENDING = "desc"
    ASCENDING = "asc"


@dataclass(frozen=True, slots=True)
class Paging:
    offset: int
    limit: int
    sort: Sort
    order: Order


async def _paging(
    offset: Annotated[int, Query(ge=0, le=20_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    sort: Sort = Sort.CREATED,
    order: Order = Order.DESCENDING,
) -> Paging:
    return Paging(offset, limit, sort, order)


Page = Annotated[Paging, Depends(_paging)]


def page_of(views: list[View], page: Paging, url: URL) -> tuple[list[View], dict[str, str]]:
    """The views of that page, and the addresses of the first, the last and the next one."""
    ordered = sorted(views, key=lambda view: _rank(view, page.sort), reverse=page.order is Order.DESCENDING)
    shown = ordered[page.offset : page.offset + page.limit]
    last = max(0, (len(ordered) - 1) // page.limit * page.limit)
    offsets = {"first": 0, "last": last}
    if page.offset + page.limit < len(ordered):
        offsets["next"] = page.offset + page.limit
    return shown, {
        name: str(url.include_query_params(offset=offset, limit=page.limit)) for name, offset in offsets.items()
    }


def _rank(view: View, sort: Sort) -> tuple[bool, float, str]:
    """What is not there comes first; numbers by size, texts by letter."""
    value: object = view
    for name in sort.value.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, int):
        return True, value, ""
    if sort is Sort.TINY_ID:
        return True, int(str(value)), ""
    return value is not None, 0, str(value or "")
