"""Every story is played on both sorts of store: a SQLite file, and Redis at the new end of the supported range. With
ONCALL_EVERY_STORE set also on its old end, on three Sentinels around a primary, and on a cluster, whose adapter is the
same and keeps its contract on all of them in every run."""

import os
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest

from tests.redis_servers import Kind, a_cluster, a_sentinel_trio, a_server
from tests.stories import stage

SHARED = ("new_redis", "old_redis", "sentinels", "cluster") if os.environ.get("ONCALL_EVERY_STORE") else ("new_redis",)
"""Fixtures that give the URL of a store for many processes; each story has a deployment of its own there."""

TWO_STORES = ("sqlite", pytest.param("new_redis", marks=pytest.mark.server))
"""One of each kind, for long stories whose stores differ in nothing else: parametrize `on_every_store` indirectly."""


@pytest.fixture(scope="session")
def old_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_server(tmp_path_factory.mktemp("old"), Kind.REDIS) as server:
        yield server.url


@pytest.fixture(scope="session")
def new_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_server(tmp_path_factory.mktemp("new"), Kind.VALKEY) as server:
        yield server.url


@pytest.fixture(scope="session")
def sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_sentinel_trio(tmp_path_factory.mktemp("sentinels")) as trio:
        yield trio.url


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_cluster(tmp_path_factory.mktemp("cluster")) as three:
        yield three.url


@pytest.fixture(params=["sqlite", *(pytest.param(name, marks=pytest.mark.server) for name in SHARED)])
def on_every_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the stage of this test keeps its data."""
    if request.param == "sqlite":
        return
    place: dict[str, Any] = {
        "store": request.getfixturevalue(request.param),
        "deployment": token_hex(4),
        "secret_key": "a key for links",
    }
    monkeypatch.setattr(stage, "place_of", lambda tmp_path: place | {"journal": tmp_path / "journal"})
