"""`check --follow-links`, against a web server that is there and one that is not."""

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.contracts.channel_rig import free_port
from tests.entrypoints.cli.terminal import run

pytestmark = pytest.mark.server

ALERT = """
  - alert: A{n}
    expr: x
    labels: {{severity: high, squad: web}}
    annotations: {{runbook_url: "{link}"}}
"""
AT = ("--at", "2026-11-22T12:00:00Z")


def write(files: Path, *links: str, rule: str) -> None:
    """An alerting rule for each link, and a rule of our own for the last."""
    alerts = [ALERT.format(n=n, link=link) for n, link in enumerate(links)]
    (files / "alerts.yaml").write_text("groups:\n- name: g\n  rules:\n" + "".join(alerts))
    rules = files / "routing_rules.yaml"
    text = rules.read_text().replace("runbook_hosts: [wiki.example.com]", "runbook_hosts: [127.0.0.1, localhost]")
    rules.write_text(text.replace("runbook: high-error-rate", f"runbook: '{rule}'"))


def test_pages_that_are_gone_are_errors_where_they_are_named(files: Path, httpserver: HTTPServer) -> None:
    for path, status in (("/there", 200), ("/moved", 302), ("/private", 403), ("/gone", 404), ("/removed", 410)):
        httpserver.expect_request(path).respond_with_data("", status)
    links = [httpserver.url_for(path) for path in ("/there", "/moved", "/private", "/gone", "/there")]
    write(files, *links, rule=httpserver.url_for("/removed"))

    said = run("check", "alerts.yaml", "--follow-links", "--json", *AT)

    rule = (files / "routing_rules.yaml").read_text().split("- name: errors on the web site")[0].count("\n") + 1
    found = [(one["file"], one["line"], one["key"], one["reason"]) for one in json.loads(said.stdout)]
    assert said.exit_code == 1
    assert found == [
        (
            "routing_rules.yaml",
            rule,
            "rules.runbook",
            f"runbook {httpserver.url_for('/removed')} is gone: it answers 410",
        ),
        (
            "alerts.yaml",
            23,
            "groups.rules.annotations.runbook_url",
            f"runbook {httpserver.url_for('/gone')} is gone: it answers 404",
        ),
    ]
    assert len(httpserver.log) == 5
    assert "links followed: 5 of 5" in said.stderr


def test_a_server_that_is_not_there_is_an_error_without_the_rest_of_the_address(files: Path) -> None:
    port = free_port()
    write(files, f"http://127.0.0.1:{port}/x?secret=1", rule="high-error-rate")

    said = run("check", "alerts.yaml", "--follow-links", *AT)

    assert said.exit_code == 1
    assert f"is out of reach: 127.0.0.1:{port} could not be connected to" in said.stdout


def test_no_link_is_followed_unasked(files: Path, httpserver: HTTPServer) -> None:
    write(files, httpserver.url_for("/gone"), rule=httpserver.url_for("/gone"))

    said = run("check", "alerts.yaml", *AT)

    assert (said.exit_code, httpserver.log) == (0, [])


def test_a_link_to_a_host_that_is_not_allowed_is_never_followed(files: Path, httpserver: HTTPServer) -> None:
    write(files, httpserver.url_for("/x"), rule="high-error-rate")
    rules = files / "routing_rules.yaml"
    rules.write_text(
        rules.read_text().replace("runbook_hosts: [127.0.0.1, localhost]", "runbook_hosts: [wiki.example.com]")
    )

    said = run("check", "alerts.yaml", "--follow-links", *AT)

    assert "host not in runbook_hosts" in said.stdout
    assert httpserver.log == []
