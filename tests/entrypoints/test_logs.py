"""The log is JSON, one object a line, whoever writes it; and holds no secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.entrypoints.logs import redacted, set_up_logs

SECRETS = [
    "GET /webhooks/grafana?token=s3cr3t-value HTTP/1.1",
    "?a=1&access_token=s3cr3t-value&b=2",
    "Authorization: Bearer s3cr3t-value",
    "{'authorization': 'Basic s3cr3t-value'}",
    '{"authorization": "s3cr3t-value with \\" quote"}',
    '{"token": "s3cr3t-value"}',
    "GenieKey s3cr3t-value",
    "the key whsec_s3cr3t-value= was refused",
    "xoxb-s3cr3t-value and xoxp-s3cr3t-value",
    "token oncall_s3cr3t-value",
    "smtp://user:s3cr3t-value@mail.example.com:587",
    "routing_key=s3cr3t-value",
    "http://127.0.0.1:8080/a/s3cr3t-value.long-enough.to-be-one",
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    set_up_logs("info", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_hidden(text: str) -> None:
    assert "s3cr3t" not in redacted(text)
    assert "***" in redacted(text)


@pytest.mark.parametrize(
    "text", ["notification.sent incident=06bf attempt=2", "https://wiki.example.com/a/page", "basic"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("text", SECRETS)
def test_a_line_stays_one_object_and_holds_no_secret(text: str, log: io.StringIO) -> None:
    structlog.get_logger().info("request", path=text, nested={"token": "s3cr3t", "list": [text]}, raw=text.encode())
    logging.getLogger("some.library").warning("said %s", text)

    ours, theirs = (json.loads(line) for line in log.getvalue().splitlines())

    assert "s3cr3t" not in log.getvalue()
    assert (ours["event"], ours["level"], theirs["level"], theirs["logger"]) == (
        "request",
        "info",
        "warning",
        "some.library",
    )


def test_a_traceback_is_in_its_line_without_secrets(log: io.StringIO) -> None:
    try:
        raise ValueError("refused Bearer s3cr3t-value")
    except ValueError:
        structlog.get_logger().exception("loop.failed")

    (line,) = log.getvalue().splitlines()
    assert "ValueError: refused Bearer ***" in json.loads(line)["exception"]


def test_less_than_the_level_is_not_written(log: io.StringIO) -> None:
    structlog.get_logger().debug("too much")

    assert log.getvalue() == ""
