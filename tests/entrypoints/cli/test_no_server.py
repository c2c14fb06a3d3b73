"""What a command says when there is no server, or something else where it should be."""

import pytest
from pytest_httpserver import HTTPServer

from tests.entrypoints.cli.terminal import run


def test_an_unreachable_server_is_named_with_what_to_do() -> None:
    said = run("incidents", "--url", "http://127.0.0.1:9")

    assert (said.exit_code, said.stderr) == (
        1,
        "no server at http://127.0.0.1:9: 127.0.0.1:9 could not be connected to; start it with `oncall-router serve`, "
        "or name another with --url or ONCALL_URL\n",
    )


@pytest.mark.parametrize(("status", "body"), [(404, "<h1>Not found</h1>"), (200, "<html>"), (500, "{}")])
def test_something_else_is_not_taken_for_a_server(status: int, body: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/oncall").respond_with_data(body, status)

    said = run("who", "--url", httpserver.url_for("/"))

    assert said.exit_code == 1
    assert said.stderr.endswith("as an oncall-router does: check --url\n")


def test_a_snooze_has_one_end() -> None:
    for words in ((), ("--for", "1h", "--until", "2030-01-01T00:00:00Z")):
        assert run("snooze", "06bf80f9c0000001", *words).exit_code == 2
