"""Takes what Opsgenie's clients ask and has it done: reports as any source's, the rest as anybody's answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.alert import Alert, AlertStatus
from app.domain.errors import IllegalTransition, NotFound
from app.domain.events import Action, Actor, Note
from app.domain.incident import Outcome
from app.domain.people import Person
from app.domain.route import route_alert
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.in_force import InForce
from app.service.ingest import Taken
from app.service.job import Applied, Records
from app.service.journalling import Journalled
from app.service.opsgenie.alerts import Known, Named, find, is_firing, rows_of
from app.service.opsgenie.requests import UNKNOWN, Processed, request_record
from app.service.opsgenie.sheet import Change, record_of, revised, sheet_of
from app.service.ports import Clock, Record, Store
from app.service.receive import Receiver
from app.service.respond import SOURCE, respond
from app.service.source_ports import Alerts

DONE = {
    "Create": "Created alert",
    "Acknowledge": "Acknowledged alert",
    "Close": "Closed alert",
}
"""What the status of a request says when it was done."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Who a request says it is from, and what they say with it; neither is proved."""

    user: str = ""
    note: str = ""

    @property
    def says(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.user or self.note)

    def with_it(self, said: str, rules: Rules) -> str:
        """A line for the timeline."""
        who = f" by {in_words(self.user, rules)}" if self.user else ""
        return f"{said}{who}: {self.note}" if self.note else f"{said}{who}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about one alert. `action` is Opsgenie's word for it, `said` what the timeline is told.

    `deed` is what it does to the incident, `change` what it does to the sheet of that alias; with neither it is a note.
    A change that changes nothing is not written down, for some senders repeat theirs every minute.
    """

    id: str
    named: Named
    action: str
    said: str
    remark: Remark = Remark()
    deed: Callable[[Actor], Action] | None = None
    change: Callable[[str], Change] | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """`id` of a request is under what its status is found later."""

    receiver: Receiver
    store: Store
    in_force: InForce
    applier: Applier
    clock: Clock
    new_id: Callable[[], str]

    async def report(self, parsed: Alerts, action: str, id: str, remark: Remark) -> list[Taken] | Journalled | None:
        """Create, acknowledge or close: durable when it returns, if only in the journal (which keeps no remark, nor the
        status of the request). None: the source is over its limit, and has to ask again."""
        alert = parsed.alerts[-1]
        lane = self.receiver.lane(parsed)
        if lane.is_slow:  # Its clients do.
            return None
        taken = await self.receiver.put(parsed, lane, self._records_of(alert, action, id))
        if remark.says and not isinstance(taken, Journalled) and _is_news(taken[-1]):
            note = Note(Actor(alert.source, SOURCE), remark.with_it(_REPORTED[alert.status], self.in_force.rules))
            await respond(taken[-1].incident, note, self.in_force.rules, self.applier)
        return taken

    async def act(self, asked: Asked) -> None:
        """Do it, and keep what became of it. Raises `InvalidPayload` for a person or value that cannot be, and
        `StoreUnavailable`."""
        found = await find(asked.named, self.store)
        if found is None:
            await self.fail(asked.named.source, asked.action, asked.id, UNKNOWN)
            return
        try:
            await self._do(asked, found)
        except (IllegalTransition, NotFound) as refused:
            await self.fail(asked.named.source, asked.action, asked.id, str(refused))

    async def set_priority(self, asked: Asked, priority: str) -> None:
        """A worse one raises the incident and pages, as a worse alert does; any other is noted."""
        await self.act(asked)
        found = await find(asked.named, self.store)
        if found is None or not found.is_open:
            return
        for row in await rows_of(found.incident, self.store):
            if row.alert.dedup_key == found.sheet.alias and is_firing(row, found.incident):
                worse = replace(row.alert, severity=priority, labels={**row.alert.labels, "severity": priority})
                route = route_alert(worse, self.in_force.rules)
                if route.severity.rank > found.incident.severity.rank:
                    await self.receiver.put(Alerts((worse,)))

    async def fail(self, source: str, action: str, id: str, why: str) -> None:
        """Keep it that a request came to nothing."""
        await self.store.put_record(request_record(source, id, Processed(action, self.clock.now(), False, why)))

    async def _do(self, asked: Asked, found: Known) -> None:
        by, rules = Actor(asked.named.source, SOURCE), self.in_force.rules
        note = Note(by, asked.remark.with_it(asked.said, rules))
        change = asked.change(found.sheet.alias) if asked.change else None
        if change and not asked.remark.says and revised(found.sheet, change) == found.sheet:
            await self.store.put_record(self._status(asked, found.incident.id, found.sheet.alias))
            return
        records = self._records_beside(asked, found.sheet.alias, change)
        await respond(found.incident.id, asked.deed(by) if asked.deed else note, rules, self.applier, records)
        if asked.deed and asked.remark.says:
            await respond(found.incident.id, note, rules, self.applier)

    def _status(self, asked: Asked, incident: str, alias: str) -> Record:
        done = Processed(asked.action, self.clock.now(), True, asked.said, incident, alias)
        return request_record(asked.named.source, asked.id, done)

    def _records_of(self, alert: Alert, action: str, id: str) -> Records:
        """The status of a report's request and, where it has opened something, the alert's sheet."""
        now, fresh = self.clock.now(), self.new_id()

        def records(applied: Applied) -> Sequence[Record]:
            incident = applied.incident
            if incident is None or applied.outcome is Outcome.IGNORED:
                return (request_record(alert.source, id, Processed(action, now, False, UNKNOWN)),)
            done = Processed(action, now, True, DONE[action], incident.id, alert.dedup_key)
            status = request_record(alert.source, id, done)
            if alert.status is not AlertStatus.FIRING or applied.outcome is Outcome.REPEATED:
                return (status,)
            return (status, record_of(sheet_of(alert), incident.id, fresh, now))

        return records

    def _records_beside(self, asked: Asked, alias: str, change: Change | None) -> Records:
        """The status of an action's request, and the change that it makes."""
        now, fresh = self.clock.now(), self.new_id()

        def records(applied: Applied) -> Sequence[Record]:
            incident = applied.incident.id if applied.incident else ""
            status = self._status(asked, incident, alias)
            return (status, record_of(change, incident, fresh, now)) if change else (status,)

        return records


_REPORTED = {
    AlertStatus.FIRING: "reported",
    AlertStatus.ACKNOWLEDGED: "acknowledged in the tool",
    AlertStatus.RESOLVED: "closed in the tool",
}


def _is_news(taken: Taken) -> bool:
    """Senders that repeat an alert repeat what they say with it."""
    return bool(taken.incident) and taken.outcome is not Outcome.REPEATED


def person_named(name: str, rules: Rules) -> Person | None:
    """Somebody of the rules file by id, name or e-mail address, whatever the case of its letters."""
    wanted = name.casefold().strip()
    for person in rules.people.values():
        addresses = [method.address for method in person.methods if method.channel == "email"]
        if wanted and wanted in (one.casefold() for one in (person.id, person.name, *addresses)):
            return person
    return None


def in_words(user: str, rules: Rules) -> str:
    """What a request calls its user; who that is here, where it is known."""
    person = person_named(user, rules)
    return f"{person.name} ({person.id})" if person else user
