"""Runbooks that people write into free text, where a tool has no field for them."""

import re
from collections.abc import Iterator

_FAR_ENOUGH = 10_000
_NAMED = re.compile(r"^[^\w\n]{0,10}run ?book(?:[ _-]?url)?[^\w\n/]{0,5}[:=][ \t*_]{0,10}<?(\S+)[ \t]*$", re.I | re.M)
_LINKED = re.compile(r"\[[^\]\n]{0,80}(?:run|play) ?book[^\]\n]{0,80}\]\(([^\s)]{1,2000})\)", re.I)
_AROUND = "<>()[]*_`\"',;"


def runbooks_in(said: str) -> Iterator[str]:
    """What a line `Runbook: …` names, and where a Markdown link called "… runbook …" leads; near the beginning only,
    so that a long text costs no more than a short one."""
    near = said[:_FAR_ENOUGH]
    for found in _NAMED.findall(near):
        yield found.rstrip(_AROUND)
    yield from _LINKED.findall(near)
