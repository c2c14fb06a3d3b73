"""The service's own log: one JSON object a line on stderr, so that pages on stdout stay readable; never a secret."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

HIDDEN = "***"
_FIELDS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "token", "access_token", "auth_token", "secret"}
    | {"password", "signature", "api_key", "apikey", "x-api-key", "routing_key", "integration_key", "service_key"}
)
_NAMED = "|".join(sorted(_FIELDS, key=len, reverse=True))
_SECRETS = (
    (
        re.compile(rf"""(["'](?:{_NAMED})["']\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.I),
        rf'\1"{HIDDEN}"',
    ),
    (re.compile(rf"\b((?:{_NAMED})=)[^&\s\"']+", re.I), rf"\1{HIDDEN}"),
    (re.compile(r"\b((?:proxy-)?authorization:\s*)[^\r\n\"',;]+", re.I), rf"\1{HIDDEN}"),
    (re.compile(r"\b(bearer|basic|geniekey) +[^\s\"']+", re.I), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(whsec_|xox[a-z]-|xapp-|oncall_)[\w+/=-]{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(/a/)[\w.-]{20,}"), rf"\1{HIDDEN}"),
)
"""Whatever looks like a credential: fields, parameters, headers, well-known beginnings, userinfo, action links."""
_SUSPECT = re.compile(r"[\"'=@]|authorization:|bearer|basic|geniekey|whsec_|xox|xapp-|oncall_|/a/", re.I)
"""What each of those has to hold: one look spares most texts seven, on a line that every webhook leaves."""


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Everything that is logged from here on, by us or by a library, is one line of JSON on `stream` (stderr)."""
    to, least = stream or sys.stderr, _level(level)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    rendered: list[structlog.typing.Processor] = [_redact, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Unfailing(to))),
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


class _Unfailing:
    """A full disk under the log, or nobody at the other end, must not stop what is reported on: the line is lost."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def redacted(text: str) -> str:
    """`text` with every credential in it replaced."""
    if not _SUSPECT.search(text):
        return text
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _redact(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every value of an event, whatever its type, before anything is written."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> object:
    if name.lower() in _FIELDS:
        return HIDDEN
    match value:
        case str():
            return redacted(value)
        case Mapping():
            return {str(key): _clean(str(key), one) for key, one in value.items()}
        case list() | tuple():
            return [_clean("", one) for one in value]
        case None | bool() | int() | float():
            return value
        case _:
            return redacted(repr(value))


def _level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name.strip().upper(), logging.INFO)
