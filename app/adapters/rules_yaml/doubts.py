"""What is allowed in a file and yet probably not meant: said as warnings, never a reason to refuse the file."""

from app.adapters.matchers import needs_no_value
from app.adapters.rules_yaml.people import CONSOLE
from app.adapters.rules_yaml.report import Report, quoted
from app.adapters.rules_yaml.shapes import FileShape, PersonShape
from app.domain.classify import OnMissingRunbook, Severity
from app.domain.heartbeat import SOURCE
from app.domain.people import Person, Urgency
from app.domain.ruleset import Rules
from app.domain.runbook import find_runbook


def doubt(file: FileShape, rules: Rules, report: Report) -> None:
    """Everything about a valid file that its author should hear of."""
    _people(file, rules, report)
    _squads(file, rules, report)
    _consents(file, rules, report)
    _runbooks(file, rules, report)
    _heartbeats(file, rules, report)
    _inhibitions(file, rules, report)


def _people(file: FileShape, rules: Rules, report: Report) -> None:
    for id, shape in file.people.items():
        person = rules.people[id]
        if not _channels(person):
            report.doubt(shape.at(), "has no contact method but the console", f"people.{id}")
            continue
        for urgency in Urgency:
            _ladder(person, shape, urgency, rules, report)


def _ladder(person: Person, shape: PersonShape, urgency: Urgency, rules: Rules, report: Report) -> None:
    ladder = rules.ladder_for(person, urgency)
    tried = {channel for rung in ladder.rungs for channel in rung.channels}
    if CONSOLE in tried and not tried & _channels(person):
        reason = f"the ladder {quoted(ladder.name)} reaches this person on the console only"
        report.doubt(shape.at(), reason, f"people.{person.id}")


def _channels(person: Person) -> set[str]:
    return {method.channel for method in person.methods} - {CONSOLE}


def _squads(file: FileShape, rules: Rules, report: Report) -> None:
    for id, shape in file.squads.items():
        if all(method.channel == CONSOLE for method in rules.squads[id].post):
            report.doubt(shape.at(), "has no channel, so what is for the squad is only on the console", f"squads.{id}")


def _consents(file: FileShape, rules: Rules, report: Report) -> None:
    for name, shape in file.rotas.items():
        rota = rules.rotas[name]
        if not rota.consent_required:
            continue
        for number, person in enumerate(rota.members):
            if person not in rota.opted_out and rules.people[person].on_call_since is None:
                reason = f"{person} has no on_call_since, so is passed over until there is a consent"
                report.doubt(shape.at("members", number), reason, f"rotas.{name}.members")


def _runbooks(file: FileShape, rules: Rules, report: Report) -> None:
    for shape in file.rules:
        if shape.runbook is None:
            continue
        found = find_runbook((shape.runbook,), "", rules.library)
        if found.ref is None:
            report.doubt(shape.at("runbook"), "; ".join(found.notes), "rules.runbook")


def _heartbeats(file: FileShape, rules: Rules, report: Report) -> None:
    on_missing = rules.sources[SOURCE].on_missing_runbook or rules.on_missing_runbook
    for name, shape in file.heartbeats.items():
        found = find_runbook((shape.runbook or name,), "", rules.library)
        if found.ref is not None:
            continue
        if shape.runbook:
            report.doubt(shape.at("runbook"), "; ".join(found.notes), "heartbeats.runbook")
        elif shape.severity is not Severity.TRIAGE and on_missing is OnMissingRunbook.TRIAGE:
            reason = "has no runbook, so its silence pages nobody unless a rule names one"
            report.doubt(shape.at(), reason, f"heartbeats.{name}")


def _inhibitions(file: FileShape, rules: Rules, report: Report) -> None:
    for shape, inhibition in zip(file.inhibit, rules.inhibitions, strict=True):
        for side, holds in (("source", inhibition.source), ("target", inhibition.target)):
            if needs_no_value(holds):
                report.doubt(
                    shape.at(side), f"{side} asks for no value, so it means almost every alert", f"inhibit.{side}"
                )
