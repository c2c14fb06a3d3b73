"""One incident: where it stands, what may be done about it, and everything that happened."""

from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor


async def test_it_shows_what_a_reader_needs_in_order(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened(description="No request\nhas succeeded.")

    seen = await asha.get(f"/incidents/{id}")
    print(seen.said)
    assert seen.status == 200
