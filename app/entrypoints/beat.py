"""The router's own heartbeat: somebody else's dead man's switch hears of this process while it does its work."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from app.adapters.metrics import Metrics
from app.adapters.outbound_http import OutboundHttp, Unreachable, outcome_of
from app.domain.notification import Sent

SLACK = 30.0
"""Seconds by which a loop may be late with its next round: longer than any sending takes."""

log = structlog.get_logger()


@dataclass(slots=True)
class LoopHealth:
    """Which loops go round. `steady` reads a clock that nobody sets, in seconds; `late` is what the last audit said."""

    steady: Callable[[], float]
    late: bool = False
    _due: dict[str, float] = field(default_factory=dict)

    def begun(self, name: str) -> None:
        self._due[name] = self.steady()

    def went_round(self, name: str, pause: float) -> None:
        """A round has ended well, and the next one is due after that many seconds."""
        self._due[name] = self.steady() + pause

    def objection(self) -> str:
        """Why this process is not to be called healthy; empty when it is."""
        stuck = sorted(name for name, due in self._due.items() if self.steady() > due + SLACK)
        if stuck:
            return f"stuck: {', '.join(stuck)}"
        return "the self-audit finds something late" if self.late else ""


@dataclass(slots=True)
class Beat:
    """`url` may hold a secret, so it is never logged."""

    url: str
    http: OutboundHttp
    health: LoopHealth
    metrics: Metrics
    _said: str = ""

    async def send(self) -> None:
        """One beat, if this process is healthy."""
        objection = self.health.objection()
        result, reason = ("withheld", objection) if objection else await self._get()
        self.metrics.beats.labels(result).inc()
        if reason and reason != self._said:
            log.warning(f"beat.{result}", reason=reason)
        self._said = reason

    async def _get(self) -> tuple[str, str]:
        """What became of it, and why it failed."""
        try:
            reply = await self.http.get(self.url)
        except Unreachable as unreachable:
            return "failed", unreachable.reason
        outcome = outcome_of(reply.status, reply.headers)
        return ("sent", "") if isinstance(outcome, Sent) else ("failed", outcome.reason)
