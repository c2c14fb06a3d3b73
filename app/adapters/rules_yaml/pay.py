"""What on-call and work at night are paid by, and what the weekly summary holds."""

from datetime import timedelta

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape
from app.domain.learning import Learning
from app.domain.pay_terms import PayTerms

_USUAL_ROLE = "primary"
_SECOND = timedelta(seconds=1)


def build_pay(file: FileShape, names: Names, report: Report) -> PayTerms:
    """The rota `primary` is paid where the file names none and has one of that name."""
    shape = file.pay
    names.check_all("rotas", ((name, shape.at("roles", n)) for n, name in enumerate(shape.roles or ())))
    names.check("calendars", shape.calendar, shape.at("calendar"))
    if shape.round_to < _SECOND:
        report.refuse(shape.at("round_to"), "must be at least a second", "pay.round_to")
    usual = [_USUAL_ROLE] if _USUAL_ROLE in file.rotas else []
    return PayTerms(
        roles=tuple(dict.fromkeys(usual if shape.roles is None else shape.roles)),
        hourly=shape.hourly,
        currency=shape.currency,
        round_to=shape.round_to,
        rounding=shape.rounding,
        default=shape.default,
        calendar=shape.calendar or "",
    )


def build_learning(file: FileShape, names: Names) -> Learning:
    shape = file.reports
    names.check_all("squads", ((name, shape.at("weekly_to", n)) for n, name in enumerate(shape.weekly_to or ())))
    everybody = file.squads if shape.weekly_to is None else shape.weekly_to
    return Learning(
        sleep=shape.sleep,
        noise_under=shape.noise_under,
        weekly=shape.weekly,
        weekly_to=tuple(dict.fromkeys(everybody)),
    )
