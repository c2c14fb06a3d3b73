"""One person's answer to one incident, from whatever surface: in the journal while the incident is held there, else in
the store, with its line of the audit log in the same commit."""

from collections.abc import Callable, Sequence

from app.domain.events import Action
from app.domain.incident import Outcome
from app.entrypoints.web.shown_incident import stored_incident
from app.service.audit_log import Act
from app.service.job import Applied
from app.service.ports import Record
from app.service.respond import respond
from app.wiring import Application


async def answered(
    application: Application, act: Act, action: Action, kept: Callable[[Applied], Sequence[Record]] = lambda _: ()
) -> Applied:
    """What came of it; `kept` are records to keep with it. Raises what `respond` raises, and `StoreUnavailable`."""
    if application.outage and (applied := await application.outage.answer(act, action)):
        return applied
    incident = await stored_incident(act.target, application.store)

    def records(applied: Applied) -> Sequence[Record]:
        logged = () if applied.outcome is Outcome.ALREADY else (application.audit_log.record(act),)
        return (*logged, *kept(applied))

    return await respond(incident.id, action, application.in_force.rules, application.applier, records)
