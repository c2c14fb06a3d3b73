"""Alerts out of documents that no standard describes, by the expressions of a mapping."""

from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    distinct,
    first_line,
    first_word,
    flat,
    glimpse,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.generic_mapping import BodyMapping
from app.adapters.sources.tags import split_tag
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload


def _document(sent: object, query: dict[str, str]) -> Fields:
    """What the expressions see: the alert's own fields, and the query's where it has none."""
    own: Fields = sent if isinstance(sent, dict) else {"message": text(sent)}
    return {**query, **{name: value for name, value in own.items() if value is not None and value != ""}}


def status_word(document: Fields, mapping: BodyMapping) -> str:
    """What the document itself calls its status, in lower case; empty where it names none."""
    return _scalar("status", mapping.find("status", document)).lower()


def is_ignored(sent: object, query: dict[str, str], mapping: BodyMapping) -> bool:
    """Whether the mapping says that this opens and closes nothing."""
    return status_word(_document(sent, query), mapping) in mapping.ignored


def mapped_alert(sent: object, query: dict[str, str], mapping: BodyMapping, instance: SourceSettings) -> Alert:
    """One alert, whole even where the mapping finds nothing. `query` stands in for fields that the document lacks."""
    document = _document(sent, query)
    title = first_line(word(mapping.find("title", document)))
    shown = title or glimpse(document) or f"{instance.name} reported something without a title"
    severity = word(mapping.find("severity", document))
    name = word(mapping.find("alertname", document))
    named = _scalar("dedup_key", mapping.find("dedup_key", document))
    status = mapping.statuses.get(status_word(document, mapping), AlertStatus.FIRING)
    return Alert(
        source=instance.name,
        source_type=instance.type,
        dedup_key=named or digest(title or compact(document)),
        status=status,
        title=shown,
        description=text(mapping.find("description", document)) or ("" if title else compact(document)),
        severity=severity,
        labels=without_blanks({"alertname": name, **_labels(mapping.find("labels", document)), "severity": severity}),
        links=_links(mapping.find("links", document)),
        runbooks=distinct(map(word, _as_list(mapping.find("runbook", document)))),
        group_key=text(mapping.find("group_key", document)),
        started_at=instant(mapping.find("started_at", document)),
        ended_at=instant(mapping.find("ended_at", document)) if status is AlertStatus.RESOLVED else None,
        flags=mapping.problems if title else (*mapping.problems, "no title found: check this source's mapping"),
        raw=compact(sent if sent else document),
    )


def _scalar(name: str, value: object) -> str:
    """Identity and status must be plain words: guessing at a list would open what nothing can ever close."""
    if isinstance(value, dict | list):
        raise InvalidPayload("must be text or a number", name)
    return word(value)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _labels(value: object) -> dict[str, str]:
    """An object as it is; tags ("team:db", "env=prod", "urgent") as name and value."""
    if isinstance(value, dict):
        return flat(value)
    return dict(split_tag(word(tag)) for tag in _as_list(value) if word(tag))


def _links(value: object) -> tuple[Link, ...]:
    found: tuple[Link, ...] = ()
    for each in _as_list(value):
        if isinstance(each, dict):
            found += link(each.get("href") or each.get("url"), first_word(each, "text", "title", "name"))
        else:
            found += link(each, "link")
    return found
