"""A text in the person's own editor, and what they have made of it."""

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from app.entrypoints.cli.failures import CommandFailed

USUAL = "vi"


def edited(text: str, name: str) -> str:
    """The text as it is once the editor has been closed; `name` is what the file is called. Raises `CommandFailed`."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or USUAL
    with TemporaryDirectory(prefix="oncall-router-") as folder:
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 - the person's own choice
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise CommandFailed(
                f"the editor {editor} did not work ({error}): name another in $EDITOR, or use `export` and `import`"
            ) from None
