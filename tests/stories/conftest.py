"""Every story is played on every store: a SQLite file, and Redis at the old and the new end of the supported range."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

from tests.redis_servers import Kind, Server, a_server
from tests.stories import stage


@pytest.fixture(scope="session")
def redis_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Kind, Server]]:
    """One server of each kind, in which every story has a deployment of its own."""
    with (
        a_server(tmp_path_factory.mktemp("old"), Kind.REDIS) as old,
        a_server(tmp_path_factory.mktemp("new"), Kind.VALKEY) as new,
    ):
        yield {Kind.REDIS: old, Kind.VALKEY: new}


@pytest.fixture(
    params=[
        pytest.param(None, id="sqlite"),
        *(pytest.param(kind, id=kind, marks=pytest.mark.server) for kind in Kind),
    ],
)
def on_every_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the stage of this test keeps its data."""
    if request.param is None:
        return
    server = request.getfixturevalue("redis_servers")[request.param]
    place = {"store": server.url, "deployment": token_hex(4), "secret_key": "a key for links"}
    monkeypatch.setattr(stage, "place_of", lambda tmp_path: place)
