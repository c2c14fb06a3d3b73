"""A body in which a source finds nothing it knows still tells a person: a lost alert is worse than an ugly one."""

from app.adapters.sources.fields import Fields, compact, digest, glimpse
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload
from app.service.ports import Alerts

FLAG = "nothing that this source knows was in the body: is the tool's template changed?"


def unread(sent: Fields, instance: SourceSettings) -> Alerts:
    """One firing alert, flagged, with what there is; each different body is an alert of its own, as nothing says
    otherwise. A body without any field is `InvalidPayload`."""
    if not sent:
        raise InvalidPayload("the body holds no fields")
    body = compact(sent)
    alert = Alert(
        source=instance.name,
        source_type=instance.type,
        dedup_key=digest(body),
        status=AlertStatus.FIRING,
        title=f"{instance.name} sent what could not be read: {glimpse(sent) or 'no texts in it'}",
        description=body,
        flags=(FLAG,),
        raw=body,
    )
    return Alerts((alert,))
