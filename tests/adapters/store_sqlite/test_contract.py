"""The SQLite store keeps every promise of the port."""

from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.service.ports import Store
from tests.contracts.store_contract import StoreContract, other_store, store

__all__ = ["other_store", "store"]


class InFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def open(self) -> Store:
        return await SqliteStore.open(self._path)


@pytest.fixture
def place(tmp_path: Path) -> InFile:
    return InFile(tmp_path / "oncall.db")


@pytest.fixture
def other_place(tmp_path: Path) -> InFile:
    return InFile(tmp_path / "other.db")


class TestSqliteStore(StoreContract):
    pass
