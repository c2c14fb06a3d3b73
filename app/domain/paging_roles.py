"""Which rotas pages go to, and at what hours: only there does it matter that somebody holds them, and who else."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.policy import Policy, TargetKind


class Hours(StrEnum):
    """The two kinds of hours that a policy has a chain for."""

    IN = "in hours"
    OUT = "out of hours"


def rotas_told(policies: Iterable[Policy], hours: Hours) -> frozenset[str]:
    """The rotas that some policy tells in such hours."""
    return frozenset(
        target.name
        for policy in policies
        for step in policy.chain(hours is Hours.IN).steps
        for target in step.tell
        if target.kind is TargetKind.ROTA
    )
