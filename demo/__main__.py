"""`python -m demo`: plays five weeks into a fresh store, then serves it while more goes on happening."""

import argparse
import asyncio
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe

import httpx
from rich.console import Console
from rich.progress import Progress

from app.config import Settings
from app.entrypoints.logs import set_up_logs
from demo.acting import Acting
from demo.living import live
from demo.past import play
from demo.town import settle_in


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="emptied first; default: %(default)s")
    parser.add_argument("--still", action="store_true", help="nothing more happens once it is seeded")
    asked = parser.parse_args()
    settings = settle_in(asked.folder, datetime.now(UTC).date(), asked.port)
    seed(settings)
    with suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(serve(settings, still=asked.still)))


def seed(settings: Settings) -> None:
    """Play the past, with progress on the terminal."""
    set_up_logs("warning")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("playing five weeks", total=None)
        asyncio.run(play(settings, datetime.now(UTC), lambda done, of: progress.update(task, completed=done, total=of)))


def serving() -> list[str]:
    return [sys.executable, "-c", "from app.entrypoints.cli.main import main; main()", "serve"]


def environment(settings: Settings, token: str) -> dict[str, str]:
    """The server's, with nothing of whoever starts it but where programs are."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "ONCALL_RULES": str(settings.rules),
        "ONCALL_RUNBOOKS": str(settings.runbooks),
        "ONCALL_STORE": settings.store,
        "ONCALL_PAY_RATES": settings.pay_rates,
        "ONCALL_PORT": str(settings.port),
        "ONCALL_ADMIN_TOKEN": token,
    }


async def serve(settings: Settings, still: bool) -> int:
    """Run the server, and let things happen in it unless `still`; its exit code. Ends the server when cancelled."""
    token = "oncall_" + token_urlsafe(24)
    server = await asyncio.create_subprocess_exec(*serving(), env=environment(settings, token))
    living = None if still else asyncio.create_task(_live(settings, token))
    try:
        return await server.wait()
    finally:
        if living:
            living.cancel()
        with suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


async def _live(settings: Settings, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}", headers=headers) as client:
        await live(Acting(client))


if __name__ == "__main__":
    main()
