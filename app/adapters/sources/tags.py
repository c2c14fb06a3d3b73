"""Tags become labels, whichever way a tool writes them: a list, or one text with commas."""

from collections.abc import Iterable

from app.adapters.sources.fields import items, word


def tag_labels(value: object) -> dict[str, str]:
    """Tags (`team:db`, `env=prod`, `urgent`) as name and value; a bare one is "true"."""
    sent: Iterable[object] = items(value) if isinstance(value, list) else word(value).split(",")
    return dict(_tag(word(tag)) for tag in sent if word(tag))


def _tag(tag: str) -> tuple[str, str]:
    for mark in ("=", ":"):
        name, found, value = tag.partition(mark)
        if found and name.strip():
            return name.strip(), value.strip()
    return tag, "true"
