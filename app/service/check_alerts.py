"""Whether each alerting rule would page as it should: with a runbook that counts, and a squad that owns it.

What is asked is what the service asks of an alert: the same severity, squad and runbook, decided by the same rules.
Text such as `{{ $labels.x }}` is only known once an alert fires, so what hangs on it is said to be undecided.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.alert import Alert
from app.domain.classify import Classified, Severity, SourceSettings, classify, squad_label
from app.domain.complaint import Complaint, nearest, quoted, suggestion
from app.domain.route import runbook_of
from app.domain.ruleset import Rules
from app.domain.runbook import find_runbook, local_name, slug
from app.service.alert_rules import AlertRule
from app.service.problem import Problem, Weight

SEVERITY = "severity"
_TEMPLATE = "{{"
_UNDECIDED = "is a template, so it cannot be decided here"


@dataclass(frozen=True, slots=True)
class Sender:
    """How an alerting rule reaches us: through which source, as which alert, with which references to a runbook.

    `alert_of` makes of labels and annotations the alert that the source would. `runbook_annotations` are the names of
    those that it reads as references, the preferred one first.
    """

    source: SourceSettings
    alert_of: Callable[[Mapping[str, str], Mapping[str, str]], Alert]
    runbook_annotations: tuple[str, ...]


def check_alert_rules(found: Iterable[AlertRule], rules: Rules, sender: Sender) -> Iterator[Problem]:
    """What is wrong with those that would be critical or high, and with the squads that any of them names."""
    for rule in found:
        yield from _Judged(rule, rules, sender).problems()


def links_of(found: Iterable[AlertRule], rules: Rules, sender: Sender) -> Iterator[tuple[str, Complaint]]:
    """Every link to a runbook that counts for one that would be critical or high, and where it is, without a reason."""
    for rule in found:
        judged = _Judged(rule, rules, sender)
        if judged.is_production():
            yield from judged.links()


class _Judged:
    """One alerting rule, with what the service would make of its alert."""

    def __init__(self, rule: AlertRule, rules: Rules, sender: Sender) -> None:
        self.rule, self.rules, self.sender = rule, rules, sender
        self.alert = sender.alert_of(rule.labels, rule.annotations)
        self.decided = self._classify(self.alert)

    def problems(self) -> Iterator[Problem]:
        yield from self._squad_named()
        if not self._severity_is_decided():
            reason = f"the severity of {quoted(self.rule.name)} {_UNDECIDED}"
            yield self._problem(f"labels.{SEVERITY}", reason, Weight.WARNING)
            return
        if self.decided.severity is not Severity.TRIAGE:
            yield from self._unmapped()
            yield from self._owner()
            yield from self._runbook()

    def is_production(self) -> bool:
        return self.decided.severity is not Severity.TRIAGE and self._severity_is_decided()

    def links(self) -> Iterator[tuple[str, Complaint]]:
        for reference in self.alert.runbooks:
            if "://" in reference and _TEMPLATE not in reference and self._counts(reference):
                yield reference, self._complaint(self._key_of(reference), "")

    def _classify(self, alert: Alert) -> Classified:
        return classify(alert, self.rules.rules, self.sender.source, self.rules.squads)

    def _severity_is_decided(self) -> bool:
        """False where the severity is a template, and not every word that may come of it leads to the same one."""
        if _TEMPLATE not in self.rule.labels.get(SEVERITY, ""):
            return True
        words = ({**self.rule.labels, SEVERITY: word} for word in self.sender.source.severities)
        alerts = (self.sender.alert_of(labels, self.rule.annotations) for labels in words)
        return {self._classify(alert).severity for alert in alerts} == {self.decided.severity}

    def _unmapped(self) -> Iterator[Problem]:
        """A word that nobody knows counts as critical, which may not be what was meant."""
        if not self.decided.unmapped:
            return
        word = self.alert.value(SEVERITY)
        named = f"the severity {quoted(word)} is not known" if word else "no severity is named"
        near = suggestion(word, self.sender.source.severities)
        yield self._problem(f"labels.{SEVERITY}", f"{named}, so {self._what()}{near}", Weight.WARNING)

    def _squad_named(self) -> Iterator[Problem]:
        label = squad_label(self.decided.rule)
        named = self.alert.value(label)
        if self.decided.squad or not named or _TEMPLATE in named:
            return
        reason = f"squad {quoted(named)} of {quoted(self.rule.name)} is not defined"
        yield self._problem(self._where(label), f"{reason}{suggestion(named, self.rules.squads)}")

    def _owner(self) -> Iterator[Problem]:
        if self.decided.squad:
            return
        label = squad_label(self.decided.rule)
        named = self.alert.value(label)
        if _TEMPLATE in named:
            yield self._problem(self._where(label), f"{label} {_UNDECIDED}", Weight.WARNING)
        elif not named:
            yield from self._no_owner(label)

    def _no_owner(self, label: str) -> Iterator[Problem]:
        others = [name for name in self.rule.labels if name not in ("alertname", SEVERITY)]
        near = nearest(label, others)
        if near:
            reason = f'the label {quoted(near)} is not read (did you mean "{label}"?)'
            yield self._problem(f"labels.{near}", f"{reason}, and {self._what()} without an owner")
        else:
            advice = f"give it the label {label}, or let a rule name its squad"
            yield self._problem("", f"{self._what()} without an owner; {advice}")

    def _runbook(self) -> Iterator[Problem]:
        given = dict.fromkeys(reference for reference in self.alert.runbooks if reference.strip())
        dead = [reference for reference in given if not self._counts(reference)]
        for reference in dead:
            if _TEMPLATE not in reference:
                yield self._problem(self._key_of(reference), self._why_dead(reference))
        if runbook_of(self.alert, self.decided.rule, self.rules).ref is not None:
            return
        undecided = [reference for reference in dead if _TEMPLATE in reference]
        for reference in undecided:
            yield self._problem(self._key_of(reference), f"the runbook {_UNDECIDED}", Weight.WARNING)
        if not dead:
            yield from self._no_runbook()

    def _no_runbook(self) -> Iterator[Problem]:
        read = self.sender.runbook_annotations
        for name in self.rule.annotations:
            near = nearest(name, read)
            if near and name not in read:
                reason = f'the annotation {quoted(name)} is not read (did you mean "{near}"?)'
                yield self._problem(f"annotations.{name}", f"{reason}, and {self._what()} without a runbook")
                return
        advice = f"give it the annotation {' or '.join(read)}, or write {slug(self.rule.name)}.md among the runbooks"
        yield self._problem("", f"{self._what()} without a runbook; {advice}")

    def _counts(self, reference: str) -> bool:
        return find_runbook((reference,), "", self.rules.library).ref is not None

    def _why_dead(self, reference: str) -> str:
        notes = "; ".join(find_runbook((reference,), "", self.rules.library).notes)
        return f"{notes}{self._meant(reference)}, and {self._what()}"

    def _meant(self, reference: str) -> str:
        """The host or the file that was probably meant, where there is none of that name."""
        library = self.rules.library
        is_link = "://" in reference
        word = _host(reference) if is_link else slug(local_name(reference))
        known = library.hosts if is_link else library.by_slug
        return "" if word in known else suggestion(word, known)

    def _key_of(self, reference: str) -> str:
        """The annotation that holds `reference`."""
        names = self.sender.runbook_annotations
        name = next((name for name in names if self.rule.annotations.get(name) == reference), names[0])
        return f"annotations.{name}"

    def _where(self, name: str) -> str:
        return f"labels.{name}" if name in self.rule.labels else f"annotations.{name}"

    def _what(self) -> str:
        return f"{quoted(self.rule.name)} is {self.decided.severity}"

    def _problem(self, key: str, reason: str, weight: Weight = Weight.ERROR) -> Problem:
        return Problem(self._complaint(key, reason), weight)

    def _complaint(self, key: str, reason: str) -> Complaint:
        return Complaint(self.rule.at(key), reason, f"{self.rule.key}.{key}" if key else self.rule.key)


def _host(link: str) -> str:
    """The host of any text that is meant for a link, well-formed or not."""
    return link.split("://")[1].split("/")[0].rpartition("@")[2].partition(":")[0].lower()
