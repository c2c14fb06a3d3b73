"""The outbox: claim what is due, ask whether it is still wanted, send it, record what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.digest import Due, NoticeDue, Single, bundle, compose, noticed
from app.domain.errors import StoreUnavailable
from app.domain.incident import Incident, Mark
from app.domain.message import Message, MessageKind
from app.domain.notification import Notification, Observed, Rejected, Result, Retry, Sent
from app.domain.replacing import replace
from app.domain.sending import begin, due_sends, end, record
from app.domain.storm import Address, Window, pace
from app.service.apply import Applier
from app.service.follow import Follower
from app.service.in_force import InForce
from app.service.ports import Channel, Clock, WorkingStore
from app.service.sending_round import Outgoing, SendingRound
from app.service.ticket_news import news_of

LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 500
MOST_IN_ALL = 5_000
"""How many rows one round takes in hand, so that what is due to a person together is told together."""

MOST_PER_CHANNEL = 16
LONGEST_SEND = 30.0
"""Seconds; a channel's own timeout is shorter. Not more than half the lease: nothing is begun in the other half."""

DIGEST_PATIENCE = timedelta(seconds=30)
DIGEST_POLL = timedelta(seconds=1)


def refusal(notification: Notification, incident: Incident | None, now: datetime) -> str:
    """Why a notification is no longer wanted; empty when it is.

    A page lives only while its incident lists it; a message that asks for nothing, or is about no incident, is always
    wanted.
    """
    if notification.ends_at and notification.ends_at <= now:
        return "the hours of this role are over"
    if notification.notice:
        return ""
    if incident is None:
        return "the incident is gone"
    if not notification.while_listed or incident.page(notification.key):
        return ""
    if not incident.is_open:
        return f"resolved by {incident.resolved_by}"
    return f"acknowledged by {incident.acknowledged_by}" if incident.acknowledged_by else "overtaken by a later page"


def _singles(notices: Iterable[Notification], now: datetime) -> tuple[Single, ...]:
    return tuple(
        Single(NoticeDue(row, position, row.notice))
        for row in notices
        if row.notice
        for position in due_sends(row, now)
    )


async def _nothing_more(rows: Sequence[Notification]) -> None:
    """For where no receipts are kept."""


