"""`oncall-router migrate`: everything from one store into another, and proof that it is all there."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.domain.errors import StoreUnavailable
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.options import AsJson
from app.entrypoints.cli.printing import say, say_json
from app.entrypoints.cli.progress import progress

if TYPE_CHECKING:
    from app.config import Settings
    from app.service.migrate import Compared, Side

FILE = "sqlite:///"

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="URL of the store to read.", show_default=False)]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="URL of an empty store.", show_default=False)]


def migrate(source: Source, target: Target, as_json: AsJson = False) -> None:
    """Copy everything from one store into another and compare both. Stop all servers first.

    A run that was interrupted is continued by calling it again. SOURCE is only read, and stays as it is.
    """
    names = _name(source), _name(target)
    if names[0] == names[1]:
        raise CommandFailed(f"{names[0]} is both source and target: name two stores")
    if source.startswith(FILE) and not Path(source.removeprefix(FILE)).is_file():
        raise CommandFailed(f"{names[0]} does not exist: see whether its path is right")
    try:
        compared = asyncio.run(_migrate(source, target))
    except StoreUnavailable as error:
        raise CommandFailed(f"{error}\nRun the same command again then: it goes on where it stopped") from None
    except KeyboardInterrupt:
        raise CommandFailed("Interrupted. Run the same command again: it goes on where it stopped") from None
    _say(compared, names, as_json)


async def _migrate(source: str, target: str) -> "Compared":
    from msgspec.json import Encoder

    from app.entrypoints.cli.settings import read_settings
    from app.service.migrate import migrate as move

    settings = read_settings()
    async with AsyncExitStack() as opened:
        there = await _open(source, settings, opened)
        here = await _open(target, settings, opened)
        with progress() as told:
            return await move(there, here, Encoder(order="deterministic").encode, told)


async def _open(url: str, settings: "Settings", opened: AsyncExitStack) -> "Side":
    """Raises `StoreRefused`. The role of this machine's server does not matter here: it is stopped."""
    from app.service.migrate import Side
    from app.wired_store import clock_of, open_store

    store = await open_store(settings.model_copy(update={"store": url, "role": "all"}))
    opened.push_async_callback(store.close)
    return Side(store, _name(url), clock_of(store))


def _name(url: str) -> str:
    """The URL without passwords and options, and with the whole path of a file."""
    if url.startswith(FILE):
        return f"{FILE}{Path(url.removeprefix(FILE)).resolve()}"
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def _say(compared: "Compared", names: tuple[str, str], as_json: bool) -> None:
    sides = list(zip(names, (compared.source, compared.target), strict=True))
    if as_json:
        rows = [
            {
                "store": name,
                "incidents": one.incidents,
                "records": one.records,
                "notices": one.notices,
                "sha256": one.checksum,
            }
            for name, one in sides
        ]
        say_json(json.dumps({"same": not compared.difference, "stores": rows, "difference": compared.difference}))
    else:
        for name, one in sides:
            counts = f"{one.incidents} incidents, {one.records} records, {one.notices} notices"
            say(f"{name}: {counts}, SHA-256 {one.checksum}")
    if compared.difference:
        raise CommandFailed(
            f"They are NOT the same: {compared.difference}. Do not start a server on {names[1]}. See that no server "
            f"works on either, and run the same command again; if it says this again, empty {names[1]} first"
        )
    if not as_json:
        say(f"They are the same. Set ONCALL_STORE to the new one and start the servers. Keep {names[0]} for a while.")
