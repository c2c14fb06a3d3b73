"""Finds alerts as Opsgenie's clients name them, and lists those of one key."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.alert import AlertStatus
from app.domain.incident import AlertRow, Incident, KnownKey, alert_key
from app.service.opsgenie.sheet import KIND, Sheet, Written, incident_of, latest, read, sheet_of, written_of
from app.service.ports import IncidentQuery, Store

MOST_LISTED = 5000
"""How many of a key's newest incidents are looked at for a list or a count."""

PAGE = 500
ID_LENGTH = 16
_LONGEST_TINY = 20
_DIGITS = frozenset("0123456789abcdef")


class By(StrEnum):
    """How an alert is named: by our id, by its alias, or by `tiny`, which is the id as a decimal number."""

    ID = "id"
    ALIAS = "alias"
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class Named:
    """One alert of a source instance; of another's, nothing is found."""

    source: str
    by: By
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """An incident as the tool that reported it sees it. `is_open`: its own alert is, and not only the incident."""

    incident: Incident
    sheet: Sheet
    is_open: bool


async def find(named: Named, store: Store) -> Known | None:
    """The latest alert of that name, closed ones too."""
    key = alert_key(named.source, named.name) if named.by is By.ALIAS else ""
    id = _incident_id(named)
    if not key and not id:
        return None
    loaded = await store.load((key,) if key else (), (id,) if id else ())
    known = loaded.keys.get(key)
    incident = loaded.incidents.get(known.incident if known else id)
    if incident is None or incident.source != named.source:
        return None
    alias = named.name if known else ""
    sheet = latest(await written_of(incident.id, store), alias) or await _guessed(incident, alias, store)
    return Known(incident, sheet, incident.is_open and (known is None or _fires(known, incident)))


async def rows_of(incident: Incident, store: Store) -> list[AlertRow]:
    """Every alert under it."""
    rows: list[AlertRow] = []
    while page := await store.alerts(incident.id, PAGE, rows[-1].key if rows else ""):
        rows += page
        if len(page) < PAGE:
            break
    return rows


def is_firing(row: AlertRow, incident: Incident) -> bool:
    return incident.is_open and row.firing and row.episode == incident.episode


async def listed(source: str, store: Store) -> list[Known]:
    """Newest first, one for each incident."""
    incidents: list[Incident] = []
    while len(incidents) < MOST_LISTED:
        before = incidents[-1].id if incidents else ""
        page = await store.incidents(IncidentQuery(source=source, before=before, limit=PAGE))
        incidents += page
        if len(page) < PAGE:
            break
    written = await _written_since(incidents[-1].id, store) if incidents else {}
    return [await _known(one, written.get(one.id, ()), store) for one in incidents]


async def _known(incident: Incident, written: Sequence[Written], store: Store) -> Known:
    sheet = latest(written) or await _guessed(incident, "", store)
    return Known(incident, sheet, incident.is_open)


async def _written_since(oldest: str, store: Store) -> dict[str, list[Written]]:
    """What is written of this incident and all later ones, oldest first."""
    found: dict[str, list[Written]] = {}
    before = ""
    while page := await store.records(KIND, PAGE, before):
        for record in page:
            found.setdefault(incident_of(record), []).insert(0, read(record))
        before = page[-1].id
        if len(page) < PAGE or before < oldest:
            break
    return found


async def _guessed(incident: Incident, alias: str, store: Store) -> Sheet:
    """For what came in without a sheet of its own, such as through the journal: what its last report says, else what
    the incident does."""
    from_rows = [row.alert for row in await store.alerts(incident.id, PAGE) if alias in ("", row.alert.dedup_key)]
    firing = [alert for alert in from_rows if alert.status is AlertStatus.FIRING]
    if firing:
        return sheet_of(firing[0])
    name = alias or (from_rows[0].dedup_key if from_rows else incident.dedup_key)
    return Sheet(name, incident.title, incident.description)


def _fires(known: KnownKey, incident: Incident) -> bool:
    return known.firing and known.episode == incident.episode


def _incident_id(named: Named) -> str:
    """Empty for what cannot be one; no store has to look at it then."""
    match named.by:
        case By.ID:
            return named.name if len(named.name) == ID_LENGTH and _DIGITS.issuperset(named.name) else ""
        case By.TINY:
            is_number = named.name.isascii() and named.name.isdecimal() and len(named.name) <= _LONGEST_TINY
            id = f"{int(named.name):016x}" if is_number else ""
            return id if len(id) == ID_LENGTH else ""
        case By.ALIAS:
            return ""
