"""Alerting rules judged by our own rules: the severity, the squad and the runbook that the service would find."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.adapters.prometheus_rules import read_rule_file
from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.classify import OnMissingRunbook
from app.domain.complaint import Place
from app.domain.incident import Mark
from app.domain.route import route_alert
from app.domain.ruleset import Rules
from app.entrypoints.cli.alert_sent import sender_of
from app.service.alert_rules import AlertRule
from app.service.check_alerts import check_alert_rules, links_of

RULES = """
version: 1
defaults: {on_missing_runbook: triage, last_resort: eve, runbook_hosts: [wiki.example.com]}
people: {eve: {email: eve@example.com}}
squads: {payments: {channel: "#pay"}, web: {channel: "#web"}}
rules:
  - {match: ['env="dev"'], severity: triage}
  - {match: ['alertname="Certificate"'], severity: high, squad: web, runbook: certificate}
  - {match: ['team!=""'], squad_from: labels.team}
sources:
  lab: {type: alertmanager, severities: {red: high}}
"""
ANNOTATED = {"runbook_url": "https://wiki.example.com/down"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "runbooks").mkdir()
    (folder / "rules.yaml").write_text(RULES)
    for name in ("certificate", "payments-slow", "api-down"):
        (folder / "runbooks" / f"{name}.md").write_text("# It\n\n## Steps\n\n1. Look.\n")
    (folder / "runbooks" / "hollow.md").write_text("# Hollow\n")
    return load_rules(folder / "rules.yaml", folder / "runbooks", {name: SOURCES[name].severities for name in SOURCES})


def a_rule(name: str = "ShopDown", annotations: Mapping[str, str] | None = None, **labels: str) -> AlertRule:
    """In line 10; its labels are in lines from 20, its annotations in lines from 30."""
    annotations = annotations or {}
    places = {f"labels.{key}": Place("f.yaml", 20 + n) for n, key in enumerate(labels)}
    places |= {f"annotations.{key}": Place("f.yaml", 30 + n) for n, key in enumerate(annotations)}
    return AlertRule(name, {**labels, "alertname": name}, annotations, "groups.rules", Place("f.yaml", 10), places)


def said(rules: Rules, rule: AlertRule, source: str = "alertmanager") -> list[str]:
    found = check_alert_rules((rule,), rules, sender_of(rules.sources[source]))
    return [f"{problem.weight}: {problem}" for problem in found]


@pytest.mark.parametrize(
    "rule",
    [
        a_rule(severity="critical", squad="payments", annotations=ANNOTATED),
        a_rule(severity="page", team="web", annotations={"runbook": "runbooks/api-down.md"}),
        a_rule("PaymentsSlow", severity="high", squad="web"),
        a_rule("Certificate"),
        a_rule("Certificate", severity="{{ $labels.severity }}"),
        a_rule("Certificate", squad="no such squad"),
        a_rule(severity="warning"),
        a_rule(severity="critical", env="dev"),
        a_rule(severity="warning", squad="{{ $labels.owner }}"),
        a_rule(severity="warning", annotations={"runbook_url": "https://elsewhere.example.org/x"}),
        a_rule(severity="critical", squad="web", annotations={"runbook_url": "https://wiki.example.com/{{$labels.x}}"}),
        a_rule("PaymentsSlow", severity="high", squad="web", annotations={"runbook": "{{ $labels.x }}"}),
        a_rule("PaymentsSlow", severity="high", squad="web", annotations={"runbook": " "}),
    ],
)
def test_sound_ones_and_those_that_page_nobody_have_no_problems(rules: Rules, rule: AlertRule) -> None:
    assert said(rules, rule) == []


@pytest.mark.parametrize("severity", ["critical", "high"])
def test_without_a_runbook_is_an_error_at_the_rule(rules: Rules, severity: str) -> None:
    assert said(rules, a_rule(severity=severity, squad="web")) == [
        f'error: f.yaml:10 groups.rules: "ShopDown" is {severity} without a runbook; '
        "give it the annotation runbook_url or runbook, or write shop-down.md among the runbooks"
    ]


@pytest.mark.parametrize("name", ["runbok_url", "runbook-url", "runbookUrl", "Runbook"])
def test_a_misspelt_annotation_is_named_with_its_line_and_the_right_name(rules: Rules, name: str) -> None:
    (problem,) = said(rules, a_rule(severity="high", squad="web", annotations={"summary": "x", name: "api-down"}))

    assert problem.startswith(f'error: f.yaml:31 groups.rules.annotations.{name}: the annotation "{name}" is not read')
    assert "(did you mean " in problem
    assert problem.endswith('and "ShopDown" is high without a runbook')


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("api-dwon", 'runbook api-dwon: no such file (did you mean "api-down"?)'),
        ("runbooks/zzz.md", "runbook runbooks/zzz.md: no such file"),
        ("hollow", "runbook hollow: its Steps section is missing or empty"),
        (
            "https://wki.example.com/x",
            'runbook https://wki.example.com/x: host not in runbook_hosts (did you mean "wiki.example.com"?)',
        ),
        ("ftp://wiki.example.com/x", "runbook ftp://wiki.example.com/x: not an http or https link"),
        ("https://wiki.example.com/a b", "runbook https://wiki.example.com/a b: not a well-formed link"),
        ("https://[wiki/", "runbook https://[wiki/: not a well-formed link"),
        (
            "https://me:secret@wiki.example.com/x",
            "runbook https://***@wiki.example.com/x: a link must not hold credentials",
        ),
    ],
)
def test_a_dead_reference_is_an_error_at_its_annotation(rules: Rules, reference: str, reason: str) -> None:
    rule = a_rule(severity="critical", squad="web", annotations={"runbook": reference})

    assert said(rules, rule) == [
        f'error: f.yaml:30 groups.rules.annotations.runbook: {reason}, and "ShopDown" is critical'
    ]


def test_a_dead_reference_is_an_error_even_where_another_one_counts(rules: Rules) -> None:
    both = {"runbook_url": "https://wiki.example.com/down", "runbook": "gone"}

    (problem,) = said(rules, a_rule(severity="critical", squad="web", annotations=both))

    assert problem.startswith("error: f.yaml:31 groups.rules.annotations.runbook: runbook gone: no such file")


def test_a_reference_that_is_a_template_is_undecided(rules: Rules) -> None:
    rule = a_rule(severity="critical", squad="web", annotations={"runbook": "{{ $labels.job }}-down"})

    assert said(rules, rule) == [
        "warning: f.yaml:30 groups.rules.annotations.runbook: the runbook is a template, so it cannot be decided here"
    ]


def test_without_an_owner_is_an_error(rules: Rules) -> None:
    assert said(rules, a_rule("ApiDown", severity="critical")) == [
        'error: f.yaml:10 groups.rules: "ApiDown" is critical without an owner; '
        "give it the label squad, or let a rule name its squad"
    ]


@pytest.mark.parametrize("label", ["sqaud", "Squad", "squads"])
def test_a_misspelt_squad_label_is_named_with_its_line(rules: Rules, label: str) -> None:
    assert said(rules, a_rule("ApiDown", severity="critical", **{label: "web"})) == [
        f'error: f.yaml:21 groups.rules.labels.{label}: the label "{label}" is not read (did you mean "squad"?), '
        'and "ApiDown" is critical without an owner'
    ]


@pytest.mark.parametrize("severity", ["critical", "warning"])
@pytest.mark.parametrize("label", ["squad", "team"])
def test_an_unknown_squad_is_an_error_whatever_the_severity(rules: Rules, label: str, severity: str) -> None:
    assert said(rules, a_rule("ApiDown", severity=severity, **{label: "paymnts"})) == [
        f'error: f.yaml:21 groups.rules.labels.{label}: squad "paymnts" of "ApiDown" is not defined '
        '(did you mean "payments"?)'
    ]


def test_a_squad_that_is_a_template_is_undecided(rules: Rules) -> None:
    assert said(rules, a_rule("ApiDown", severity="critical", squad="{{ $labels.owner }}")) == [
        "warning: f.yaml:21 groups.rules.labels.squad: squad is a template, so it cannot be decided here"
    ]


def test_a_severity_that_is_a_template_is_undecided_and_nothing_else_is_said(rules: Rules) -> None:
    assert said(rules, a_rule(severity="{{ if $labels.prod }}critical{{ else }}warning{{ end }}")) == [
        'warning: f.yaml:20 groups.rules.labels.severity: the severity of "ShopDown" is a template, '
        "so it cannot be decided here"
    ]


def test_a_severity_that_nobody_knows_counts_as_critical_and_is_said_to(rules: Rules) -> None:
    first, *others = said(rules, a_rule(severity="critcal"))

    assert first == (
        'warning: f.yaml:20 groups.rules.labels.severity: the severity "critcal" is not known, '
        'so "ShopDown" is critical (did you mean "critical"?)'
    )
    assert [other.split(":")[0] for other in others] == ["error", "error"]


def test_no_severity_at_all_counts_as_critical_too(rules: Rules) -> None:
    assert said(rules, a_rule("ApiDown", squad="web")) == [
        'warning: f.yaml:10 groups.rules.labels.severity: no severity is named, so "ApiDown" is critical'
    ]


def test_the_words_are_those_of_the_instance_that_the_alert_would_come_by(rules: Rules) -> None:
    rule = a_rule(severity="red", squad="web")

    (problem,) = said(rules, rule, "lab")

    assert '"ShopDown" is high without a runbook' in problem
    assert '"ShopDown" is critical' in said(rules, rule)[0]


@pytest.mark.parametrize("name", ["ShopDown", "ApiDown", "Certificate"])
@pytest.mark.parametrize("severity", ["critical", "page", "high", "warning", "unheard of"])
@pytest.mark.parametrize("more", [{}, {"env": "dev"}, {"squad": "web"}, {"team": "payments"}, {"squad": "nobody"}])
@pytest.mark.parametrize("annotations", [{}, {"runbook": "api-down"}, {"runbook": "gone"}, ANNOTATED])
def test_what_has_no_error_is_what_the_service_would_page_a_squad_for(
    rules: Rules, name: str, severity: str, more: dict[str, str], annotations: dict[str, str]
) -> None:
    """With `on_missing_runbook: page` a route keeps the severity from before the gate, and bears the gate's mark."""
    rule = a_rule(name, severity=severity, annotations=annotations, **more)
    sender = sender_of(rules.sources["alertmanager"])
    paging = replace(rules, on_missing_runbook=OnMissingRunbook.PAGE)

    route = route_alert(sender.alert_of(rule.labels, rule.annotations), paging)
    errors = [problem for problem in said(rules, rule) if problem.startswith("error")]

    lacks_runbook, lacks_owner = Mark.NO_RUNBOOK in route.marks, not route.squad
    if route.severity == "triage":
        assert bool(errors) is (lacks_owner and "squad" in more)
    elif lacks_runbook or lacks_owner:
        assert errors
    else:
        assert all("runbook gone" in error for error in errors)


