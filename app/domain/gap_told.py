"""Who is told of a gap before it comes, and how: everybody who could fill it, else the last resort."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.calendar import WEEKDAYS
from app.domain.message import Notice
from app.domain.notice import to_person
from app.domain.notification import Notification
from app.domain.people import Urgency
from app.domain.rota import Rota
from app.domain.rota_gaps import Gap, Outlook
from app.domain.ruleset import Rules
from app.domain.shift_calendar import spoken_rota


def told_of_gaps(gaps: Iterable[Gap], ahead: Outlook, rules: Rules) -> tuple[Notification, ...]:
    """A row for each gap and reader. Its key names the gap by its beginning, and one that is there already by the week,
    so that each is told of once, and again for every further week that it lasts."""
    return tuple(row for gap in gaps for row in _told(gap, ahead, rules))


def _told(gap: Gap, ahead: Outlook, rules: Rules) -> list[Notification]:
    rota, now = rules.rotas[gap.rota], ahead.since
    notice = _notice(gap, rota, ahead)
    when = f"{now:%G-W%V}" if gap.since <= now else f"{gap.since:%Y%m%dT%H%M%S}"

    def rows(people: Iterable[str]) -> list[Notification]:
        made = (
            to_person(f"rota-gap/{rota.name}/{when}/{one}", one, notice, Urgency.QUIET, rules, now, rota.name)
            for one in dict.fromkeys(people)
        )
        return [row for row in made if isinstance(row, Notification)]

    return rows(one for one in rota.members if one not in rota.opted_out) or rows([rules.last_resort])


def _notice(gap: Gap, rota: Rota, ahead: Outlook) -> Notice:
    since = "now" if gap.since <= ahead.since else _local(gap.since, rota)
    until = f"to {_local(gap.until, rota)}" if gap.until < ahead.until else "on, for months"
    take = f"oncall-router cover take {rota.name} --from {_written(gap.since, rota)}"
    return Notice(
        f"Nobody is {spoken_rota(rota.name)} from {since} {until}",
        (
            gap.why,
            "Pages go on to whoever is next in the escalation, and to the last resort.",
            f"Whoever can take it: {take} --until {_written(gap.until, rota)}",
        ),
    )


def _local(at: datetime, rota: Rota) -> str:
    local = at.astimezone(rota.zone)
    return f"{WEEKDAYS[local.weekday()][:3]} {local:%Y-%m-%d %H:%M}"


def _written(at: datetime, rota: Rota) -> str:
    return at.astimezone(rota.zone).isoformat(timespec="minutes")
