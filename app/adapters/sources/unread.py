"""A body in which a source finds nothing it knows still tells a person: a lost alert is worse than an ugly one."""

from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import compact, digest, fields, glimpse
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts

FLAG = "nothing in it names what it is about: compare your template with docs/sources.md"

LONGEST_BEGINNING = 100
"""Characters of a body that are its title where only its depths say something."""


def unread(sent: Sent, instance: SourceSettings) -> Alerts:
    """One firing alert, flagged, with what there is; each different body is an alert of its own, as nothing says
    otherwise. Credentials in it are left out. A body without any field is `InvalidPayload`."""
    if not sent.fields:
        raise InvalidPayload("the body holds no fields")
    said = fields(without_credentials(sent.fields))
    body = compact(said)
    alert = Alert(
        source=instance.name,
        source_type=instance.type,
        dedup_key=digest(body),
        status=AlertStatus.FIRING,
        title=f"{instance.name} sent what could not be read: {glimpse(said) or body[:LONGEST_BEGINNING]}",
        description=body,
        flags=(*sent.flags, FLAG),
        raw=body,
    )
    return Alerts((alert,))
