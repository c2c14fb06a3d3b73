"""`migrate`: from file to Redis and back, whatever is killed on the way, and refusals that say what to do."""

import asyncio
import json
import os
import pty
import re
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from app.adapters.store_redis import RedisStore
from app.adapters.store_sqlite import SqliteStore
from app.service.migrate import KIND, UNFINISHED
from app.service.ports import Record, Store
from tests.builders import a_parcel, an_id, an_incident
from tests.entrypoints.cli.terminal import COMMAND, PATIENCE, ROOT, Process, rest, run
from tests.redis_servers import Kind, Server, a_server, free_port
from tests.whole_stores import Whole, fill, whole

T = TypeVar("T")

MANY = 600
"""Items of either sort: half a second of copying, and more on a busy machine."""


def on(url: str, use: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, use it, and close it."""

    async def used() -> T:
        path = url.removeprefix("sqlite:///")
        store: Store = await (SqliteStore.open(path) if path != url else RedisStore.open(url))
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(used())


def filled(url: str, incidents: int = 8, records: int = 7) -> Whole:
    return on(url, lambda store: fill(store, incidents, records))


def held(url: str) -> Whole:
    return on(url, whole)


def mark(url: str) -> Record | None:
    return on(url, lambda store: store.record(KIND, UNFINISHED))


@pytest.fixture
def here(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/here.db"


@pytest.fixture
def there(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/there.db"


@pytest.fixture(params=list(Kind))
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path / "redis", request.param) as started:
        yield started


def test_it_says_what_both_stores_hold_and_what_to_do_next(here: str, there: str) -> None:
    before = filled(here)

    said = run("migrate", here, there)

    assert said.exit_code == 0
    first, second, last = said.stdout.splitlines()
    assert re.fullmatch(rf"{here}: 8 incidents, 7 records, 0 notices, SHA-256 [0-9a-f]{{64}}", first)
    assert second == first.replace(here, there)
    assert last == (
        f"They are the same. Set ONCALL_STORE to the new one and start the servers. Keep {here} for a while."
    )
    assert said.stderr.splitlines()[-1] == "comparing: 15 of 15"
    assert held(there) == held(here) == before


def test_programs_get_json(here: str, there: str) -> None:
    filled(here)

    said = run("migrate", here, there, "--json")

    found = json.loads(said.stdout)
    sums = {store.pop("sha256") for store in found["stores"]}
    assert len(sums) == 1
    assert found == {
        "same": True,
        "difference": "",
        "stores": [{"store": url, "incidents": 8, "records": 7, "notices": 0} for url in (here, there)],
    }


def test_paths_may_be_relative(here: str, there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    filled(here)

    said = run("migrate", "sqlite:///here.db", "sqlite:///new/there.db")

    assert said.exit_code == 0
    assert said.stdout.startswith(f"{here}: ")


def test_a_role_that_this_machine_has_is_in_nobodys_way(here: str, there: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(here)
    monkeypatch.setenv("ONCALL_ROLE", "api")

    assert run("migrate", here, there).exit_code == 0


def test_one_store_by_two_names_is_refused(here: str, tmp_path: Path) -> None:
    filled(here)
    (tmp_path / "link.db").symlink_to(tmp_path / "here.db")

    said = run("migrate", here, f"sqlite:///{tmp_path}/link.db")

    assert (said.exit_code, said.stderr) == (1, f"{here} is both source and target: name two stores\n")


def test_a_source_that_does_not_exist_is_not_made(here: str, there: str, tmp_path: Path) -> None:
    said = run("migrate", here, there)

    assert (said.exit_code, said.stderr) == (1, f"{here} does not exist: see whether its path is right\n")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_server_has_open_is_refused(here: str, there: str) -> None:
    filled(here)

    async def beside_a_server(store: Store) -> tuple[int, str]:
        said = await asyncio.to_thread(run, "migrate", here, there)
        return said.exit_code, said.stderr

    code, error = on(here, beside_a_server)

    assert code == 1
    assert "here.db is in use by another server: stop that one first" in error


def test_a_target_that_holds_something_else_is_refused(here: str, there: str) -> None:
    filled(here)
    before = on(there, lambda store: fill(store, 5, 0))

    said = run("migrate", here, there)

    assert said.exit_code == 1
    assert said.stderr.splitlines()[-1] == (
        f"{there} is not empty and no copy of {here} (incident {an_id(5)} is in {here} only): "
        "name an empty store, or empty that one"
    )
    assert held(there) == before


def test_a_copy_that_differs_ends_with_what_differs(here: str, there: str) -> None:
    filled(here)

    async def begin(store: Store) -> None:
        await store.put_record(Record(KIND, UNFINISHED, json.dumps(here)))
        await store.unpack([a_parcel(incident=an_incident(id=an_id(99)))], [])

    on(there, begin)

    said = run("migrate", here, there)

    assert said.exit_code == 1
    first, second = said.stdout.splitlines()
    assert first.startswith(f"{here}: 8 incidents, 7 records, 0 notices, ")
    assert second.startswith(f"{there}: 9 incidents, 7 records, 0 notices, ")
    assert said.stderr.splitlines()[-1] == (
        f"They are NOT the same: incident {an_id(99)} is in {there} only. Do not start a server on {there}. "
        "See that no server works on either, and run the same command again; "
        f"if it says this again, empty {there} first"
    )


def test_a_server_that_is_away_is_said_without_its_password(here: str) -> None:
    filled(here)
    port = free_port()

    said = run("migrate", here, f"redis://user:hunter2@127.0.0.1:{port}/0")

    assert said.exit_code == 1
    assert said.stderr.splitlines()[-1] == "Run the same command again then: it goes on where it stopped"
    assert f"127.0.0.1:{port}" in said.stderr
    assert "hunter2" not in said.output


def test_an_address_that_is_none_is_said_without_its_password(here: str) -> None:
    filled(here)

    said = run("migrate", here, "postgres://user:hunter2@127.0.0.1/oncall")

    assert said.exit_code == 1
    assert "write sqlite:///" in said.stderr
    assert "redis://" in said.stderr
    assert "hunter2" not in said.output


def test_a_terminal_sees_a_bar(here: str, there: str) -> None:
    filled(here)
    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONCALL_")}
    environment = {**clean, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}

    ended = subprocess.run(
        [*COMMAND, "migrate", here, there], env=environment, stdout=subprocess.PIPE, stderr=theirs, timeout=PATIENCE
    )

    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert ended.returncode == 0
    assert "copying" in seen
    assert "━" in seen
    assert "15/15" in seen


@pytest.mark.server
def test_from_file_to_redis_and_back_nothing_is_lost(here: str, there: str, server: Server) -> None:
    before = filled(here)

    out = run("migrate", here, server.url, "--json")
    back = run("migrate", server.url, there, "--json")

    assert (out.exit_code, back.exit_code) == (0, 0)
    stores = [store for said in (out, back) for store in json.loads(said.stdout)["stores"]]
    assert len({(store["incidents"], store["records"], store["sha256"]) for store in stores}) == 1
    assert held(server.url) == held(there) == held(here) == before


@pytest.mark.server
def test_the_stores_are_named_without_their_passwords(here: str, tmp_path: Path) -> None:
    filled(here)
    with a_server(tmp_path / "redis", requirepass="hunter2") as server:
        said = run("migrate", here, server.url.replace("//", "//:hunter2@"))

    assert said.exit_code == 0
    assert said.stdout.splitlines()[1].startswith(f"{server.url}: 8 incidents, ")
    assert "hunter2" not in said.output


@pytest.mark.server
def test_one_redis_by_two_names_is_refused(here: str, server: Server) -> None:
    filled(server.url)

    said = run("migrate", server.url, server.url.replace("127.0.0.1", "localhost"))

    assert said.exit_code == 1
    assert "are the same store: name two" in said.stderr


@pytest.mark.server
@pytest.mark.parametrize("at", ["copying: 50 ", "copying: 400 ", "comparing: 50 "])
@pytest.mark.parametrize("way", ["out", "back", "between files"])
def test_a_run_that_was_killed_anywhere_is_made_whole_by_the_next(
    here: str, there: str, tmp_path: Path, way: str, at: str
) -> None:
    with a_server(tmp_path / "redis") as server:
        source, target = {"out": (here, server.url), "back": (server.url, there), "between files": (here, there)}[way]
        before = filled(source, MANY, MANY)

        with migrating(source, target, tmp_path, until=at) as process:
            process.popen.kill()

        if at.startswith("copying"):
            assert mark(target), "it was done before it was killed"
        assert run("migrate", source, target).exit_code == 0
        assert held(target) == held(source) == before
        assert mark(target) is None


@pytest.mark.server
def test_a_redis_that_is_killed_in_the_middle_is_gone_on_with_when_it_is_back(
    here: str, server: Server, tmp_path: Path
) -> None:
    before = filled(here, MANY, MANY)

    with migrating(here, server.url, tmp_path, until="copying: 400 ") as process:
        server.kill()

    assert process.popen.returncode == 1
    assert rest(process.err).splitlines()[-1] == "Run the same command again then: it goes on where it stopped"
    server.start()
    assert run("migrate", here, server.url).exit_code == 0
    assert held(server.url) == before


@contextmanager
def migrating(source: str, target: str, folder: Path, until: str) -> Iterator[Process]:
    """A process that has said so; at the end it is waited for."""
    process = Process.start("migrate", source, target, folder=folder)
    try:
        while until not in process.err.get(timeout=PATIENCE):
            pass
        yield process
        process.popen.wait(PATIENCE)
    finally:
        process.popen.kill()
        process.wait()
