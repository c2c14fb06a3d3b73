"""The names that a file defines, so that every use of one can be checked where it is written."""

from collections.abc import Iterable

from app.adapters.rules_yaml.report import Report, quoted, suggestion
from app.adapters.yaml_document import Mapped
from app.domain.complaint import Place

_SECTIONS = ("people", "squads", "rotas", "policies", "ladders", "calendars")
_ALWAYS = {"policies": ("critical", "high"), "ladders": ("urgent", "quiet")}
_SINGULAR = {
    "people": "person",
    "squads": "squad",
    "rotas": "rota",
    "policies": "policy",
    "ladders": "ladder",
    "calendars": "calendar",
}


class Names:
    """What each section defines, entries that do not fit included: one mistake is reported once."""

    def __init__(self, tree: Mapped, report: Report) -> None:
        self._report = report
        self._known = {name: {*_keys(tree, name), *_ALWAYS.get(name, ())} for name in _SECTIONS}
        if not self._known["calendars"]:
            self._known["calendars"] = {"office"}

    def __getitem__(self, section: str) -> set[str]:
        return self._known[section]

    def check(self, section: str, name: str | None, place: Place) -> None:
        """Report `name` where it is used but not defined."""
        if name is not None and name not in self._known[section]:
            self.unknown(_SINGULAR[section], name, place, self._known[section])

    def check_all(self, section: str, names: Iterable[tuple[str, Place]]) -> None:
        for name, place in names:
            self.check(section, name, place)

    def unknown(self, what: str, name: str, place: Place, known: Iterable[str]) -> None:
        self._report.refuse(place, f"{what} {quoted(name)} is not defined{suggestion(name, known)}")


def _keys(tree: Mapped, section: str) -> tuple[str, ...]:
    found = tree.get(section)
    return tuple(found) if isinstance(found, Mapped) else ()
