"""Who a target is at this instant, and the notification that tells them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.context import Context
from app.domain.errors import InvalidPayload
from app.domain.incident import Incident, LivePage
from app.domain.message import MessageKind
from app.domain.notification import Notification, Planned, Why
from app.domain.people import ContactMethod, Ladder, Person, Squad, Urgency
from app.domain.policy import Target, TargetKind
from app.domain.ruleset import Rules

LAST_RESORT = "last_resort"
SQUAD = "squad"
TAGGED = "tagged"
"""The role of a squad that somebody has called in, whose members are called by name."""

TICKET = "ticket"
"""The role of a tracker, which is told so that something is written down."""

SHADOWING = "You are shadowing: somebody else has been paged too."


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader of a step. `until` ends the rungs of a role that is held in working hours only."""

    reader: str
    role: str
    plan: tuple[Planned, ...]
    again: float | None
    rota: str = ""
    spare: tuple[Planned, ...] = ()
    squad: bool = False
    shadowing: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What telling a step comes to: recipients, and for each target that gave nobody a note why."""

    recipients: tuple[Recipient, ...]
    notes: tuple[str, ...]

    @property
    def is_nobody(self) -> bool:
        """A shadow alone is nobody."""
        return all(recipient.shadowing for recipient in self.recipients)


def recipients_of(targets: tuple[Target, ...], incident: Incident, urgency: Urgency, ctx: Context) -> Told:
    """Everybody these targets name now, each reader once (a shadow only if in no other role)."""
    key = (targets, incident.squad, incident.calendar, urgency)
    known: Told | None = ctx.remembered.get(key)
    if known is None:
        known = ctx.remembered[key] = _resolve_all(targets, incident, urgency, ctx)
    return known


def _resolve_all(targets: tuple[Target, ...], incident: Incident, urgency: Urgency, ctx: Context) -> Told:
    found: dict[str, Recipient] = {}
    notes: list[str] = []
    for target in targets:
        recipient = _resolve(target, incident, urgency, ctx)
        if isinstance(recipient, str):
            notes.append(recipient)
            continue
        known = found.get(recipient.reader)
        if known is None or (known.shadowing and not recipient.shadowing):
            found[recipient.reader] = recipient
    return Told(tuple(found.values()), tuple(notes))


def _resolve(target: Target, incident: Incident, urgency: Urgency, ctx: Context) -> Recipient | str:
    match target.kind:
        case TargetKind.ROTA:
            return _role_holder(target.name, incident, urgency, ctx)
        case TargetKind.SQUAD:
            return squad_recipient(incident.squad, ctx)
        case TargetKind.PERSON:
            return person_recipient(target.name, target.name, urgency, ctx)


def _role_holder(name: str, incident: Incident, urgency: Urgency, ctx: Context) -> Recipient | str:
    rota = ctx.rules.rotas[name]
    holder = ctx.on_call(name)
    if holder.person is None:
        return f"nobody is {name}: {holder.why}"
    ends = None if rota.consent_required else ctx.next_change(incident.calendar)
    return person_recipient(holder.person, name, urgency, ctx, rota=holder.why, shadowing=rota.shadowing, until=ends)


def person_recipient(
    person: str,
    role: str,
    urgency: Urgency,
    ctx: Context,
    rota: str = "",
    shadowing: bool = False,
    until: datetime | None = None,
) -> Recipient | str:
    """The person as a recipient, or why they cannot be told."""
    known = ctx.rules.people.get(person)
    if known is None:
        return f"{person} is not among the people of the rules file"
    ladder = ctx.rules.ladder_for(known, urgency)
    plan, spare = plan_for(known, ladder, urgency)
    if not plan:
        return f"{person} has no contact method"
    again = ladder.again.total_seconds() if ladder.again else None
    return Recipient(person, role, plan, again, rota, spare=spare, shadowing=shadowing, until=until)


def plan_for(person: Person, ladder: Ladder, urgency: Urgency) -> tuple[tuple[Planned, ...], tuple[Planned, ...]]:
    """The ladder over this person's own methods, and beside it the methods that it leaves out. Where it names none of
    theirs, all of them at once; what is not urgent, one after another, so that nobody is called for what a text says.
    """
    climbed = tuple(
        Planned(method.channel, method.address, rung.after.total_seconds())
        for rung in ladder.rungs
        for channel in rung.channels
        for method in person.methods
        if method.channel == channel
    )
    named = {rung.channel for rung in climbed}
    left_out = tuple(method for method in person.methods if method.channel not in named)
    if climbed:
        return climbed, _at_once(left_out)
    return _at_once(left_out) if urgency is Urgency.URGENT else _fallbacks(left_out), ()


def squad_recipient(squad: str, ctx: Context) -> Recipient | str:
    """The squad's own channel as a recipient, or why there is none."""
    plan = squad_posts(squad, ctx.rules) if squad else "the incident has no squad"
    return plan if isinstance(plan, str) else Recipient(squad, SQUAD, plan, None, squad=True)


