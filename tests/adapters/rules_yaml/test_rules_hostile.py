"""Whatever is written, the loader answers with rules or with a refusal that names a line: never with a crash."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapters.rules_yaml.office import a_file, problems
from tests.adapters.rules_yaml.test_rules_loaded import DESIGN

WORDS = [(found.start(), found.end()) for found in re.finditer(r"[\w\"':.+-]+", DESIGN)]
ODD = [
    "{}",
    "[]",
    "~",
    "- a",
    "x: y",
    "'",
    "}",
    "#",
    "&a b",
    "*a",
    "<<: x",
    "!x y",
    "1e9",
    "true",
    "\t",
    "é",
    "MON",
    "{a: 1}",
    "|\n x",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(ODD)), min_size=1, max_size=3, unique_by=lambda x: x[0])
)
def test_odd_values_anywhere_never_crash_the_loader(tmp_path: Path, swaps: list[tuple[tuple[int, int], str]]) -> None:
    text = DESIGN
    for (start, end), odd in sorted(swaps, reverse=True):
        text = text[:start] + odd + text[end:]

    found = problems(tmp_path, text)

    assert all(re.match(r"routing_rules\.yaml:\d+ \S", problem) for problem in found)
    assert not any("\n" in problem for problem in found)


@pytest.mark.parametrize("line", range(DESIGN.count("\n")))
def test_a_lost_line_never_crashes_the_loader(tmp_path: Path, line: int) -> None:
    lines = DESIGN.splitlines(keepends=True)

    found = problems(tmp_path, "".join([*lines[:line], *lines[line + 1 :]]))

    assert all(re.match(r"routing_rules\.yaml:\d+ \S", problem) for problem in found)


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    found = problems(
        tmp_path, a_file("people: {eve: {webhook: 'hooks.example.com/s3cr3t', phone: s3cr3t, email: s3cr3t}}")
    )

    assert len(found) >= 3
    assert "s3cr3t" not in "".join(found)
