"""What `custom_details` of a PagerDuty event may hide: runbooks, also those inside Alertmanager's own default texts."""

from collections.abc import Iterator

from app.adapters.sources.alertmanager_text import names_in_text, runbooks_in_text, sources_in_text
from app.adapters.sources.body import parse_json
from app.adapters.sources.fields import Fields, dig, distinct, fields, items, link, text
from app.domain.alert import Link
from app.domain.errors import InvalidPayload

_RUNBOOKS = ("runbook_url", "runbook")
_LISTS = ("firing", "resolved")
_MOST_LINKS = 10


def runbooks_in(details: object) -> Iterator[str]:
    """Runbook references in order of preference, with repetitions."""
    for name in _RUNBOOKS:
        yield text(dig(details, name))
    for name in _LISTS:
        sent = dig(details, name)
        for alert in _alerts(sent):
            yield from (text(dig(alert, "annotations", key)) for key in _RUNBOOKS)
        if isinstance(sent, str):
            yield from runbooks_in_text(sent)


def alertname_in(details: object) -> str:
    """What the alerts inside Alertmanager's details are called, if all are called alike; or a field of that name."""
    found = [text(dig(details, "alertname"))]
    for name in _LISTS:
        sent = dig(details, name)
        found += [text(dig(alert, "labels", "alertname")) for alert in _alerts(sent)]
        if isinstance(sent, str):
            found += names_in_text(sent)
    names = distinct(found)
    return names[0] if len(names) == 1 else ""


def sources_in(details: object) -> tuple[Link, ...]:
    """Where the alerts inside Alertmanager's details come from; the first few, as a group may hold hundreds."""
    found: dict[str, Link] = {}
    for name in _LISTS:
        sent = dig(details, name)
        hrefs = [text(alert.get("generatorURL")) for alert in _alerts(sent)]
        if isinstance(sent, str):
            hrefs += sources_in_text(sent)
        found.update((each.href, each) for href in hrefs for each in link(href, "source"))
    return tuple(found.values())[:_MOST_LINKS]


def _alerts(sent: object) -> list[Fields]:
    """Alertmanager writes a JSON text of its alerts; some releases an array; older ones lines of plain text."""
    if isinstance(sent, str) and sent.lstrip().startswith("["):
        try:
            sent = parse_json(sent.encode())
        except InvalidPayload:
            return []
    return [fields(alert) for alert in items(sent)]