@dataclass(slots=True)
class Dispatcher:
    """Sends the outbox. `link` makes the signed address of a notification's action page; `sent` is told of every
    result, for the figures; `recorded` is handed rows as soon as they are stored, for a receipt may have come before
    that; `remark` goes into every message."""

    store: WorkingStore
    channels: Mapping[str, Channel]
    in_force: InForce
    applier: Applier
    clock: Clock
    link: Callable[[Notification], str]
    sent: Callable[[str, Result], None] = lambda channel, result: None
    recorded: Callable[[Sequence[Notification]], Awaitable[None]] = _nothing_more
    remark: str = ""
    _busy: dict[str, datetime] = field(default_factory=dict)
    _unrecorded: dict[str, Notification] = field(default_factory=dict)
    _stopping: bool = False
    _slots: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _windows: Mapping[Address, Window] = field(default_factory=dict)
    _follower: Follower | None = None

    @property
    def in_hand(self) -> int:
        """How many rows are being sent, wait for their turn, or could not be recorded yet."""
        return len(self._busy)

    async def claim(self) -> Sequence[Notification]:
        """What is due now and not in these hands already."""
        await self._record_late()
        now = self.clock.now()
        found: list[Notification] = []
        while len(found) < MOST_IN_ALL:
            claimed = await self.store.claim_notifications(now, LEASE, MOST_AT_ONCE)
            found += (one for one in claimed if one.key not in self._busy)
            if len(claimed) < MOST_AT_ONCE:
                break
        self._busy.update((one.key, now + LEASE) for one in found)
        return found

    async def send(self, claimed: Sequence[Notification]) -> None:
        """Send these, and settle each as soon as all its sendings of this round have ended."""
        held = {one.key: self._busy[one.key] for one in claimed}
        try:
            await self._send(claimed)
        finally:
            self._let_go_of(held)

    def stop(self) -> None:
        """Begin no further sending: what waits for its turn stays due, for whoever comes next."""
        self._stopping = True

    async def _send(self, claimed: Sequence[Notification]) -> None:
        now = self.clock.now()
        claimed, incidents = await self._with_incidents(claimed)
        refused = {one.key: refusal(one, incidents.get(one.incident), now) for one in claimed}
        await self._settle([end(one, refused[one.key]) for one in claimed if refused[one.key]])
        wanted = [one for one in claimed if not refused[one.key]]
        follow_ups = [one for one in wanted if one.kind is MessageKind.UPDATE]
        begun = [begin(one) for one in wanted if one.kind is not MessageKind.UPDATE]
        telling = self._tell(begun, incidents, now)
        for error in await asyncio.gather(telling, self._follow(follow_ups, incidents), return_exceptions=True):
            if error is not None:
                raise error

    async def _tell(self, wanted: list[Notification], incidents: Mapping[str, Incident], now: datetime) -> None:
        notices = [one for one in wanted if one.notice]
        ready = await self._without_early_digests([one for one in wanted if not one.notice], now)
        told = await self._without_observed(ready, incidents, now)
        dues = [Due(one, position, incidents[one.incident]) for one in told for position in due_sends(one, now)]
        limits = self.in_force.rules.limits
        paced = pace(dues, self._windows, limits.storm, limits.storm_window, now)
        self._windows = paced.windows
        outgoing: list[Outgoing] = [*bundle(paced.now, limits.storm), *_singles(notices, now)]
        await self._deliver([*paced.held_back(told), *notices], outgoing)

    async def _follow(self, rows: list[Notification], incidents: Mapping[str, Incident]) -> None:
        """Beside what is being told, so that neither waits for the other's channel."""
        if not rows:
            return
        follower = self._follower = self._follower or Follower(
            self.store, self.channels, self.in_force, self.clock, self.link, self._settle, self.remark
        )
        await follower.follow(rows, incidents, min(self._busy[row.key] for row in rows) - LEASE / 2)

    async def _with_incidents(
        self, claimed: Sequence[Notification]
    ) -> tuple[Sequence[Notification], Mapping[str, Incident]]:
        """The incidents of these rows as they are now. Read one by one when the store cannot read them together, so
        that a damaged one holds up no other; its rows keep their lease and come again."""
        try:
            return claimed, (await self.store.load((), tuple({one.incident for one in claimed}))).incidents
        except StoreUnavailable:
            if len(claimed) == 1:
                raise
        read: list[Notification] = []
        incidents: dict[str, Incident] = {}
        for one in claimed:
            with suppress(StoreUnavailable):
                incidents |= (await self.store.load((), (one.incident,))).incidents
                read.append(one)
        return read, incidents

    async def _without_early_digests(self, wanted: list[Notification], now: datetime) -> list[Notification]:
        """A digest waits until the timers that feed it have fired, though not for ever."""
        early = [one for one in wanted if one.digest and now - one.created_at < DIGEST_PATIENCE]
        if not early:
            return wanted
        try:
            if not (await self.store.backlog(now)).timers:
                return wanted
            await self.store.settle([replace(one, due_at=now + DIGEST_POLL) for one in early])
        except StoreUnavailable:
            return wanted
        return [one for one in wanted if one not in early]

    async def _without_observed(
        self, ready: list[Notification], incidents: Mapping[str, Incident], now: datetime
    ) -> list[Notification]:
        """Of incidents that are only observed it is recorded what would be sent. The rules must say so still: once they
        are live, whatever is open is told."""
        rules = self.in_force.rules

        def is_observed(row: Notification) -> bool:
            incident = incidents[row.incident]
            return Mark.OBSERVED in incident.marks and rules.is_observed(incident.source)

        observed = [row for row in ready if is_observed(row)]
        await self._settle([record(row, dict.fromkeys(due_sends(row, now), Observed()), now) for row in observed])
        return [row for row in ready if not is_observed(row)] if observed else ready

    async def _deliver(self, rows: list[Notification], bundles: Sequence[Outgoing]) -> None:
        """Send all bundles side by side; a row is recorded when the last of its own has ended, whatever others do."""
        round = SendingRound(rows, bundles)
        await self._settle(round.recorded(round.without_sends(), self.clock.now()))
        pending = {asyncio.create_task(self._send_bundle(one)): one for one in bundles}
        while pending:
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            ended = [key for task in done for key in round.took(pending.pop(task), task.result())]
            held = {key: self._busy[key] for key in ended}
            await self._settle(round.recorded(self._ours(round, ended), self.clock.now()))
            self._let_go_of(held)  # At once: what was not begun is due again, and may be claimed in the next round.

    def _ours(self, round: SendingRound, ended: list[str]) -> list[str]:
        """Without those that were not begun and whose lease is over: somebody else may be sending them."""
        now = self.clock.now()
        return [key for key in ended if round.was_begun(key) or now < self._busy[key]]

    async def _send_bundle(self, one: Outgoing) -> Result | None:
        name = one.dues[0].send.channel
        if name not in self.channels:
            return Rejected(f"channel {name} is not set up")
        result = await self._try(self.channels[name], one)
        if result is not None:
            self.sent(name, result)
        return replace(result, among=len(one.dues)) if isinstance(result, Sent) else result

    async def _try(self, channel: Channel, one: Outgoing) -> Result | None:
        """A channel that hangs or breaks its promise and raises is a failure of that sending only. None: not begun, for
        the queue was so long (or this process stood still for so long) that it would not end within the lease."""
        until = min(self._busy[due.notification.key] for due in one.dues)
        async with self._slots.setdefault(channel.name, asyncio.Semaphore(MOST_PER_CHANNEL)):
            if self._stopping or self.clock.now() >= until - LEASE / 2:
                return None
            try:
                async with asyncio.timeout(LONGEST_SEND):
                    return await channel.send(self._message(one))
            except TimeoutError:
                return Retry(f"{channel.name} did not answer")
            except Exception as error:
                return Retry(f"{channel.name} broke: {type(error).__name__}")

    def _message(self, one: Outgoing) -> Message:
        rules = self.in_force.rules
        return noticed(one.due, rules) if isinstance(one, Single) else compose(one, rules, self.link, self.remark)

    async def _settle(self, rows: list[Notification]) -> None:
        """Record what came of these, or keep it until `claim` can: a store in trouble stops no sending, and nobody is
        told again and again because it could not be written down that they were."""
        try:
            await self._record(rows)
        except Exception:  # Whatever it is, `_record_late` meets it again, and there it ends no round of sending.
            self._unrecorded.update((row.key, row) for row in rows)

    async def _record_late(self) -> None:
        """Try again. While the store is unavailable the rows stay in these hands; what fails otherwise is let go, to be
        claimed and told again when its lease ends, and is raised."""
        late = list(self._unrecorded.values())
        try:
            await self._record(late)
        except StoreUnavailable:
            return
        except Exception:
            self._let_go(late)
            raise
        self._let_go(late)

    def _let_go(self, rows: list[Notification]) -> None:
        for row in rows:
            del self._unrecorded[row.key]
        self._forget(rows)

    def _let_go_of(self, held: Mapping[str, datetime]) -> None:
        """These are in nobody's hands any more, unless a later round has claimed them anew."""
        for key, until in held.items():
            if self._busy.get(key) is until and key not in self._unrecorded:
                del self._busy[key]

    def _forget(self, rows: Iterable[Notification]) -> None:
        for row in rows:
            self._busy.pop(row.key, None)

    async def _record(self, rows: list[Notification]) -> None:
        """Tell the incident first of whoever cannot be reached, and of tickets that stand, so that no crash in between
        loses it. A row whose incident could not be told stays as it was; the error is raised when the others are
        recorded."""
        news = {row.key: job for row in rows if (job := news_of(row))}
        told = await self.applier.submit(list(news.values())) if news else []
        errors = {key: one.error for key, one in zip(news, told, strict=True) if one.error}
        if recorded := [row for row in rows if row.key not in errors]:
            await self.store.settle(recorded)
            with suppress(Exception):  # They are recorded, whatever this comes to; a receipt that is missed is overdue.
                await self.recorded(recorded)
        for error in errors.values():
            raise error
