"""Whatever is written, a rule file is read and judged, or what is wrong is said with its line: never a crash."""

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.prometheus_rules import read_rule_file
from app.adapters.rules_yaml import load_rules
from app.adapters.sources import SOURCES
from app.domain.ruleset import Rules
from app.entrypoints.cli.alert_sent import sender_of
from app.service.check_alerts import check_alert_rules, links_of

ROOT = Path(__file__).parents[3]
TEXTS = [path.read_text() for path in sorted((Path(__file__).parent / "fixtures").glob("*.yaml"))]
ODD = [
    *("{}", "[]", "~", "- a", "x: y", "'", "}", "#", "&a b", "*a", "<<: x", "!x y", "1e9", "true", "\t", "é", "{a: 1}"),
    *(
        "|\n x",
        "{{ $labels.x }}",
        "'{{ x }}'",
        "\ud7ff",
        "\u202e",
        "\x00",
        "---",
        "://",
        "http://[",
        "https://a@b@c://",
        " ",
    ),
]


@cache
def rules() -> Rules:
    words = {name: source.severities for name, source in SOURCES.items()}
    return load_rules(ROOT / "routing_rules.yaml", ROOT / "runbooks", words)


def all_said(text: str) -> list[str]:
    """Everything that is wrong with a file and its alerting rules."""
    found = read_rule_file(text.encode(), "f.yaml")
    sender = sender_of(rules().sources["alertmanager"])
    list(links_of(found.rules, rules(), sender))
    return [str(problem) for problem in (*found.problems, *check_alert_rules(found.rules, rules(), sender))]


@st.composite
def odd_texts(draw: st.DrawFn) -> str:
    """A fixture with a few of its words swapped for odd ones."""
    text = draw(st.sampled_from(TEXTS))
    words = [(word.start(), word.end()) for word in re.finditer(r"[\w\"':.+/-]+", text)]
    for start, end in sorted(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)), reverse=True):
        text = text[:start] + draw(st.sampled_from(ODD)) + text[end:]
    return text


@settings(max_examples=200, deadline=None)
@given(odd_texts())
def test_odd_values_anywhere_are_said_with_their_line(text: str) -> None:
    assert all(re.match(r"f\.yaml:\d+ \S", said) for said in all_said(text))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_lost_line_is_never_a_crash(text: str) -> None:
    lines = text.splitlines(keepends=True)

    for gone in range(len(lines)):
        assert all(re.match(r"f\.yaml:\d+ \S", said) for said in all_said("".join([*lines[:gone], *lines[gone + 1 :]])))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("runbook_url", link) for link in ("http://[", "https://a@b@c://", "://", "https://", "a://b://c", "//")),
        ("runbook", "."),
    ],
)
def test_odd_references_are_judged(key: str, value: str) -> None:
    text = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: x\n    labels: {severity: high, squad: web}\n"

    (said,) = all_said(f"{text}    annotations: {{{key}: '{value}'}}\n")

    assert said.startswith(f"f.yaml:7 groups.rules.annotations.{key}: runbook ")
