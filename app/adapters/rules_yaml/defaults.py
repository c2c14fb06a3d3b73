"""What a file cannot do without: its version, a last resort, and a word on alerts without a runbook."""

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape
from app.adapters.yaml_document import Mapped

_KEY = "defaults"
_REQUIRED = {
    "last_resort": "name the person who is told when nobody else can be",
    "on_missing_runbook": "say triage, or page",
}


def check_defaults(file: FileShape, tree: Mapped, names: Names, report: Report) -> None:
    """The process promises that nobody is forgotten and nothing is guessed, so these must be said."""
    if "version" not in tree:
        report.refuse(tree.place, '"version" is missing; write "version: 1" at the top')
    given = tree.get(_KEY)
    for key, advice in _REQUIRED.items():
        if not isinstance(given, Mapped) or given.get(key) is None:
            report.refuse(tree.places.get(_KEY, tree.place), f'"{key}" is missing; {advice}', _KEY)
    names.check("people", file.defaults.last_resort, file.defaults.at("last_resort"))
    names.check("calendars", file.defaults.calendar, file.defaults.at("calendar"))
