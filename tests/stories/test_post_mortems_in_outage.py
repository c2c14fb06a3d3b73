"""What began and ended while the store was away has its post-mortem too, once the store is back."""

from pathlib import Path

from tests.stories.outages import replica, switchable
from tests.stories.stage import alert


async def test_what_was_over_before_the_store_came_back_is_drafted_once_it_has(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", "2026-11-22 03:00", switch) as story:
        switch.away = True
        await story.fire(alert())
        await story.go_to("2026-11-22 03:10")
        await story.fire(alert(status="resolved"))

        switch.away = False
        await story.settle()
        await story.application.review.round()
        await story.application.review.round()

        (found,) = (await story.client.get("/api/v1/postmortems")).json()["items"]
        assert (found["version"], found["owner"], found["state"]) == (1, "asha", "draft")
        await story.settle()
        assert [message.headline for message in story.messages() if message.notice] == [
            "A post-mortem is yours to write: PaymentsApiDown is firing"
        ]
