"""Finds the runbook in tools that have no place for one: a field, a tag or a line of text that is called so."""

import re
from collections.abc import Mapping

from app.adapters.sources.fields import distinct
from app.adapters.sources.plain_names import plain_name

_NAMES = ("runbookurl", "runbook")
_IN_TEXT = re.compile(
    r"""\brunbook(?:[ _-]?url)?["']?[ \t]*[:=][ \t]*["']?(https?://[^\s"'<>]+|\w[\w./-]*)""", re.IGNORECASE
)


def named_runbooks(named: Mapping[str, str], *texts: str) -> tuple[str, ...]:
    """What is called `runbook` or `runbook_url` however it is spelled, then what follows `runbook:` in a text."""
    spelled = {plain_name(name): value for name, value in named.items()}
    fields = [value for wanted in _NAMES for name, value in spelled.items() if name.endswith(wanted)]
    return distinct([*fields, *(found.rstrip(".,;)") for text in texts for found in _IN_TEXT.findall(text))])
