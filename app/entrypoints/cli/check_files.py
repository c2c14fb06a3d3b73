"""The files that a check is about: reading those with Prometheus rules, and what each is called from here."""

import os
from collections.abc import Sequence
from pathlib import Path

from app.adapters.prometheus_rules import Unread, files_in, read_bytes, read_rule_file
from app.config import Settings
from app.domain.complaint import Complaint, Place
from app.entrypoints.cli.check import STDIN
from app.service.alert_rules import RuleFile
from app.service.problem import Problem, Weight


def read_rule_files(paths: Sequence[Path]) -> tuple[RuleFile, ...]:
    """Every file below `paths`; one that cannot be read is a problem of its own."""
    try:
        return tuple(_read(path) for path in files_in(paths))
    except Unread as error:
        return (_unread(error),)


def _read(path: Path) -> RuleFile:
    try:
        return read_rule_file(read_bytes(path), shown(path))
    except Unread as error:
        return _unread(error)


def _unread(error: Unread) -> RuleFile:
    file = shown(error.path)
    complaint = Complaint(Place(file), f"cannot be read: {error.reason}")
    return RuleFile(file, problems=(Problem(complaint),), is_unread=True)


def barren(folders: Sequence[Path], files: Sequence[RuleFile]) -> list[Problem]:
    """A warning for each folder without Prometheus rules: it may have moved, and nothing would be checked any more."""
    said_of = [Path(file.file) for file in files if file.problems or not file.passed_over]
    reason = "no Prometheus rules are in this folder"
    return [
        Problem(Complaint(Place(shown(folder)), reason), Weight.WARNING)
        for folder in folders
        if folder.is_dir() and not any(path.is_relative_to(shown(folder)) for path in said_of)
    ]


def shown(path: Path) -> str:
    """`path` as it is called from the working directory; whole where it is not below that."""
    if str(path) == STDIN:
        return "stdin"
    here, whole = Path.cwd(), Path(os.path.abspath(path))
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.as_posix()


def from_here(complaint: Complaint, settings: Settings) -> Complaint:
    """A complaint of our own files, which the loader calls by their names, with the file as it is called from here."""
    file, line = complaint.place
    return complaint._replace(place=Place(shown(_path_of(file, settings)), line)) if file else complaint


def _path_of(file: str, settings: Settings) -> Path:
    rules, runbooks = settings.rules, settings.runbooks
    if file == runbooks.name:
        return runbooks
    if file.endswith(".md") and file.startswith(f"{runbooks.name}/"):
        return runbooks / file.removeprefix(f"{runbooks.name}/")
    return rules.parent / file
