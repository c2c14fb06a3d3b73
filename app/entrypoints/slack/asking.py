"""Who asks on Slack, and what they do: the same use cases as everywhere, once however often Slack repeats itself."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.domain.classify import Severity
from app.domain.cover import Actor as Deputy
from app.domain.errors import AppError, InvalidPayload, NotFound
from app.domain.events import Action, Actor
from app.domain.incident import Incident, Status
from app.domain.ruleset import Rules
from app.entrypoints.answering import answered
from app.entrypoints.slack.wording import effect_of, line_of, stranger
from app.service.audit_log import Act
from app.service.idempotency import Asked, Keep, Reply
from app.service.job import Applied
from app.service.ports import IncidentQuery, Record
from app.service.respond import raise_by_person
from app.service.rota_facts import Change, Records
from app.wiring import Application

CHANNEL = "slack"
OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})
MOST_OPEN = 200
ID_LENGTH = 16
LONGEST_TITLE = 500


class Stranger(AppError):
    """Somebody who is nobody in the rules file; the message says how to change that."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One member of a workspace who asks for something. `key` is the same when Slack sends the same again, and empty
    where that cannot be told."""

    application: Application
    user: str
    key: str

    @property
    def rules(self) -> Rules:
        return self.application.in_force.rules

    def known_person(self) -> str:
        """Raises `Stranger` for who is nobody in the rules file."""
        found = person_of(self.user, self.rules)
        if not found:
            raise Stranger(stranger(self.user))
        return found

    async def answer(self, incident: str, name: str, action: Callable[[Actor], Action], note: str = "") -> str:
        """Do it; what to tell the person. Raises `AppError` when nothing was done."""
        person = self.known_person()
        act = Act(f"incident.{name}", incident, person, "", CHANNEL, note)

        def said(applied: Applied) -> Reply:
            assert applied.incident is not None  # noqa: S101 - an answer never succeeds on nothing
            return Reply(200, effect_of(name, applied.outcome, applied.incident, self.rules))

        doing = action(Actor(person, CHANNEL))
        outage = self.application.outage
        if outage and (held := await outage.answer(act, doing)):
            return said(held).body

        async def work(keep: Keep) -> Reply:
            return said(await answered(self.application, act, doing, lambda applied: keep(said(applied))))

        return await self._once(f"{name}\n{incident}\n{note}", work)

    async def call(self, incident: str) -> str:
        """Start a call, or find the one that was started; what to tell the person. Raises `AppError`."""
        by = Actor(self.known_person(), CHANNEL)
        return await self.application.calls.start(
            incident, by, lambda asked: self.answer(incident, "call", lambda _: asked)
        )

    async def report(self, title: str) -> str:
        """Raise an incident: anybody may, also who is nobody in the rules file."""
        application = self.application
        by = Actor(person_of(self.user, self.rules) or f"slack:{self.user}", CHANNEL)

        def said(applied: Applied) -> Reply:
            assert applied.incident is not None  # noqa: S101 - it was just opened
            return Reply(200, f"Raised: {line_of(applied.incident, self.rules)}")

        async def work(keep: Keep) -> Reply:
            def records(applied: Applied) -> Sequence[Record]:
                target = applied.incident.id if applied.incident else ""
                act = Act("incident.raise", target, by.id, "", CHANNEL, title)
                return (application.audit_log.record(act), *keep(said(applied)))

            return said(
                await raise_by_person(
                    by,
                    title[:LONGEST_TITLE],
                    title if len(title) > LONGEST_TITLE else "",
                    Severity.CRITICAL,
                    "",
                    self.rules,
                    application.applier,
                    application.new_id,
                    records,
                )
            )

        return await self._once(f"raise\n{title}", work)

    async def change(
        self,
        what: str,
        about: str,
        work: Callable[[Deputy, Records], Awaitable[Change]],
        said: Callable[[Change], str],
    ) -> str:
        """Change something of the rotas, as whoever asks; what to tell them. `about` is what they asked for, in words.
        Raises `AppError` when nothing was done."""
        by = Deputy(self.known_person())

        async def once(keep: Keep) -> Reply:
            def records(change: Change) -> Sequence[Record]:
                acts = [Act(what, one.id, by.person, "", CHANNEL) for one in change.said]
                return (*map(self.application.audit_log.record, acts), *keep(Reply(200, said(change))))

            return Reply(200, said(await work(by, records)))

        return await self._once(f"{what}\n{about}", once)

    async def open_incidents(self) -> Sequence[Incident]:
        return await self.application.store.incidents(IncidentQuery(statuses=OPEN, limit=MOST_OPEN))

    async def named(self, given: str) -> str:
        """The whole id of the one open incident whose id begins or ends so. Raises `NotFound` or `InvalidPayload`."""
        wanted = given.lower()
        if len(wanted) == ID_LENGTH:
            return wanted
        ids = [one.id for one in await self.open_incidents()]
        found = [id for id in ids if wanted and (id.startswith(wanted) or id.endswith(wanted))]
        if not found:
            raise NotFound(f"no open incident's id begins or ends with {given[:40]!r}")
        if len(found) > 1:
            raise InvalidPayload(f"{given[:40]!r} fits {len(found)} open incidents: write more of the id")
        return found[0]

    async def _once(self, what: str, work: Callable[[Keep], Awaitable[Reply]]) -> str:
        asked = Asked(_digest(f"slack\n{self.key}"), _digest(what)) if self.key else None
        return (await self.application.idempotency.answer(asked, work)).body


def person_of(user: str, rules: Rules) -> str:
    """The person who has this Slack member id in the rules file; empty for nobody."""
    return next(
        (
            person.id
            for person in rules.people.values()
            if user and any(method.channel == CHANNEL and method.address == user for method in person.methods)
        ),
        "",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
