"""The runbook gate: a critical or high alert is a production alert only when it has a runbook that counts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.replacing import quick, replace

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\W_]+")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f]*:[0-9a-f:.]+")
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_SHOWN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Runbook:
    """A local runbook: its slug is the file name without `.md`; `steps` is the text of its Steps section."""

    slug: str
    title: str
    steps: str
    alerts: tuple[str, ...] = ()
    owner: str = ""
    text: str = ""


@quick
@dataclass(frozen=True, slots=True)
class RunbookFound:
    """The reference that counted (`slug` for a local one, else empty), or None in `ref`; `notes` on those before."""

    ref: str | None
    slug: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """All local runbooks by slug, and slugs by alert name from front matter; `hosts` may be linked to (empty: any)."""

    by_slug: Mapping[str, Runbook]
    by_alert: Mapping[str, str]
    hosts: frozenset[str] = frozenset()


def find_runbook(references: tuple[str, ...], alert_name: str, library: Library) -> RunbookFound:
    """The first runbook that counts, with a note for each one before it that does not.

    The places, in order: `references` (the rule's, then the alert's own), front matter that names the alert, the file
    whose name is the slug of the alert's name.
    """
    notes: dict[str, None] = {}
    for reference in filter(None, _places(references, alert_name, library)):
        found, objection = _look_up(reference, library)
        if not objection:
            return replace(found, notes=tuple(notes)) if notes else found
        notes[f"runbook {_shown(reference)}: {objection}"] = None
    return RunbookFound(None, notes=tuple(notes))


def _places(references: tuple[str, ...], alert_name: str, library: Library) -> Iterator[str]:
    yield from (reference.strip() for reference in references)
    yield library.by_alert.get(alert_name, "").strip()
    yield slug(alert_name)


def slug(text: str) -> str:
    """The file name of a runbook for `text`: "PaymentsAPIDown" and "payments api down" give "payments-api-down"."""
    return _SEPARATORS.sub("-", _HUMPS.sub("-", text).lower()).strip("-")


def _look_up(reference: str, library: Library) -> tuple[RunbookFound, str]:
    """What `reference` names, and why that does not count (empty: it does)."""
    if "://" in reference:
        return RunbookFound(reference), _objection_to_link(reference, library.hosts)
    name = local_name(reference)
    found = library.by_slug.get(name) or library.by_slug.get(slug(name))
    if found is None:
        return RunbookFound(None), "no such file"
    return RunbookFound(found.slug, found.slug), "" if found.steps.strip() else "its Steps section is missing or empty"


def local_name(reference: str) -> str:
    """What a local runbook is called that is referred to by its name or its path."""
    return reference.strip().removeprefix("./").removeprefix("runbooks/").removesuffix(".md")


def _objection_to_link(link: str, hosts: frozenset[str]) -> str:
    if not link.lower().startswith(("http://", "https://")):
        return "not an http or https link"
    if not link.isprintable() or any(mark in link for mark in ' \\<>"'):
        return "not a well-formed link"
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "not a well-formed link"
    if "@" in parts.netloc:
        return "a link must not hold credentials"
    return _objection_to_host(host, hosts)


def _objection_to_host(host: str, hosts: frozenset[str]) -> str:
    if not _HOST.fullmatch(host):
        return "not a well-formed link"
    if hosts and host not in {allowed.lower() for allowed in hosts}:
        return "host not in runbook_hosts"
    return ""


def _shown(reference: str) -> str:
    """`reference` fit for a page: no credentials, no control characters, not without end."""
    masked = _CREDENTIALS.sub("//***@", reference)
    return "".join(character if character.isprintable() else "?" for character in masked[:_SHOWN_LENGTH])
