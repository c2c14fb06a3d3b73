"""Finds the runbook in tools that have no place for one: a field, a tag or a line of text that is called so."""

import re
from collections.abc import Mapping

from app.adapters.sources.fields import distinct, words
from app.adapters.sources.plain_names import plain_name

LONGEST_TEXT = 20_000
"""Characters that are looked through; a runbook further down than that helps nobody at night."""

_NAMES = ("runbookurl", "runbookurls", "runbook")
_LINK_TEXTS = ("runbook", "playbook")
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\((https?://[^\s()]{1,2000})\)")
_IN_TEXT = re.compile(
    r"\brun[ -]?book(?:[ _-]?url)?[\"'*_]{0,3}[ \t]{0,10}"
    r"(?:(?:=|:|is|at)?[ \t*_]{0,10}[\"'<]?(https?://[^\s<>\"']{1,2000})"
    r"|[=:][ \t*_]{0,10}[\"']?(\w[\w./-]{0,500})[\"',;)]{0,3}[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""`Runbook: https://…`, `runbook at <https://…>`, `**Runbook:** orders/queue`: only an address needs no mark before it,
and only a name must end its line."""


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
    linked = [href for what, href in markdown_links(said) if any(name in _folded(what) for name in _LINK_TEXTS)]
    written = [address.rstrip(".,;)*_") or name for address, name in _IN_TEXT.findall(said)]
    return [*linked, *written]


def _folded(said: str) -> str:
    return said.lower().replace(" ", "")
