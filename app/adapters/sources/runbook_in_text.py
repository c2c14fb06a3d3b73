"""Runbooks as users write them where a tool has no field of its own: a field they named so, or words in a text."""

import re
from collections.abc import Mapping

from app.adapters.sources.fields import distinct, words

LONGEST_TEXT = 20_000
"""Characters that are looked through; a runbook further down than that helps nobody at night."""

_NAMES = ("runbookurl", "runbook_url", "runbookurls", "runbook")
_MARKDOWN = re.compile(r"\[([^\[\]\n]{0,200})\]\((https?://[^\s()]{1,2000})\)")
_AFTER = re.compile(
    r"\brun[ -]?book(?:_url)?\b[ \t]*(?:=|:|is|at)?[ \t]*<?(https?://[^\s()<>\"']{1,2000})", re.IGNORECASE
)


def written_runbooks(values: Mapping[str, object], said: str = "") -> tuple[str, ...]:
    """The fields that are called so, then what a text links to."""
    named = [found for name in _NAMES for found in words(values.get(name))]
    return distinct((*named, *linked_runbooks(said)))


def markdown_links(said: str) -> list[tuple[str, str]]:
    """Text and address of each Markdown link."""
    return _MARKDOWN.findall(said[:LONGEST_TEXT])


def linked_runbooks(said: str) -> tuple[str, ...]:
    """Links whose text says "runbook", and addresses right after that word (`Runbook: https://…`)."""
    if "book" not in said.lower():
        return ()
    named = [href for what, href in markdown_links(said) if "runbook" in what.lower().replace(" ", "")]
    return distinct((*named, *[href.rstrip(".,;") for href in _AFTER.findall(said[:LONGEST_TEXT])]))
