"""A file that must not be opened is refused, with what to do about it."""

import os
import sqlite3
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.adapters.store_sqlite.schema import MIGRATIONS
from app.domain.errors import StoreRefused, StoreUnavailable
from app.domain.incident import Decision, Outcome
from tests.adapters.store_sqlite.peek import ids_in
from tests.builders import a_decision, an_id, an_incident


async def a_filled_file(path: Path, incidents: int = 200) -> Path:
    store = await SqliteStore.open(path)
    decisions = [a_decision(incident=an_incident(id=an_id(number))) for number in range(incidents)]
    await store.commit(decisions)
    await store.close()
    return path


async def refusal(path: Path) -> str:
    with pytest.raises(StoreRefused) as caught:
        await SqliteStore.open(path)
    return str(caught.value)


async def test_missing_folders_are_made_and_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "oncall.db"

    store = await SqliteStore.open(path)
    await store.close()

    assert path.stat().st_mode & 0o077 == 0


async def test_a_file_in_use_is_refused_until_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "oncall.db"
    link = tmp_path / "link.db"
    store = await SqliteStore.open(path)
    link.symlink_to(path)

    assert "in use by another server: stop that one first" in await refusal(path)
    assert "in use by another server" in await refusal(link)

    await store.close()
    await (await SqliteStore.open(path)).close()


async def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    path = await a_filled_file(tmp_path / "oncall.db")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = path.read_bytes()

    assert f"was written by a newer version (schema 7, this one knows {len(MIGRATIONS)}): " in await refusal(path)
    assert path.read_bytes() == before


async def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (id)")
    connection.close()
    before = path.read_bytes()

    assert "is a database of another program" in await refusal(path)
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 1000)

    assert "damaged" in await refusal(path)
    assert path.read_text() == "Dear diary, " * 1000


@pytest.mark.parametrize("size", [1, 99, 100, 4096, 50_000])
async def test_a_truncated_file_is_refused(tmp_path: Path, size: int) -> None:
    path = await a_filled_file(tmp_path / "oncall.db")
    os.truncate(path, size)

    assert "damaged" in await refusal(path)


@pytest.mark.parametrize("start", [0, 16, 4096, 20_000, 100_000])
async def test_a_garbled_file_is_refused(tmp_path: Path, start: int) -> None:
    path = await a_filled_file(tmp_path / "oncall.db")
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xde\xad\xbe\xef" * 3000)

    assert "damaged" in await refusal(path)


async def test_damage_that_appears_later_is_an_error_and_never_a_wrong_answer(tmp_path: Path) -> None:
    path = await a_filled_file(tmp_path / "oncall.db", incidents=20_000)
    store = await SqliteStore.open(path)
    with path.open("r+b") as file:
        for page in range(16, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xde\xad\xbe\xef" * 1024)

    with pytest.raises(StoreUnavailable, match=r"damaged|cannot be read"):
        await ids_in(store)
    with pytest.raises(StoreUnavailable, match=r"damaged|cannot be read"):
        await store.commit([Decision(an_incident(id=an_id(5), version=2), Outcome.REPEATED)])

    await store.close()


async def test_a_folder_a_file_in_the_way_and_a_read_only_place_are_refused(tmp_path: Path, read_only: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")

    assert "cannot be opened" in await refusal(tmp_path / "folder")
    assert "make its folder writable, or name another file" in await refusal(tmp_path / "file" / "oncall.db")
    assert "make its folder writable, or name another file" in await refusal(read_only / "oncall.db")
