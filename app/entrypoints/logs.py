"""The service's own log: one JSON object a line on stderr, so that pages on stdout stay readable; never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

HIDDEN = "***"
_FIELDS = "authorization|proxy-authorization|cookie|set-cookie|token|secret|password|routing_key|api_key|apikey"
_PARAMETERS = f"{_FIELDS}|access_token|auth_token|integration_key|service_key|signature"
_SECRETS = (
    (re.compile(rf'("(?:{_FIELDS})": ")(?:[^"\\]|\\.)*', re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(rf"\b((?:{_PARAMETERS})=)[^&\s\"'\\]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b((?:proxy-)?authorization\W{1,4})[^\"'\\,;}]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(bearer|basic|geniekey) +[^\s\"'\\]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(whsec_|xox[a-z]-|xapp-|oncall_)[\w+/=-]{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^/\s@\"'\\]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(/a/)[\w.-]{20,}"), rf"\1{HIDDEN}"),
)
"""Whatever looks like a credential: fields, parameters, headers, well-known prefixes, userinfo, and action links. None
of them reaches over a quote or a backslash, so a line of JSON stays one."""


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Everything that is logged from here on, by us or by a library, is one line of JSON on `stream` (stderr)."""
    to, least = stream or sys.stderr, _level(level)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    rendered: list[structlog.typing.Processor] = [structlog.processors.JSONRenderer(), _redact]
    structlog.configure(
        processors=[*shared, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(to),
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def redacted(text: str) -> str:
    """`text` with every credential in it replaced."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _redact(logger: object, method: str, rendered: MutableMapping[str, Any] | str) -> str:
    """After rendering, so that nothing gets past it in a value of an unforeseen type."""
    return redacted(str(rendered))


def _level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name.strip().upper(), logging.INFO)
