"""What a check prints for GitHub and for programs, byte for byte."""

import json

import pytest

from app.domain.complaint import NOWHERE, Complaint, Place
from app.entrypoints.cli.check_formats import Format, show
from app.service.problem import Problem, Weight

FOUND = (
    Problem(Complaint(Place("alerts/shop.yaml", 7), 'squad "web" is not defined', "groups.rules.labels.squad")),
    Problem(Complaint(Place("a,b:c%d\r\ne.yaml", 1), "100% of it:\r\n::error::two, three", "k,e:y%")),
    Problem(Complaint(Place("alerts"), "no Prometheus rules are in this folder"), Weight.WARNING),
    Problem(Complaint(NOWHERE, "said \x1b[31mof \u202enothing"), Weight.WARNING),
)


def test_annotations_for_github_are_escaped_as_its_toolkit_does(capsys: pytest.CaptureFixture[str]) -> None:
    show(FOUND, Format.GITHUB, "")

    assert capsys.readouterr().out == (
        "::error file=alerts/shop.yaml,line=7,title=oncall-router%3A groups.rules.labels.squad"
        '::squad "web" is not defined\n'
        "::error file=a%2Cb%3Ac%25d%0D%0Ae.yaml,line=1,title=oncall-router%3A k%2Ce%3Ay%25"
        "::100%25 of it:%0D%0A::error::two, three\n"
        "::warning file=alerts,title=oncall-router::no Prometheus rules are in this folder\n"
        "::warning title=oncall-router::said \ufffd[31mof \ufffdnothing\n"
        "2 errors, 2 warnings\n"
    )


def test_a_line_for_people_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show(FOUND, Format.TEXT, "all is in order")

    assert capsys.readouterr().out.splitlines() == [
        'error   alerts/shop.yaml:7 groups.rules.labels.squad: squad "web" is not defined',
        "error   a,b:c%d\ufffd\ufffde.yaml:1 k,e:y%: 100% of it:\ufffd\ufffd::error::two, three",
        "warning alerts no Prometheus rules are in this folder",
        "warning said \ufffd[31mof \ufffdnothing",
        "all is in order (2 warnings)",
    ]


def test_json_has_each_part_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show(FOUND[:1] + FOUND[2:3], Format.JSON, "")

    assert json.loads(capsys.readouterr().out) == [
        {
            "file": "alerts/shop.yaml",
            "line": 7,
            "key": "groups.rules.labels.squad",
            "reason": 'squad "web" is not defined',
            "weight": "error",
        },
        {
            "file": "alerts",
            "line": None,
            "key": "",
            "reason": "no Prometheus rules are in this folder",
            "weight": "warning",
        },
    ]


def test_nothing_found_is_an_empty_list_for_programs_and_a_sentence_for_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for form in Format:
        show((), form, "all is in order")

    assert capsys.readouterr().out == "all is in order (no warnings)\n[]\nall is in order (no warnings)\n"
