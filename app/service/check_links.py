"""Following links to runbooks: which of them lead nowhere, asked side by side and each only once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.domain.classify import Severity
from app.domain.complaint import Complaint
from app.domain.ruleset import Rules
from app.domain.runbook import find_runbook
from app.service.problem import Problem

AT_ONCE = 8
ATTEMPTS = 2
"""How often a host is asked that does not answer, before it counts as gone."""

MOST_SHOWN = 200
"""Characters of a link that a message holds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of following a link: an HTTP status, or why there was none."""

    status: int = 0
    silence: str = ""


Ask = Callable[[str], Awaitable[Answer]]
Told = Callable[[str, int, int], None]

_GONE = (404, 410)


def own_links(rules: Rules) -> Iterator[tuple[str, Complaint]]:
    """The links that those of our own rules name which may page, and where, without a reason."""
    for rule in rules.rules:
        reference = (rule.runbook or "").strip()
        is_link = rule.severity is not Severity.TRIAGE and "://" in reference
        if is_link and find_runbook((reference,), "", rules.library).ref is not None:
            yield reference, Complaint(rule.where, "", "rules.runbook")


async def dead_links(links: Iterable[tuple[str, Complaint]], ask: Ask, told: Told) -> tuple[Problem, ...]:
    """An error for each place with a link that is gone (404, 410), or whose host does not answer.

    Any other answer will do: a wiki may well send strangers to its front door. `told` hears how far it has come.
    """
    places: dict[str, list[Complaint]] = {}
    for link, place in links:
        places.setdefault(link, []).append(place)
    round_ = _Round(ask, told, len(places))
    reasons = await asyncio.gather(*(round_.reason(link) for link in places))
    return tuple(
        Problem(place._replace(reason=f"runbook {link[:MOST_SHOWN]} {reason}"))
        for link, reason in zip(places, reasons, strict=True)
        if reason
        for place in places[link]
    )


@dataclass(slots=True)
class _Round:
    """All links of one check. A host that was only ever silent is not asked again, so the wait has an end."""

    ask: Ask
    told: Told
    total: int
    done: int = 0
    silent: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def reason(self, link: str) -> str:
        """Why a link is dead; empty when it is not."""
        async with self.turns:
            found = await self._follow(link)
        self.done += 1
        self.told("links followed", self.done, self.total)
        return found

    async def _follow(self, link: str) -> str:
        host = urlsplit(link).netloc
        answer = Answer()
        for _ in range(ATTEMPTS):
            if host in self.silent:
                return self.silent[host]
            answer = await self.ask(link)
            if answer.status:
                self.answered.add(host)
                return f"is gone: it answers {answer.status}" if answer.status in _GONE else ""
        reason = f"is out of reach: {answer.silence}"
        if host not in self.answered:
            self.silent[host] = reason
        return reason
