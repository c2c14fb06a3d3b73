"""Which alerting rules a file holds, and what is said of its shape, with line and key."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.adapters.prometheus_rules import read_rule_file
from app.adapters.yaml_document import MAX_BYTES
from app.domain.complaint import Place
from app.service.alert_rules import AlertRule, RuleFile
from app.service.problem import Weight

FIXTURES = Path(__file__).parent / "fixtures"

promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: apt-get install prometheus")


def read(text: str | bytes) -> RuleFile:
    return read_rule_file(text if isinstance(text, bytes) else text.encode(), "f.yaml")


def fixture(name: str) -> RuleFile:
    return read((FIXTURES / name).read_bytes())


def said(text: str | bytes) -> list[str]:
    """Errors as they are said, warnings with a mark before them."""
    marks = {Weight.ERROR: "", Weight.WARNING: "? "}
    return [f"{marks[problem.weight]}{problem}" for problem in read(text).problems]


def a_rule(lines: str) -> str:
    """A file whose only rule begins in line 4."""
    return "groups:\n- name: g\n  rules:\n" + "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


def a_manifest(spec: str) -> str:
    """A manifest whose spec begins in line 3."""
    return f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n{spec}"


def test_a_prometheus_file_gives_its_alerting_rules_with_the_group_s_labels_under_their_own() -> None:
    found = fixture("checkout.yaml")

    assert found.problems == ()
    assert found.rules == (
        AlertRule(
            name="CheckoutErrors",
            labels={"alertname": "CheckoutErrors", "squad": "payments", "tier": "checkout", "severity": "critical"},
            annotations={
                "summary": "{{ $value | humanizePercentage }} of checkouts fail on {{ $labels.job }}",
                "runbook_url": "https://wiki.example.com/runbooks/checkout-errors",
            },
            key="groups.rules",
            place=Place("f.yaml", 16),
            places={
                "labels.squad": Place("f.yaml", 13),
                "labels.tier": Place("f.yaml", 22),
                "labels.severity": Place("f.yaml", 21),
                "annotations.summary": Place("f.yaml", 24),
                "annotations.runbook_url": Place("f.yaml", 25),
            },
        ),
        AlertRule(
            name="CheckoutErrors",
            labels={"alertname": "CheckoutErrors", "squad": "payments", "tier": "shop", "severity": "warning"},
            annotations={},
            key="groups.rules",
            place=Place("f.yaml", 26),
            places={
                "labels.squad": Place("f.yaml", 13),
                "labels.tier": Place("f.yaml", 14),
                "labels.severity": Place("f.yaml", 28),
                "labels.empty": Place("f.yaml", 28),
            },
        ),
    )


def test_manifests_are_found_among_other_documents_and_inside_a_list() -> None:
    found = fixture("shop-release.yaml")

    assert found.problems == ()
    assert [(rule.name, rule.key, rule.place.line) for rule in found.rules] == [
        ("ShopDown", "spec.groups.rules", 18),
        ("BasketSlow", "spec.groups.rules", 34),
    ]


def test_anchors_and_merge_keys_are_unfolded_and_keep_the_line_where_they_are_written() -> None:
    found = fixture("anchored.yaml")

    assert found.problems == ()
    assert [(rule.name, rule.labels["squad"], rule.place.line) for rule in found.rules] == [
        ("StoreDown", "platform", 5),
        ("StoreGone", "platform", 13),
        ("StoreFull", "platform", 15),
    ]
    assert {rule.at("labels.squad").line for rule in found.rules} == {9}
    assert found.rules[1].at("annotations.runbook").line == 11


@pytest.mark.parametrize("name", ["checkout.yaml", "shop-release.yaml", "anchored.yaml"])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(name: str) -> None:
    raw = (FIXTURES / name).read_bytes()

    assert read(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")).rules == read(raw).rules


def test_json_is_yaml_too() -> None:
    text = '{"groups":[{"name":"g","rules":[\n{"alert":"A","expr":"x","labels":{"severity":"high"}}]}]}'

    assert [(rule.name, rule.place.line) for rule in read(text).rules] == [("A", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but words\n",
        "groups:\n",
        "groups: []\n",
        "groups: [{name: g, rules: []}]",
        "groups: [{name: g, rules: }]",
        "groups: [{name: g}, {name: h, rules: [{record: a:b, expr: 1, labels: {x: y}}]}]",
        "namespace: shop\ngroups:\n- {name: g, source_tenants: [a], rules: [{record: a, expr: b}]}\n",
        "---\n---\ngroups: []\n---\n",
        a_manifest("spec: {}"),
        a_manifest("spec: {groups: []}"),
        a_manifest("spec: {groups: [{name: g, limit: 3, partial_response_strategy: warn, rules: []}]}"),
    ],
)
def test_what_holds_no_alerting_rule_is_no_problem(text: str) -> None:
    assert (read(text).rules, read(text).problems) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "name: CI\non: push\njobs: {}\n",
        "groups: [admins, users]\n",
        "groups: {admins: [asha]}\n",
        "groups: [{name: admins, members: [asha]}]\n",
        "kind: VMAlertmanagerConfig\napiVersion: operator.victoriametrics.com/v1beta1\nspec: {groups: [{rules: 1}]}\n",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {groups: 1}\n",
        "resources: {topic: !GetAtt topic.arn}\nalert: yes\n",
        "additional:\n  shop:\n    groups: [{name: g, rules: [{alert: A, expr: x}]}]\n",
        "- alert\n- expr\n",
        "- groups: 1\n",
        "groups: [\n",
        "{{ if .Values.x }}\nkind: Service\n{{ end }}",
        b"\xff\xfe\x00\x80",
    ],
)
def test_files_that_are_of_something_else_are_passed_over(text: str | bytes) -> None:
    found = read(text)

    assert (found.rules, found.problems) == ((), ())
    assert found.passed_over.startswith("holds no Prometheus rules")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            a_rule("- alert: A\n  expr: [1\n"),
            ["f.yaml:6 this is not YAML: expected ',' or ']', but got '<stream end>'"],
        ),
        (
            a_rule("- alert: A\n  expr: x\n  annotations:\n    summary: {{ $labels.a }} is down"),
            ["f.yaml:7 this is not YAML: expected <block end>, but found '<scalar>'"],
        ),
        (
            b"groups:\n- name: g\n  rules:\n  - alert: \xe9t\xe9\n    expr: x",
            ["f.yaml:4 this is not UTF-8 text; save the file as UTF-8"],
        ),
        (
            "groups:\n- name: g\n  rules: [{alert: A, expr: x}]\n".encode("utf-16"),
            ["f.yaml:1 this is not UTF-8 text; save the file as UTF-8"],
        ),
        (
            a_rule("- alert: A\n  alert: B\n  expr: x\n  labels: {severity: high}"),
            ['f.yaml:5 the key "alert" is already in line 4'],
        ),
    ],
)
def test_rules_that_cannot_be_read_are_an_error_with_its_line(text: str | bytes, problems: list[str]) -> None:
    assert said(text) == problems


WRONG_SHAPES = [
    ("group:\n- {name: g, rules: []}", ['f.yaml:1 Prometheus knows no key "group" (did you mean "groups"?)']),
    ("groups: [{name: g, rules: []}]\nversion: 1", ['? f.yaml:2 Prometheus knows no key "version"']),
    ("groups:\n- rules: []", ['f.yaml:2 groups: "name" is missing']),
    ("groups:\n- name: ''\n  rules: []", ["f.yaml:2 groups.name: must be text, not empty"]),
    (
        "groups:\n- {name: g, rules: []}\n- {name: g, rules: []}",
        ['f.yaml:3 groups.name: a group named "g" is already in line 2'],
    ),
    ("groups:\n- {name: g, rules: []}\n- g", ["f.yaml:3 groups: must be a mapping, not text"]),
    (
        "groups:\n- name: g\n  rule: [{alert: A, expr: x}]",
        ['f.yaml:3 groups: Prometheus knows no key "rule" (did you mean "rules"?)'],
    ),
    (
        "groups:\n- name: g\n  rules: {alert: A}",
        ["f.yaml:3 groups.rules: must be a list, not a mapping (put a template in quotes)"],
    ),
    (
        "groups:\n- name: g\n  interval: 1 m\n  rules: []",
        ['f.yaml:3 groups.interval: "1 m" is no duration; write it as 90s, 5m or 1h30m'],
    ),
    (a_rule("- just text"), ["f.yaml:4 groups.rules: must be a mapping, not text"]),
    (a_rule("- alert: A"), ['f.yaml:4 groups.rules: "expr" is missing']),
    (a_rule("- alert: A\n  expr: ''"), ["f.yaml:5 groups.rules.expr: must be text, not empty"]),
    (a_rule("- expr: x"), ['f.yaml:4 groups.rules: neither "alert" nor "record" is there']),
    (a_rule("- alert:\n  expr: x"), ["f.yaml:4 groups.rules.alert: must be text, not empty"]),
    (
        a_rule("- alert: A\n  record: b\n  expr: x"),
        ["f.yaml:5 groups.rules.record: a rule is either an alert or a record, not both"],
    ),
    (
        a_rule("- record: a\n  expr: x\n  for: 5m"),
        ["f.yaml:6 groups.rules.for: only an alert has this, not a record"],
    ),
    (
        a_rule("- alert: A\n  exp: x"),
        ['f.yaml:5 groups.rules: Prometheus knows no key "exp" (did you mean "expr"?)'],
    ),
    (
        a_rule("- alert: A\n  expr: x\n  anotations: {runbook: b}"),
        ['f.yaml:6 groups.rules: Prometheus knows no key "anotations" (did you mean "annotations"?)'],
    ),
    (a_rule("- alert: A\n  expr: x\n  owner: me"), ['? f.yaml:6 groups.rules: Prometheus knows no key "owner"']),
    (
        a_rule("- alert: A\n  expr: x\n  for: 5 minutes"),
        ['f.yaml:6 groups.rules.for: "5 minutes" is no duration; write it as 90s, 5m or 1h30m'],
    ),
    (
        a_rule("- alert: A\n  expr: x\n  keep_firing_for: [1]"),
        ["f.yaml:6 groups.rules.keep_firing_for: a list is no duration; write it as 90s, 5m or 1h30m"],
    ),
    (
        a_rule("- alert: A\n  expr: x\n  labels: [severity]"),
        ["f.yaml:6 groups.rules.labels: must be a mapping, not a list"],
    ),
    (
        a_rule("- alert: A\n  expr: x\n  labels:\n    squad: [web]"),
        ["f.yaml:7 groups.rules.labels.squad: must be text, not a list"],
    ),
    (
        a_rule("- alert: A\n  expr: x\n  labels:\n    squad: {{ $labels.squad }}"),
        [
            "f.yaml:7 a key must be a plain word",
            "f.yaml:7 groups.rules.labels.squad: must be text, not a mapping (put a template in quotes)",
        ],
    ),
    (
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRules\nspec: {groups: []}",
        ['f.yaml:2 kind: "PrometheusRules" is not known (did you mean "PrometheusRule"?)'],
    ),
    (
        "apiVersion: monitoring.coreos.com/v1beta1\nkind: PrometheusRule\nspec: {groups: []}",
        ['f.yaml:1 apiVersion: must be monitoring.coreos.com/v1, not "monitoring.coreos.com/v1beta1"'],
    ),
    (a_manifest("metadata: {name: x}"), ["f.yaml:1 spec: must be a mapping, not empty"]),
    (
        a_manifest("spec: {group: []}"),
        ['f.yaml:3 spec: Prometheus knows no key "group" (did you mean "groups"?)'],
    ),
    (
        a_manifest("spec:\n  groups:\n  - name: g\n    rules:\n    - {alert: A, expr: x, labels: {tier: 1, on: true}}"),
        [
            "f.yaml:7 spec.groups.rules.labels.tier: 1 must be text in Kubernetes: put it in quotes",
            "f.yaml:7 spec.groups.rules.labels.on: true must be text in Kubernetes: put it in quotes",
        ],
    ),
]


@pytest.mark.parametrize(("text", "problems"), WRONG_SHAPES)
def test_a_wrong_shape_is_said_with_line_key_and_suggestion(text: str, problems: list[str]) -> None:
    assert said(text) == problems


def promtool_takes(text: str, folder: Path) -> bool:
    (folder / "f.yaml").write_text(text)
    done = subprocess.run(["promtool", "check", "rules", folder / "f.yaml"], capture_output=True, check=False)
    return done.returncode == 0


@promtool
@pytest.mark.parametrize(
    "text",
    [text for text, problems in WRONG_SHAPES if not text.startswith("apiVersion") and not problems[0].startswith("? ")],
)
def test_what_is_refused_in_a_prometheus_file_is_refused_by_prometheus_too(text: str, tmp_path: Path) -> None:
    assert not promtool_takes(text, tmp_path)


@promtool
@pytest.mark.parametrize("name", ["anchored.yaml", "checkout.yaml"])
def test_the_sound_ones_here_are_sound_to_prometheus(name: str, tmp_path: Path) -> None:
    text = (FIXTURES / name).read_text()
    older = text.replace("    labels:\n      squad: payments\n      tier: shop\n", "")  # Prometheus 3 has them

    assert promtool_takes(older, tmp_path)


def test_a_number_is_a_label_s_text_outside_of_kubernetes() -> None:
    (rule,) = read(a_rule("- alert: A\n  expr: 1\n  labels: {tier: 1}")).rules

    assert rule.labels == {"alertname": "A", "tier": "1"}


def test_one_wrong_rule_does_not_hide_the_others() -> None:
    found = read(a_rule("- alert: A\n  expr: x\n  labels: {squad: [a]}\n- alert: B\n  expr: y\n  for: soon"))

    assert [rule.name for rule in found.rules] == ["B"]
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    "text",
    [
        (FIXTURES / "chart-template.yaml").read_text(),
        a_rule("- alert: A\n  expr: x\n  labels:\n    severity: {{ .Values.severity }}"),
        a_rule("- alert: A\n  expr: x\n{% if x %}\n  labels: [\n{% endif %}"),
    ],
)
def test_a_template_that_is_not_yet_yaml_is_not_checked_and_says_so(text: str) -> None:
    found = read(text)

    assert found.rules == ()
    assert [problem.weight for problem in found.problems] == [Weight.WARNING]
    assert "not checked: this is a template" in str(found.problems[0])


def test_a_template_that_is_sound_yaml_is_checked() -> None:
    text = a_rule("- alert: A\n  expr: x\n  labels:\n    severity: '{{ .Values.severity }}'")

    assert [rule.labels["severity"] for rule in read(text).rules] == ["{{ .Values.severity }}"]


def test_a_file_that_is_too_large_is_refused_without_being_read() -> None:
    assert said(b"groups:\n- name: g\n  rules: [{alert: A, expr: x}]\n" + b"#" * MAX_BYTES) == [
        "f.yaml:1 this file is larger than 5,000,000 bytes"
    ]


@pytest.mark.parametrize(
    "text", [b"{{" * 500_000, b" " * 2_000_000, b"\n" * 2_000_000, b"- " * 1_000_000, b"{ ," * 700_000]
)
def test_megabytes_of_nothing_are_passed_over_at_once(text: bytes) -> None:
    assert read(text).passed_over == "holds no Prometheus rules"


def test_a_large_file_of_braces_is_no_trouble_for_the_search_for_templates() -> None:
    found = read(b"alert: [\n" + b"{{" * 500_000)

    assert len(found.problems) == 1
