"""A process that commits new incidents and prints the id of each one that was acknowledged, until it is killed.

Run as `python -m tests.adapters.store_sqlite.writer FILE TASKS [COMMITS [PRAGMA]]`.
"""

import asyncio
import itertools
import os
import sys

from app.adapters.store_sqlite import SqliteStore
from tests.adapters.store_sqlite.peek import connection_of, ids_in
from tests.builders import a_decision, an_id, an_incident


async def write(store: SqliteStore, numbers: "itertools.count[int]", commits: int) -> None:
    for _ in range(commits):
        id = an_id(next(numbers))
        await store.commit([a_decision(incident=an_incident(id=id))])
        os.write(1, f"{id}\n".encode())


async def main(path: str, tasks: str, commits: str = "1000000", pragma: str = "") -> None:
    store = await SqliteStore.open(path)
    if pragma:
        connection_of(store).execute(pragma)
    numbers = itertools.count(len(await ids_in(store)))
    await asyncio.gather(*(write(store, numbers, int(commits)) for _ in range(int(tasks))))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
