"""The list of incidents: who has what, what comes next, and nothing that an alert says does anything."""

from datetime import timedelta

from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'


async def test_a_row_says_what_who_and_what_comes_next(rig: Rig, asha: Visitor) -> None:
    await rig.opened()
    rig.clock.pass_by(timedelta(minutes=18, seconds=50))

    seen = await asha.get("/")

    assert "critical Payments API is down Payments 18:50 old triggered nobody has it second line in 41:10" in seen.said
    assert [tick["title"] for tick in seen.every("span") if "tick" in str(tick.get("class")).split()] == [
        "Asha, console: sent",
        "Ben, console: sent",
    ]


async def test_those_that_nobody_has_come_first_and_are_counted_in_the_title(rig: Rig, asha: Visitor) -> None:
    taken = await rig.opened(dedup_key="taken", title="Taken")
    await rig.act(taken, "acknowledge", by="asha")
    await rig.opened(dedup_key="free", title="Free")

    seen = await asha.get("/")

    assert seen.said.startswith("(1) Open incidents")
    assert seen.said.index("Free") < seen.said.index("Taken")
    assert "acknowledged Asha time to stop in 2 h 00" in seen.said


async def test_nothing_open_says_what_to_do_next(asha: Visitor) -> None:
    assert "Nothing is open. When something is, it shows up here by itself" in (await asha.get("/")).said


async def test_each_list_shows_its_own(rig: Rig, asha: Visitor) -> None:
    over = await rig.opened(dedup_key="over", title="Over")
    await rig.act(over, "resolve", by="asha")
    await rig.opened(dedup_key="small", title="Small", severity="low", labels={"service": "none"})

    assert "Over" not in (await asha.get("/")).said
    assert "Over" in (await asha.get("/?show=resolved")).said
    assert "Over" in (await asha.get("/?show=all")).said
    assert (await asha.get("/?show=nonsense")).status == 404


async def test_many_are_shown_in_pages(rig: Rig, asha: Visitor) -> None:
    for number in range(45):
        await rig.opened(dedup_key=f"n{number}", title=f"Number {number:02}", labels={"service": "payments"})

    first = await asha.get("/")
    (older,) = [str(a["href"]) for a in first.every("a") if "before=" in str(a.get("href"))]
    rest = await asha.get(older)

    assert (len(first.every("li", data_row=None)), len(rest.every("li", data_row=None))) == (40, 5)
    assert "Number 44" in first.said
    assert "Number 00" in rest.said


async def test_text_of_alerts_is_inert(rig: Rig, asha: Visitor) -> None:
    await rig.opened(title=HOSTILE, labels={"service": HOSTILE})

    seen = await asha.get("/")

    assert HOSTILE.replace("\u202e", " ") in seen.text
    assert seen.every("img") == []
    assert [tag for tag in seen.every("script") if not str(tag.get("src")).startswith("/static/")] == []
    assert "\u202e" not in seen.html


async def test_the_live_piece_is_the_list_alone(rig: Rig, asha: Visitor) -> None:
    await rig.opened()

    seen = await asha.get("/live/incidents?show=open&once")

    assert "Payments API is down" in seen.said
    assert seen.every("html") == []


async def test_a_page_says_what_browsers_may_do_with_it(asha: Visitor) -> None:
    headers = (await asha.get("/")).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-frame-options"]) == ("no-store", "DENY")
    assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")
