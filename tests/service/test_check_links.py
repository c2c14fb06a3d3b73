"""Following links: each once, side by side, with an end, and only what is surely gone is an error."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from app.domain.complaint import Complaint, Place
from app.service.check_links import AT_ONCE, ATTEMPTS, Answer, dead_links
from app.service.problem import Problem

WIKI = "https://wiki.example.com"


class Web:
    """Pages by their links; what is not there is silent. Counts who asks for what, and how many do at once."""

    def __init__(self, **pages: int) -> None:
        self.pages = {f"{WIKI}/{name}": status for name, status in pages.items()}
        self.asked: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0

    async def ask(self, link: str) -> Answer:
        self.asked[link] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return Answer(self.pages[link]) if link in self.pages else Answer(silence="it did not answer in time")


def at(line: int) -> Complaint:
    return Complaint(Place("f.yaml", line), "", "annotations.runbook_url")


async def dead(web: Web, *links: tuple[str, Complaint]) -> Sequence[Problem]:
    return await dead_links(links, web.ask, lambda what, done, total: None)


async def test_what_is_gone_is_an_error_at_every_place_that_names_it_and_asked_for_once() -> None:
    web = Web(gone=404, removed=410, there=200)

    found = await dead(
        web, (f"{WIKI}/gone", at(1)), (f"{WIKI}/there", at(2)), (f"{WIKI}/gone", at(3)), (f"{WIKI}/removed", at(4))
    )

    assert [str(problem) for problem in found] == [
        f"f.yaml:1 annotations.runbook_url: runbook {WIKI}/gone is gone: it answers 404",
        f"f.yaml:3 annotations.runbook_url: runbook {WIKI}/gone is gone: it answers 404",
        f"f.yaml:4 annotations.runbook_url: runbook {WIKI}/removed is gone: it answers 410",
    ]
    assert set(web.asked.values()) == {1}


async def test_any_other_answer_will_do() -> None:
    web = Web(a=200, b=302, c=401, d=403, e=405, f=429, g=500, h=503)

    assert await dead(web, *((link, at(n)) for n, link in enumerate(web.pages, 1))) == ()


async def test_silence_is_an_error_after_a_second_attempt() -> None:
    web = Web()

    (problem,) = await dead(web, (f"{WIKI}/x", at(1)))

    assert problem.complaint.reason == f"runbook {WIKI}/x is out of reach: it did not answer in time"
    assert web.asked[f"{WIKI}/x"] == ATTEMPTS


async def test_a_host_that_is_silent_is_not_asked_for_each_of_its_pages() -> None:
    web = Web()

    found = await dead(web, *((f"{WIKI}/{n}", at(n + 1)) for n in range(500)))

    assert len(found) == 500
    assert web.asked.total() <= AT_ONCE * ATTEMPTS


async def test_a_silent_page_does_not_condemn_a_host_that_answers_for_others() -> None:
    web = Web(**{f"p{n}": 200 for n in range(50)})
    links = [f"{WIKI}/p0", f"{WIKI}/hangs", *(f"{WIKI}/p{n}" for n in range(1, 50))]

    found = await dead(web, *((link, at(n)) for n, link in enumerate(links, 1)))

    assert [problem.complaint.place.line for problem in found] == [2]


async def test_only_so_many_are_asked_at_once_and_progress_is_told() -> None:
    web = Web(**{f"p{n}": 200 for n in range(50)})
    told: list[tuple[str, int, int]] = []

    await dead_links(((link, at(1)) for link in web.pages), web.ask, lambda *progress: told.append(progress))

    assert web.most_at_once == AT_ONCE
    assert told == [("links followed", n, 50) for n in range(1, 51)]
