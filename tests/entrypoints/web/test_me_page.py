"""One's own page: shifts, ways to be reached with a test page, and a calendar of one's own."""

from datetime import timedelta

from app.adapters.sessions import Session
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor, visiting


async def test_it_shows_ones_own_shifts_with_the_one_that_runs(asha: Visitor) -> None:
    seen = await asha.get("/me")

    assert "primary now to Mon 23 Nov 17:30 asha's week in rota primary" in seen.said
    assert "primary Mon 23 Nov 17:30 to Mon 30 Nov 17:30" in seen.said
    assert "primary Mon 11 Jan 2027 17:30 to Mon 18 Jan 2027 17:30" in seen.said
    assert "second line" not in seen.said.partition("How I am reached")[0]


async def test_ways_to_be_reached_are_masked_and_say_what_is_lacking(asha: Visitor) -> None:
    seen = await asha.get("/me")

    assert "+*********001" in seen.said
    assert "+441632960001" not in seen.html
    assert "You have never been sent a test page" in seen.said
    assert "A page at once console then every 15 min by whatever has worked, until I answer" in seen.said


async def test_a_test_page_is_sent_and_what_becomes_of_it_is_shown(rig: Rig, asha: Visitor) -> None:
    await asha.get("/me")

    sent = await asha.send("/me/test-page", urgency="urgent")
    await rig.settle()
    live = await asha.client.get(f"/live/my-test?once&test={await newest(rig)}")

    assert "A test page is on its way" in sent.said
    assert "console asha" in sent.said
    assert "on its way" in sent.said
    assert [message.headline.startswith("TEST, nothing is wrong") for message in rig.channel.got] == [True]
    assert live.status_code == 200


async def newest(rig: Rig) -> str:
    test = await rig.application.page_tests.latest()
    assert test
    return test.id


async def test_a_test_page_of_somebody_else_is_not_shown(rig: Rig, asha: Visitor) -> None:
    await rig.client.post("/api/v1/people/ben/test-page", json={"by": "ben"})
    id = await newest(rig)

    seen = await asha.get(f"/me?test={id}")
    live = await asha.client.get(f"/live/my-test?once&test={id}")

    assert "Test page of" not in seen.said
    assert live.status_code == 404


async def test_how_loud_must_be_one_of_two(rig: Rig, asha: Visitor) -> None:
    await asha.get("/me")

    seen = await asha.send("/me/test-page", urgency="deafening")

    assert (seen.status, "say how loud it is to be" in seen.said) == (422, True)
    assert rig.channel.got == []


async def test_the_calendar_has_an_address_that_can_be_renewed(rig: Rig, asha: Visitor) -> None:
    def address(html: str) -> str:
        return html.partition('class="feed" readonly value="http://router.test')[2].partition('"')[0]

    old = address((await asha.get("/me")).html)
    rig.clock.pass_by(timedelta(minutes=1))

    seen = await asha.send("/me/calendar/renew")

    new = address(seen.html)
    assert "Your calendar has another address" in seen.said
    assert new != old
    assert (await rig.client.get(new)).status_code == 200
    assert (await rig.client.get(old)).status_code == 404
    audit = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert (audit[0]["what"], audit[0]["who"], audit[0]["channel"]) == ("calendar.renew", "asha", "web")


async def test_rotas_that_one_is_in_have_addresses_too(asha: Visitor) -> None:
    seen = await asha.get("/me")

    assert "/rota/primary.ics" in seen.html
    assert "/rota/second_line.ics" not in seen.html


async def test_who_is_not_on_call_is_told_so(rig: Rig) -> None:
    async with visiting(rig, "cto") as cto:
        seen = await cto.get("/me")

    assert "You are not on call in the next 8 weeks." in seen.said


async def test_who_is_not_in_the_rules_file_is_told_what_that_means(rig: Rig) -> None:
    session = Session.begin("", "Guest", frozenset({Scope.READ}), rig.clock.now())
    async with visiting(rig) as guest:
        guest.client.cookies.set("oncall_session", rig.application.sessions.seal(session))

        seen = await guest.get("/me")
        renewed = await guest.send("/me/calendar/renew")

    assert "you are not in the rules file" in seen.said
    assert renewed.status == 403


async def test_who_may_only_read_has_no_test_page(rig: Rig) -> None:
    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        seen = await ben.get("/me")
        refused = await ben.send("/me/test-page", urgency="urgent")

    assert "Send me a test page" not in seen.said
    assert refused.status == 403
