"""What a tool delivers twice has the same effect once: the second time it counts, and nobody is told again."""

from pathlib import Path

import pytest

from app.adapters.sources import SOURCES
from tests.entrypoints.http.rig import Rig, rigged

FIXTURES = Path(__file__).parents[2] / "adapters" / "sources" / "fixtures"
NEW_EACH_TIME = {"trigger_without_key", "create_small"}
"""What its own tool takes for something new however often it comes: it carries no name for what it is about."""

NOTHING_NEW = {"repeated", "ignored", "acknowledged"}


@pytest.mark.parametrize("source", SOURCES)
async def test_every_fixture_delivered_twice_opens_nothing_the_second_time(tmp_path: Path, source: str) -> None:
    told = 0
    async with rigged(tmp_path, secrets={}) as rig:
        for path in sorted((FIXTURES / source).glob("*.*")):
            first = await rig.client.post(f"/webhooks/{source}", content=path.read_bytes())
            before = await state(rig)

            again = await rig.client.post(f"/webhooks/{source}", content=path.read_bytes())

            assert again.status_code == first.status_code, (path, again.text)
            if again.status_code == 202 and path.stem not in NEW_EACH_TIME:
                assert await state(rig) == before, path
                assert {one["outcome"] for one in again.json()["outcomes"]} <= NOTHING_NEW, path
                told += first.json()["accepted"]
    assert told, "no fixture of this source was understood"


async def state(rig: Rig) -> list[tuple[str, str, int, int]]:
    """Every incident with its status and how many alerts it has, and has firing."""
    items = (await rig.client.get("/api/v1/incidents", params={"limit": 200})).json()["items"]
    return [(one["id"], one["status"], one["alerts"], one["firing"]) for one in items]
