"""`oncall-router` with a bug planted in it, for tests that must notice.

Run as `python -m tests.faults.planted BUG serve …`; the bugs are those of `BUGS`.
"""

import sys
from collections.abc import Callable

from app.adapters.store_sqlite import file
from app.entrypoints.cli.main import main


def trust_the_cache() -> None:
    """The store no longer waits for the disk."""
    careful = file._SETTINGS
    file._SETTINGS = careful.replace("PRAGMA synchronous = FULL;", "PRAGMA synchronous = OFF;")
    assert careful != file._SETTINGS


BUGS: dict[str, Callable[[], None]] = {"synchronous-off": trust_the_cache}

if __name__ == "__main__":
    BUGS[sys.argv.pop(1)]()
    main()
