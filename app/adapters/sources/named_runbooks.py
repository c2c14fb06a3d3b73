"""Finds the runbook in tools that have no place for one: a field, a tag or a line of text that is called so."""

import re
from collections.abc import Mapping

from app.adapters.sources.fields import distinct, words
from app.adapters.sources.plain_names import plain_name

LONGEST_TEXT = 20_000
"""Characters that are looked through; a runbook further down than that helps nobody at night."""

_NAMES = ("runbookurl", "runbookurls", "runbook")
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\((https?://[^\s()]{1,2000})\)")
_IN_TEXT = re.compile(
    r"\brun[ -]?book(?:[ _-]?url)?[\"']?[ \t]*"
    r"(?:(?:=|:|is|at)?[ \t]*[\"'<]?(https?://[^\s<>\"']{1,2000})|[=:][ \t]*[\"']?(\w[\w./-]*))",
    re.IGNORECASE,
)
"""`Runbook: https://…`, `runbook at <https://…>`, `"runbook_url"="orders/queue"`: only an address needs no mark."""


def named_runbooks(named: Mapping[str, object], *texts: str) -> tuple[str, ...]:
    """What is called `runbook` or `runbook_url` however it is spelled, then what the texts link to or name so."""
    spelled = {plain_name(name): value for name, value in named.items()}
    fields = [
        found for wanted in _NAMES for name, value in spelled.items() if name.endswith(wanted) for found in words(value)
    ]
    return distinct([*fields, *(found for said in texts for found in _written(said[:LONGEST_TEXT]))])


def markdown_links(said: str) -> list[tuple[str, str]]:
    """Text and address of each Markdown link."""
    return _LINK.findall(said[:LONGEST_TEXT])


def _written(said: str) -> list[str]:
    """Links whose text says "runbook", and what follows that word."""
    if "book" not in said.lower():
        return []
    linked = [href for what, href in markdown_links(said) if "runbook" in what.lower().replace(" ", "")]
    return [*linked, *[(address or name).rstrip(".,;)") for address, name in _IN_TEXT.findall(said)]]
