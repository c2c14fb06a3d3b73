"""Health of the router itself: whatever would keep a page from arriving, before it has to."""

from fastapi import APIRouter, Response

from app.domain.people import Urgency
from app.domain.reach import SAID
from app.entrypoints.http.masking import masked
from app.entrypoints.web.health_view import health
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Reading, Responding
from app.service.audit_log import Act

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SAID_AFTER = {"tested": "The test page is on its way: what becomes of it stands below."}


@router.api_route("/health", methods=["GET", "HEAD"])
async def show(page: Reading, did: str = "") -> Response:
    people = sorted(page.rules.people.values(), key=lambda one: one.name)
    found = await health(page.application)
    return page.show("health.html", health=found, people=people, words=SAID, mask=masked, did=SAID_AFTER.get(did, ""))


@router.get("/live/health")
async def live_health(page: Reading) -> Response:
    async def render() -> bytes:
        at = page.at(page.application.clock.now())
        return at.part("health_body.html", health=await health(at.application), words=SAID, mask=masked)

    return await page.live("health", render)


@router.post("/health/test-page")
async def send_test_page(page: Responding) -> Response:
    """By every method of somebody, as loud as a page. Raises `NotFound` for somebody who is not in the rules file."""
    application, actor = page.application, page.viewer.actor
    test = application.page_tests.new(page.form.text("person"), Urgency.URGENT, actor.id)
    act = Act("person.test-page", test.person, actor.id, "", CHANNEL, test.urgency.value)
    await application.page_tests.send(test, (application.audit_log.record(act),))
    return page.go("/health?did=tested")
