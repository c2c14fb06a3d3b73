"""Pages that stay up to date by themselves, say when they do not, and lose nothing that somebody types."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, signed_in
from tests.browser.site import Site

pytestmark = pytest.mark.server

HOSTILE = '"><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">\u202egnp.exe'


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_text(re.compile("live|up to date"))


def test_an_alert_arrives_without_reloading_and_is_counted_in_the_title(site: Site, asha: Page) -> None:
    live(asha)
    before = asha.title()

    id = site.opened("arrives", title="It has just arrived")

    row = asha.locator(f"#i{id}")
    expect(row).to_contain_text("It has just arrived")
    expect(row).to_contain_text("nobody has it")
    expect(row).to_contain_text(re.compile(r"second line in \d\d:\d\d"))
    assert asha.title() != before
    assert re.match(r"\(\d+\) ", asha.title())


def test_the_countdown_counts(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/incidents/{site.opened('counts')}")
    shown = asha.locator(".head .countdown")
    first = shown.inner_text()

    expect(shown).not_to_have_text(first)
    assert re.fullmatch(r"59:\d\d|60:00|1 h 00", first)


def test_acknowledging_on_a_phone_takes_one_tap(site: Site, asha: Page) -> None:
    id = site.opened("phone")
    asha.set_viewport_size(PHONE)  # type: ignore[arg-type]
    asha.goto(f"{site.url}/incidents/{id}")
    button = asha.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE["height"], "it is on the first screen"
    assert box["height"] >= 48

    button.click()

    expect(asha.get_by_role("status").first).to_be_visible()
    expect(asha.locator(".said")).to_have_text("You have it. Nobody else is paged for it any more.")
    expect(asha.locator(".stands")).to_contain_text("Acknowledged by Asha")
    assert site.incident(id)["acknowledged_by"] == "asha"


def test_second_line_is_called_and_shows_in_the_timeline(site: Site, asha: Page) -> None:
    id = site.opened("second")
    asha.goto(f"{site.url}/incidents/{id}")
    asha.get_by_role("button", name="Acknowledge").click()

    asha.get_by_role("button", name="Second line").first.click()

    expect(asha.locator(".timeline")).to_contain_text("Chen, as second_line".replace("_", " "))
    expect(asha.locator(".timeline .sendings").first).to_contain_text("sent")


def test_two_tabs_agree_and_what_is_typed_in_one_stays(site: Site, asha: Page) -> None:
    id = site.opened("tabs")
    asha.goto(f"{site.url}/incidents/{id}")
    other = asha.context.new_page()
    other.goto(f"{site.url}/incidents/{id}")
    live(other)
    other.locator("summary", has_text="Note, snooze").click()
    other.get_by_label("Note for the timeline").fill("half a senten")

    asha.bring_to_front()
    asha.get_by_role("button", name="Acknowledge").click()

    other.bring_to_front()
    expect(other.locator(".stands")).to_contain_text("Acknowledged by Asha")
    expect(other.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(other.get_by_label("Note for the timeline")).to_have_value("half a senten")
    expect(other.get_by_label("Note for the timeline")).to_be_visible()
    other.get_by_role("button", name="Add note").click()
    expect(other.locator(".timeline")).to_contain_text("half a senten")


def test_a_page_that_has_grown_old_shows_that_it_was_resolved_elsewhere(site: Site, browser: Browser) -> None:
    id = site.opened("old")
    with signed_in(site, browser, "asha", scripts=False) as context:
        page = context.pages[0]
        page.goto(f"{site.url}/incidents/{id}")
        site.post(f"/api/v1/incidents/{id}/resolve", by="chen")

        page.get_by_role("button", name="Acknowledge").click()

        expect(page.get_by_role("alert")).to_contain_text("things have moved on")
        expect(page.locator(".stands")).to_contain_text("Resolved by Chen")


def test_reading_acknowledging_and_resolving_need_no_javascript(site: Site, browser: Browser) -> None:
    id = site.opened("plain", title="Without scripts")
    with signed_in(site, browser, "asha", scripts=False) as context:
        page = context.pages[0]
        page.get_by_role("link", name="Without scripts").click()
        expect(page.locator("#runbook")).to_contain_text("Look at")
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.locator(".said")).to_contain_text("You have it")
        page.get_by_role("button", name="Resolve").first.click()
        expect(page.locator(".said")).to_contain_text("Resolved.")

    assert site.incident(id)["status"] == "resolved"


def test_text_of_an_alert_does_nothing(site: Site, asha: Page) -> None:
    id = site.opened("hostile", title=HOSTILE, description=HOSTILE, labels={"service": HOSTILE})
    expect(asha.locator(f"#i{id}")).to_contain_text("<script>")

    asha.goto(f"{site.url}/incidents/{id}")
    live(asha)

    assert "owned" not in (asha.title(), asha.evaluate("document.title"))
    assert asha.locator("main img, main script").count() == 0
    assert "\u202e" not in asha.content()


def test_a_server_that_is_gone_is_said_and_its_return_is_noticed(site: Site, asha: Page) -> None:
    live(asha)

    site.stop()
    expect(asha.locator("#live")).to_have_text("reconnecting")
    site.start()

    live(asha)
    id = site.opened("after", title="After the restart")
    expect(asha.locator(f"#i{id}")).to_be_visible()


def test_where_nothing_is_heard_the_page_says_since_when_and_asks_by_itself(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "asha") as context:
        page = context.pages[0]
        page.clock.install()
        page.route("**/live/**", lambda route: route.abort() if "once" not in route.request.url else route.continue_())
        page.goto(f"{site.url}/")
        id = site.opened("polled", title="Nobody has told me")
        expect(page.locator("#live")).to_have_text("reconnecting")

        page.clock.fast_forward(40_000)

        expect(page.locator(f"#i{id}")).to_be_visible()
        expect(page.locator("#live")).to_have_text("up to date")
        page.unroute_all()
        page.route("**/live/**", lambda route: route.abort())
        page.clock.fast_forward(40_000)
        expect(page.locator("#live")).to_have_text(re.compile(r"not updated since \d\d:\d\d"))
        assert page.locator("#incidents").evaluate("one => getComputedStyle(one).opacity") == "0.55"


def test_dark_and_light_are_remembered(site: Site, asha: Page) -> None:
    asha.emulate_media(color_scheme="light")
    asha.get_by_role("button", name="Dark").click()

    asha.goto(f"{site.url}/raise")

    assert asha.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 19, 21)"
    asha.get_by_role("button", name="Light").click()
    assert asha.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 246, 243)"


def test_a_session_that_has_ended_is_said_and_the_way_back_leads_to_the_same_page(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/?show=all")
    live(asha)
    site.clock.ahead += timedelta(hours=13)

    expect(asha.locator("#live")).to_have_text("signed out: reload the page", timeout=20_000)
    asha.reload()

    assert asha.url == f"{site.url}/sign-in?next=%2F%3Fshow%3Dall"


def test_signing_in_by_a_link_takes_two_clicks(site: Site, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.sign_in_link(""))
        page.get_by_label("Who are you?").select_option("ben")
        page.get_by_role("button", name="Sign in").click()

        page.wait_for_url(f"{site.url}/")
        expect(page.locator(".self .name")).to_have_text("Ben")


def test_nobody_is_left_on_a_page_after_signing_out(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "ben") as context:
        page = context.pages[0]
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.goto(f"{site.url}/raise")
        assert "/sign-in" in page.url
