"""Brings the messages that stand on a channel up to date: each shows its incident as it is, and the first at an address
has the incident's news under it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from app.domain.digest import shown_again
from app.domain.following import Post, bounded, followed, is_settled, owes, posted, seen
from app.domain.incident import Incident
from app.domain.notification import Notification, Rejected, Result, Retry, Sent
from app.service.in_force import InForce
from app.service.ports import Channel, Clock, LiveChannel, WorkingStore

MOST_AT_ONCE = 4
"""Incidents that are followed at the same time, so that pages have the channel to themselves but for these."""

MOST_LOOKS = 5
"""How often an incident that moves while it is shown is shown again in one go."""

LONGEST_CALL = 30.0
"""Seconds; a channel's own timeout is shorter."""


@dataclass(slots=True)
class Follower:
    """Carries out follow-ups that are due. What of an incident is due together becomes one change of each message, and
    one reply."""

    store: WorkingStore
    channels: Mapping[str, Channel]
    in_force: InForce
    clock: Clock
    link: Callable[[Notification], str]
    settle: Callable[[list[Notification]], Awaitable[None]]
    remark: str = ""
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def follow(self, rows: Sequence[Notification], incidents: Mapping[str, Incident], until: datetime) -> None:
        """Follow these, and settle those of an incident as soon as all its messages have been tried. Nothing is begun
        after `until`; what was not begun keeps its lease and comes again.

        Raises the first error of the store when the other incidents are done.
        """
        by_incident: dict[str, list[Notification]] = defaultdict(list)
        for row in rows:
            by_incident[row.incident].append(row)
        work = [self._one(own, incidents[id], until) for id, own in by_incident.items()]
        for error in await asyncio.gather(*work, return_exceptions=True):
            if error is not None:
                raise error

    async def _one(self, rows: list[Notification], incident: Incident, until: datetime) -> None:
        async with self._slots:
            now = self.clock.now()
            if now >= until:
                return
            siblings = await self.store.notifications(incident.id)
            every = posted(siblings, incident)
            results = await self._show_all(rows, every, until)
            await self._show_as_it_is_by_now(incident, every, results)
            left = [post for post in every if post.reference not in results and any(owes(row, post) for row in rows)]
            settled = is_settled(siblings, now) and not left
            await self.settle([followed(row, every, results, settled, self.clock.now()) for row in rows])

    async def _show_all(
        self, rows: Sequence[Notification], posts: Sequence[Post], until: datetime
    ) -> dict[str, Result]:
        """What came of each message that one of these rows owes, by its reference. A channel that is away is asked once
        a round."""
        results: dict[str, Result] = {}
        away: dict[str, Retry] = {}
        for post in posts:
            owing = [row for row in rows if owes(row, post)]
            channel = post.due.send.channel
            if not owing or self.clock.now() >= until:
                continue
            result = results[post.reference] = away.get(channel) or await self._show(post, owing)
            if isinstance(result, Retry):
                away[channel] = result
        return results

    async def _show(self, post: Post, rows: Sequence[Notification]) -> Result:
        changed = await self._change(post)
        news = bounded([line for row in rows for line in row.remark.splitlines()])
        if not isinstance(changed, Sent) or not post.is_root or not news:
            return changed
        key = blake2b("\n".join(row.key for row in rows).encode(), digest_size=16).hexdigest()
        return await self._call(post, lambda live: live.reply(post.reference, f"{key}/{post.reference}", news))

    async def _change(self, post: Post) -> Result:
        message = shown_again(post.due, self.in_force.rules, self.link, self.remark)
        return await self._call(post, lambda live: live.update(post.reference, message))

    async def _call(self, post: Post, call: Callable[[LiveChannel], Awaitable[Result]]) -> Result:
        """A channel that hangs or breaks its promise and raises is a failure of this message only."""
        channel = self.channels.get(post.due.send.channel)
        if not isinstance(channel, LiveChannel):
            return Rejected(f"channel {post.due.send.channel} is not set up to change what it has posted")
        try:
            async with asyncio.timeout(LONGEST_CALL):
                return await call(channel)
        except TimeoutError:
            return Retry(f"{channel.name} did not answer")
        except Exception as error:
            return Retry(f"{channel.name} broke: {type(error).__name__}")

    async def _show_as_it_is_by_now(
        self, incident: Incident, posts: Sequence[Post], results: dict[str, Result]
    ) -> None:
        """Another replica may have shown a later change while this one was on its way with an earlier one: whoever
        finds that the incident has moved meanwhile shows it again, so that the last word is the latest."""
        shown = incident
        for _ in range(MOST_LOOKS):
            fresh = (await self.store.load((), (incident.id,))).incidents.get(incident.id)
            if fresh is None or seen(fresh) == seen(shown):
                return
            shown = fresh
            for post in posts:
                if isinstance(results.get(post.reference), Sent):
                    results[post.reference] = await self._change(post.of(fresh))
