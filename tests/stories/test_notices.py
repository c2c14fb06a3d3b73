"""Messages that are about no incident go out like pages, once, by the first way that works."""

from pathlib import Path

import pytest

from app.domain.message import Notice
from app.domain.notice import notice_id, to_person, to_squad
from app.domain.notification import Notification, NotificationState
from app.domain.people import Urgency
from tests.stories.stage import RULES, Remembering, Stage, stage

pytestmark = pytest.mark.usefixtures("on_every_store")

TWO_WAYS = RULES.replace("email: asha@example.com", "email: asha@example.com, slack: U1")
COVERED = Notice("Ben covers you tonight", ("Sun 22 Nov, 18:00 to 22:00",), "https://oncall.example.com/covers/7")


def to_asha(story: Stage, key: str, urgency: Urgency = Urgency.QUIET) -> Notification:
    row = to_person(key, "asha", COVERED, urgency, story.application.in_force.rules, story.clock.now())
    assert isinstance(row, Notification)
    return row


async def test_a_notice_reaches_its_reader_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 12:00") as story:
        for _ in range(3):
            await story.application.store.commit((), notices=[to_asha(story, "cover/7/asha")])
            await story.settle()

        assert story.news() == ["Sun 12:00 notice asha"]
        [message] = story.messages()
        assert (message.headline, message.notice, message.items) == (COVERED.headline, COVERED, ())
        [row] = await story.application.store.notifications(notice_id("cover/7/asha"))
        assert row.state is NotificationState.DONE


async def test_a_notice_goes_the_next_way_when_the_first_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 12:00", TWO_WAYS) as story:
        slack = Remembering(story.clock, "slack", dead={"*"})
        story.application.dispatcher.channels = {"email": story.channel, "slack": slack}

        await story.application.store.commit((), notices=[to_asha(story, "cover/7/asha")])
        await story.settle()

        assert [slack.got, story.news()] == [[], ["Sun 12:00 notice asha"]]


async def test_a_notice_that_no_way_takes_is_over_and_its_record_says_why(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 12:00") as story:
        story.application.dispatcher.channels = {}

        await story.application.store.commit((), notices=[to_asha(story, "cover/7/asha")])
        await story.settle()

        [row] = await story.application.store.notifications(notice_id("cover/7/asha"))
        assert (row.state, row.due_at) == (NotificationState.FAILED, None)
        assert "channel email is not set up" in {send.reason for send in row.sends}


async def test_a_storm_of_pages_holds_up_no_notice_and_takes_none_in(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        rows = [to_asha(story, f"cover/{number}/asha") for number in range(9)]

        await story.application.store.commit((), notices=rows)
        await story.settle()

        assert story.news() == ["Sun 03:00 notice asha"] * 9


async def test_who_cannot_be_told_is_said_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path, "2026-11-22 12:00") as story:
        rules, now = story.application.in_force.rules, story.clock.now()

        assert to_person("k", "nobody", COVERED, Urgency.QUIET, rules, now) == (
            "nobody is not among the people of the rules file"
        )
        assert to_squad("k", "nobody", COVERED, rules, now) == "squad nobody is not in the rules file"
