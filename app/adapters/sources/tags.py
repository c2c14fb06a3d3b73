"""Tags become labels: every tool writes them in another way, and rules match on names and values."""

from app.adapters.sources.body import parse_json
from app.adapters.sources.fields import Fields, event_source, first_word, items, text, word
from app.domain.errors import InvalidPayload

_NAMES = ("tag", "name", "key")


def tag_labels(value: object, separator: str = ",") -> dict[str, str]:
    """Labels with small names from an object, a list, JSON text of these, or texts between separators.

    A tag is `{"tag": "team", "value": "db"}`, `team:db`, `team=db`, or a bare word, whose value is `true`. A tag
    `source` becomes `event_source`: to a matcher `source` is the instance's name.
    """
    if isinstance(value, str):
        value = _parsed(value, separator)
    if isinstance(value, dict):
        found = {name.strip().lower(): text(each) for name, each in value.items() if each is not None}
    else:
        found = dict(_label(tag) for tag in items(value))
    return event_source({name: each for name, each in found.items() if name})


def split_tag(tag: str) -> tuple[str, str]:
    """The name and the value of one tag as text."""
    for mark in ("=", ":"):
        name, found, value = tag.partition(mark)
        if found and name.strip():
            return name.strip(), value.strip()
    return tag, "true"


def _parsed(value: str, separator: str) -> object:
    if value.lstrip().startswith(("[", "{")):
        try:
            return parse_json(value.encode())
        except InvalidPayload:
            return []
    return list(filter(None, map(str.strip, value.split(separator))))


def _label(tag: object) -> tuple[str, str]:
    if isinstance(tag, dict):
        return _from_object(tag)
    name, value = split_tag(word(tag))
    return name.lower(), value


def _from_object(tag: Fields) -> tuple[str, str]:
    return first_word(tag, *_NAMES).lower(), word(tag.get("value")) or "true"