def test_links_are_those_that_count_of_alerts_that_page(rules: Rules) -> None:
    found = [
        a_rule(
            "A", severity="critical", annotations={"runbook_url": "https://wiki.example.com/a", "runbook": "api-down"}
        ),
        a_rule("B", severity="warning", annotations={"runbook_url": "https://wiki.example.com/b"}),
        a_rule("C", severity="high", annotations={"runbook_url": "https://elsewhere.example.org/c"}),
        a_rule("D", severity="high", annotations={"runbook_url": "https://wiki.example.com/{{$labels.d}}"}),
        a_rule("E", severity="{{ $labels.e }}", annotations={"runbook_url": "https://wiki.example.com/e"}),
    ]

    links = links_of(found, rules, sender_of(rules.sources["alertmanager"]))

    assert [(link, str(place)) for link, place in links] == [
        ("https://wiki.example.com/a", "f.yaml:30 groups.rules.annotations.runbook_url:")
    ]


def test_any_file_that_can_be_read_can_be_judged(rules: Rules) -> None:
    text = "groups:\n- name: g\n  rules:\n"
    text += "".join(f"  - alert: A{n}\n    expr: x\n    labels: {{severity: page, squad: web}}\n" for n in range(200))
    found = read_rule_file(text.encode(), "f.yaml")

    problems = list(check_alert_rules(found.rules, rules, sender_of(rules.sources["alertmanager"])))

    assert [problem.complaint.place.line for problem in problems] == [4 + 3 * n for n in range(200)]
