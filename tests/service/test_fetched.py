"""What is fetched to check a proof: once for all who wait, kept while it is good, never more at once than a few."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.domain.errors import OutsideUnavailable
from app.service.fetched import MOST_AT_ONCE, MOST_KEPT, Fetched
from tests.builders import NINE

URL = "https://keys.example.com/a.pem"


@dataclass(slots=True)
class Place:
    """An outside that answers when it may, and remembers what it was asked for."""

    body: bytes = b"good"
    asked: list[str] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        await self.may_answer.wait()
        if self.body == b"away":
            raise OutsideUnavailable("keys.example.com did not answer in time")
        return self.body


@dataclass(slots=True)
class Now:
    at: datetime = NINE

    def now(self) -> datetime:
        return self.at


def an_hour(body: bytes) -> datetime | None:
    return NINE + timedelta(hours=1) if body == b"good" else None


@pytest.fixture
def place() -> Place:
    place = Place()
    place.may_answer.set()
    return place


async def test_it_is_fetched_once_while_it_is_good(place: Place) -> None:
    clock = Now()
    fetched = Fetched(place, clock)

    assert await fetched.get(URL, an_hour) == b"good"
    clock.at += timedelta(minutes=59)
    assert await fetched.get(URL, an_hour) == b"good"
    assert place.asked == [URL]

    clock.at += timedelta(minutes=1)
    assert await fetched.get(URL, an_hour) == b"good"
    assert await fetched.get(URL, an_hour) == b"good"
    assert place.asked == [URL] * 3


async def test_all_who_wait_for_it_get_it_from_one_fetch(place: Place) -> None:
    place.may_answer.clear()
    fetched = Fetched(place, Now())
    waiting = [asyncio.create_task(fetched.get(URL, an_hour)) for _ in range(50)]
    await asyncio.sleep(0)

    waiting[0].cancel()
    await asyncio.sleep(0)
    place.may_answer.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert found[1:] == [b"good"] * 49
    assert isinstance(found[0], asyncio.CancelledError)
    assert place.asked == [URL]


async def test_what_failed_is_fetched_anew(place: Place) -> None:
    fetched = Fetched(place, Now())
    for body in (b"away", b"<html>"):
        place.body = body
        with pytest.raises(OutsideUnavailable):
            await fetched.get(URL, an_hour)

    place.body = b"good"

    assert await fetched.get(URL, an_hour) == b"good"


async def test_a_failure_that_nobody_waits_for_any_more_is_no_fault(place: Place) -> None:
    place.may_answer.clear()
    place.body = b"away"
    fetched = Fetched(place, Now())
    waiting = asyncio.create_task(fetched.get(URL, an_hour))
    await asyncio.sleep(0)

    waiting.cancel()
    place.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    place.body = b"good"
    assert await fetched.get(URL, an_hour) == b"good"


async def test_a_stranger_who_names_many_addresses_ties_up_a_few_connections(place: Place) -> None:
    place.may_answer.clear()
    fetched = Fetched(place, Now())
    waiting = [asyncio.create_task(fetched.get(f"{URL}?{number}", an_hour)) for number in range(MOST_AT_ONCE + 3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    place.may_answer.set()

    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert found[:MOST_AT_ONCE] == [b"good"] * MOST_AT_ONCE
    assert [type(one) for one in found[MOST_AT_ONCE:]] == [OutsideUnavailable] * 3
    assert len(place.asked) == MOST_AT_ONCE


async def test_no_more_than_some_are_kept(place: Place) -> None:
    fetched = Fetched(place, Now())
    for number in range(MOST_KEPT + 1):
        await fetched.get(f"{URL}?{number}", an_hour)

    await fetched.get(f"{URL}?{MOST_KEPT}", an_hour)
    assert len(place.asked) == MOST_KEPT + 1

    await fetched.get(f"{URL}?0", an_hour)
    assert len(place.asked) == MOST_KEPT + 2
