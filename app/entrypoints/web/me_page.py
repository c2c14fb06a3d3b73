"""One's own page: when one is on call, how one is reached and whether that works, and one's calendar."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Response

from app.domain.errors import AppError, Forbidden, InvalidPayload, NotFound
from app.domain.people import Person, Urgency
from app.domain.planned import Slot, planned
from app.domain.reach import TOLD, PersonReach
from app.domain.ruleset import Rules
from app.domain.tell import plan_for
from app.entrypoints.http.masking import masked
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.service.audit_log import Act
from app.service.page_tests import MethodTest, PageTest
from app.service.ports import Record
from app.service.shift_feeds import Feed, FeedKind
from app.wiring import Application

router = APIRouter(route_class=PageRoute, include_in_schema=False)

AHEAD = timedelta(weeks=8)
SAID = {
    "tested": "A test page is on its way. Say in it that you got it.",
    "renewed": "Your calendar has another address. Subscribe to it anew; the old one leads nowhere.",
}
MEANINGS = {Urgency.URGENT: "A page", Urgency.QUIET: "What can wait"}
STATES = {
    "pending": "on its way",
    "sent": "sent",
    "delivered": "arrived",
    "unanswered": "not answered",
    "failed": "failed",
    "observed": "not sent: the rules only observe",
    "skipped": "not sent",
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of one's own ladder: when, and by which of one's methods (none: by those that worked)."""

    when: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A test page, and what has become of it on each method, in words."""

    test: PageTest
    results: tuple[tuple[str, str, MethodTest], ...]


@router.api_route("/me", methods=["GET", "HEAD"])
async def me(page: Reading, did: str = "", test: str = "") -> Response:
    return await _show(page, "", SAID.get(did, ""), test)


@router.get("/live/my-test")
async def live_test(page: Reading, test: str = "") -> Response:
    """What becomes of one's own test page, while it does."""
    application, person = page.application, page.viewer.person
    if await _tested(test, person, application) is None:
        raise NotFound("this is no test page of yours")

    async def render() -> bytes:
        return page.at(application.clock.now()).part(
            "me_test.html", tested=await _tested(test, person, application), states=STATES
        )

    return await page.live(f"my-test {test} {person}", render)


@router.post("/me/test-page")
async def send_test_page(page: Responding) -> Response:
    person, application = _person(page), page.application
    try:
        urgency = Urgency(page.form.text("urgency"))
        test = application.page_tests.new(person.id, urgency, person.id)
    except (ValueError, InvalidPayload) as error:
        return await _show(page, str(error) if isinstance(error, AppError) else "say how loud it is to be", "")
    await application.page_tests.send(test, (_logged("person.test-page", person.id, page, urgency.value),))
    return page.go(f"/me?did=tested&test={test.id}")


@router.post("/me/calendar/renew")
async def renew_calendar(page: Reading) -> Response:
    feed = Feed(FeedKind.PERSON, _person(page).id)
    record, _ = page.application.shift_feeds.renewal(feed)
    await page.application.store.commit((), (record, _logged("calendar.renew", feed.path, page)))
    return page.go("/me?did=renewed")


async def _show(page: Page, wrong: str, said: str, test: str = "") -> Response:
    if not page.viewer.person:
        return page.show("me_nobody.html")
    person, application = _person(page), page.application
    shifts = await _shifts(page, person.id)
    reach = await _reach(person.id, application)
    rotas = sorted({one.rota for one in shifts})
    feeds = application.shift_feeds
    return page.show_secret(
        "me.html",
        422 if wrong else 200,
        person=person,
        shifts=shifts,
        methods=[(masked(one.method.address, one.method.channel), one) for one in reach.methods],
        lacks=[TOLD[lack] for lack in reach.lacks],
        ladders=[(MEANINGS[urgency], _rungs(person, urgency, page.rules)) for urgency in Urgency],
        calendar=await feeds.address(Feed(FeedKind.PERSON, person.id)),
        rota_calendars=[(rota, await feeds.address(Feed(FeedKind.ROTA, rota))) for rota in rotas],
        tested=await _tested(test, person.id, application),
        test=test,
        states=STATES,
        wrong=wrong,
        said=said,
    )


def _person(page: Page) -> Person:
    """Raises `Forbidden` for somebody who is signed in and not in the rules file."""
    known = page.rules.people.get(page.viewer.person)
    if known is None:
        raise Forbidden("you are not in the rules file, so nobody pages you")
    return known


async def _shifts(page: Page, person: str) -> list[Slot]:
    """What they hold now and what begins in the weeks to come, of every rota, each to its end."""
    facts, ends = page.application.in_force.facts, page.now + 2 * AHEAD
    plan = await asyncio.to_thread(planned, page.rules, facts, page.now, ends)
    held = (slot for slots in plan.values() for slot in slots)
    mine = (slot for slot in held if slot.person == person and slot.since < page.now + AHEAD)
    return sorted(mine, key=lambda slot: (slot.since, slot.rota))


async def _reach(person: str, application: Application) -> PersonReach:
    everybody = await application.reached.everybody()
    return next(one for one in everybody if one.person == person)


def _rungs(person: Person, urgency: Urgency, rules: Rules) -> list[Rung]:
    """One's own way up: what is tried at which time, and again."""
    ladder = rules.ladder_for(person, urgency)
    climbed, _ = plan_for(person, ladder, urgency)
    times = sorted({rung.after for rung in climbed})
    found = [
        Rung(_after(timedelta(seconds=time)), tuple(dict.fromkeys(one.channel for one in climbed if one.after == time)))
        for time in times
    ]
    again = ladder.again is not None and found
    return [*found, Rung(f"then every {_minutes(ladder.again)}", ())] if again and ladder.again else found


def _after(length: timedelta) -> str:
    return f"after {_minutes(length)}" if length else "at once"


def _minutes(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min" if not seconds else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


async def _tested(id: str, person: str, application: Application) -> Tested | None:
    """None for what is no test page of theirs."""
    if not id:
        return None
    try:
        test = await application.page_tests.one(id)
    except NotFound:
        return None
    if test.person != person:
        return None
    results: Sequence[MethodTest] = await application.page_tests.results(test)
    return Tested(test, tuple((one.channel, masked(one.address, one.channel), one) for one in results))


def _logged(what: str, target: str, page: Page, note: str = "") -> Record:
    return page.application.audit_log.record(Act(what, target, page.viewer.actor.id, "", CHANNEL, note))