def squad_posts(squad: str, rules: Rules) -> tuple[Planned, ...] | str:
    """Where a squad reads, one after another; or why it cannot be told."""
    known: Squad | None = rules.squads.get(squad)
    if known is None:
        return f"squad {squad} is not in the rules file"
    return _fallbacks(known.post) if known.post else f"squad {squad} has no channel"


def _at_once(methods: tuple[ContactMethod, ...]) -> tuple[Planned, ...]:
    return tuple(Planned(method.channel, method.address, 0) for method in methods)


def _fallbacks(methods: tuple[ContactMethod, ...]) -> tuple[Planned, ...]:
    """One after another, a minute apart unless the one before fails at once."""
    return tuple(Planned(method.channel, method.address, 60.0 * n) for n, method in enumerate(methods))


def page_for(
    recipient: Recipient,
    incident: Incident,
    step: str,
    kind: MessageKind,
    why: Why,
    ctx: Context,
    digest: str = "",
    remark: str = "",
) -> tuple[Notification, LivePage]:
    """The outbox row of one page, and the entry in the incident that keeps it alive."""
    name = f"squad:{recipient.reader}" if recipient.squad else recipient.reader
    if recipient.shadowing:
        remark = f"{SHADOWING} {remark}".strip()
    key = f"{incident.id}/{incident.cycle}/{step}/{name}"
    notification = Notification(
        key=key,
        incident=incident.id,
        kind=MessageKind.POST if recipient.squad else kind,
        reader=recipient.reader,
        role=recipient.role,
        why=why,
        created_at=ctx.now,
        due_at=ctx.now + timedelta(seconds=min(rung.after for rung in recipient.plan)),
        plan=recipient.plan,
        spare=recipient.spare,
        squad=recipient.squad,
        again=recipient.again,
        once=recipient.squad,
        while_listed=True,
        never_fails=recipient.role == LAST_RESORT,
        ends_at=recipient.until,
        digest="" if recipient.squad else digest,
        remark=remark,
    )
    return notification, LivePage(key, name, recipient.role, recipient.shadowing, recipient.until)


def is_tag(key: str) -> bool:
    """Whether it is the key of a post to a squad that was called in."""
    return f"/{TAGGED}/" in key


def tag_for(squad: str, incident: Incident, cause: str, ctx: Context) -> Notification:
    """The post to a squad that was called in. Raises `InvalidPayload` for one that cannot be told."""
    recipient = squad_recipient(squad, ctx)
    if isinstance(recipient, str):
        raise InvalidPayload(recipient, "squads")
    return Notification(
        key=f"{incident.id}/{incident.episode}/{TAGGED}/squad:{squad}",
        incident=incident.id,
        kind=MessageKind.POST,
        reader=squad,
        role=TAGGED,
        why=Why(role=TAGGED, cause=cause, rules_version=ctx.rules.version),
        created_at=ctx.now,
        due_at=ctx.now,
        plan=recipient.plan,
        squad=True,
        once=True,
    )


def notice_for(
    holder: tuple[str, str],
    incident: Incident,
    kind: MessageKind,
    cause: str,
    urgency: Urgency,
    ctx: Context,
    remark: str = "",
) -> tuple[Notification, ...]:
    """One message that asks for nothing, over the first rung of a person's ladder, and further only if that fails;
    nothing when the person is unknown."""
    person, role = holder
    recipient = person_recipient(person, role, urgency, ctx)
    if isinstance(recipient, str):
        return ()
    stamp = f"{ctx.now:%Y%m%dT%H%M%S.%f}"
    return (
        Notification(
            key=f"{incident.id}/{incident.cycle}/{kind}@{stamp}/{person}",
            incident=incident.id,
            kind=kind,
            reader=person,
            role=role,
            why=Why(role=role, cause=cause, rules_version=ctx.rules.version),
            created_at=ctx.now,
            due_at=ctx.now,
            plan=recipient.plan,
            spare=recipient.spare,
            once=True,
            remark=remark,
        ),
    )
