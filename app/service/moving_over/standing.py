"""What no export can tell, and what this import therefore says in every report."""

from collections.abc import Iterable
from datetime import date

from app.domain.people import Person
from app.service.moving_over.exported import Export
from app.service.moving_over.findings import Finding, changed, left_out

_NO_HOURS = "no export has them, so they are Monday to Friday, 09:00 to 17:30"
_BY_DAY = "add a rota first_responder for working hours if the engineers take turns by day"


def standing(export: Export, people: Iterable[Person], today: date, knows_hours: bool) -> Iterable[Finding]:
    """In the order in which a reader should look at them."""
    brand = export.system.brand
    consenting = [person for person in people if person.on_call_since]
    if consenting:
        earlier = min(person.on_call_since for person in consenting if person.on_call_since)
        turn = "" if earlier == today else ", or that on which the turn then under way began"
        reason = (
            f"{brand} keeps no consent to be on call out of hours, so for {len(consenting)} members of rotas "
            f"on_call_since is the day of the import ({today}{turn})"
        )
        yield changed("consent", reason, "ask them, and put in the real days; without one nobody is paged at night")
    reason = (
        "a policy holds at all hours there; here `critical` does too (it begins afresh when the hours change), and "
        "`high` waits for working hours and is told by the quiet ladder"
    )
    yield changed("hours", reason, _BY_DAY if not knows_hours else "")
    hours = "they are when the schedule's layers change" if knows_hours else _NO_HOURS
    reason = f"{hours}; public holidays are not known"
    yield changed("working hours", reason, "see calendars; put in your hours and `holidays`, such as GB-ENG")
    reason = f"{brand} pages without one, so on_missing_runbook is `page`, and such pages say NO RUNBOOK"
    yield changed("runbooks", reason, "set it to `triage` when your alerts have runbooks")
    reason = "everybody is told by the ladders of the file: the personal notification rules there are not exported"
    yield changed(
        "notification rules", reason, "see ladders; somebody who wants it otherwise gets a ladder of their own"
    )
    reason = (
        "which alert goes to whom is said by rules here; so far every alert takes the policy of its severity, and what "
        "its source calls a warning, or less, pages nobody"
    )
    yield left_out(
        "services, integrations and routes", reason, "write rules, and point your tools here (docs/sources.md)"
    )
