"""Who has borne how much of each rota, and will: the past by who really held it, the future by the plan as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import InvalidPayload, NotFound
from app.domain.fairness import NONE, Share, burdens, shares
from app.domain.paging_roles import Hours, rotas_told
from app.domain.planned import cut
from app.service.in_force import InForce
from app.service.rota_history import RotaHistory

LONGEST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class RotaShares:
    """Of one rota that some policy tells in these hours. `turn` has those who take turns now; who is not among them,
    and has held some of it, has a share too."""

    rota: str
    told: tuple[Hours, ...]
    turn: tuple[str, ...]
    shares: tuple[Share, ...]


async def fair_shares(
    history: RotaHistory, in_force: InForce, since: datetime, until: datetime, only: str = ""
) -> tuple[RotaShares, ...]:
    """Every rota that pages go to, or that one. Raises `NotFound` or `InvalidPayload`."""
    if not since < until:
        raise InvalidPayload("must lie after `since`", "until")
    if until - since > LONGEST:
        raise InvalidPayload("is more than two years after `since`", "until")
    rules = in_force.rules
    if only and only not in rules.rotas:
        raise NotFound(f"the rules have no rota {only[:40]!r}")
    calendar = rules.calendars[rules.default_calendar]
    names = [only] if only else list(rules.rotas)
    plans = await history.held_each(names, since, until)
    found = []
    for name in names:
        rota = rules.rotas[name]
        told = tuple(hours for hours in Hours if name in rotas_told(rules.policies.values(), hours))
        if not told:
            continue
        held = cut(plans[name], since, until)
        days = burdens(calendar, rota.zone, since, until) if Hours.OUT in told else NONE
        turn = tuple(dict.fromkeys(one for one in rota.members if one not in rota.opted_out))
        found.append(RotaShares(name, told, turn, shares(held, turn, told, calendar, days)))
    return tuple(found)
