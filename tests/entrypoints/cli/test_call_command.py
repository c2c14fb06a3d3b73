"""Starting a call from the command line: what people want of it is the link, so it has a line of its own."""

import pytest
from pytest_httpserver import HTTPServer

from app.entrypoints.http.examples import INCIDENT
from tests.entrypoints.cli.terminal import run

pytestmark = pytest.mark.server


@pytest.mark.parametrize(("effect", "begins"), [("done", ""), ("already", "It was so already: ")])
def test_the_link_is_on_a_line_of_its_own(httpserver: HTTPServer, effect: str, begins: str) -> None:
    id, link = INCIDENT["id"], INCIDENT["call"]
    httpserver.expect_oneshot_request(
        f"/api/v1/incidents/{id}/call", method="POST", json={"by": "asha"}
    ).respond_with_json({"effect": effect, "incident": INCIDENT})

    said = run("call", str(id), "--by", "asha", "--url", httpserver.url_for("").rstrip("/"), "--token", "t")

    assert said.stdout.splitlines() == [f"{begins}{id} CRITICAL Payments API is down: triggered", link]
