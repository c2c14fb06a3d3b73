"""The default texts of Alertmanager's templates, which go to PagerDuty and Opsgenie: what a reader finds in them."""

import re

_RUNBOOK_LINE = re.compile(r"^[ \t]*- runbook(?:_url)? = (\S+)", re.MULTILINE)
_NAME_LINE = re.compile(r"^[ \t]*- alertname = (\S.*)$", re.MULTILINE)
_SOURCE_LINE = re.compile(r"^[ \t]*Source: (http\S+)", re.MULTILINE)


def runbooks_in_text(text: str) -> list[str]:
    """The values of annotations called `runbook_url` or `runbook`, each of which has a line of its own."""
    return _RUNBOOK_LINE.findall(text)


def names_in_text(text: str) -> list[str]:
    """What the alerts are called."""
    return _NAME_LINE.findall(text)


def sources_in_text(text: str) -> list[str]:
    """Where the alerts come from."""
    return _SOURCE_LINE.findall(text)
