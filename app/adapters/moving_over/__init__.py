"""Reading the exports of other on-call systems, and writing the rules file that they come to."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.adapters.moving_over.documents import Document, read_documents
from app.adapters.moving_over.goalert import read_goalert
from app.adapters.moving_over.grafana_oncall import read_grafana_oncall
from app.adapters.moving_over.opsgenie import read_opsgenie
from app.adapters.moving_over.pagerduty import read_pagerduty
from app.adapters.moving_over.rules_text import rules_text
from app.service.moving_over.exported import Export, System

READERS: Mapping[System, Callable[[tuple[Document, ...], datetime], Export]] = {
    System.PAGERDUTY: read_pagerduty,
    System.OPSGENIE: read_opsgenie,
    System.GRAFANA_ONCALL: read_grafana_oncall,
    System.GOALERT: read_goalert,
}
"""Each takes the export's documents and the instant for which it was made (aware UTC)."""

__all__ = ["READERS", "Document", "read_documents", "rules_text"]
