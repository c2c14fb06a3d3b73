"""Schemathesis over the whole OpenAPI document: nothing undocumented, nothing of the wrong shape, never a 5xx."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    ignored_auth,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from schemathesis.python.asgi import shutdown_lifespans
from starlette.types import Receive, Scope, Send

from app.domain.classify import Severity
from app.domain.errors import Conflict
from app.domain.events import Actor
from app.domain.rota_facts import KeptCover, KeptOffer, KeptOptOut, Shadowing
from app.domain.suppress import SuppressedBy
from app.entrypoints.http.app import create_app
from app.service.respond import raise_by_person
from app.service.rota_facts import Change
from app.service.silences import Wanted
from app.wiring import Application, assemble
from tests.entrypoints.http.rig import ADMIN, SECRETS, Recording, StandingClock
from tests.entrypoints.http.rig import settings as settings_of

pytestmark = pytest.mark.server

INCIDENT = "0ca9a74185c3c4b6"
SILENCE = "0ca9a74185c3c4b7"
OF_THE_INCIDENT = ("/api/v1/incidents/", "/api/v1/postmortems/", "/api/v1/runbook-debts/")
SAID = "0ca9a74185c3c4b8"
"""A cover, an offer, skipped weeks and a shadowing have it alike."""

WITH_ID = tuple(f"/api/v1/{name}/" for name in ("covers", "cover-offers", "opt-outs", "shadowings"))
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example]


class Served:
    """The application, assembled in the event loop that serves it, which is not the test's, at each of its starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._app: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._app is None:
            channels = {"console": Recording()}
            application = await assemble(settings_of(self._folder), StandingClock(), channels, SECRETS)
            await _raise(application)
            self._app = create_app(application)
        await self._app(scope, receive, send)


async def _raise(application: Application) -> None:
    """One incident with its post-mortem and one silence under known ids, so that actions have something to act on."""
    rules, applier = application.in_force.rules, application.applier
    with suppress(Conflict):
        by = Actor("asha", "api")
        await raise_by_person(by, "Down", "", Severity.CRITICAL, "", rules, applier, lambda: INCIDENT)
    with suppress(Conflict):
        await application.post_mortems.start(INCIDENT, "asha", lambda _: ())
    now = application.clock.now()
    wanted = Wanted(SuppressedBy.SILENCE, ("a=b",), now, now + timedelta(hours=2), "asha", "x", ("sun 02:00-04:00",))
    await application.silences.make(replace(application.silences.new(wanted), id=SILENCE))
    until, today = now + timedelta(days=2), now.date()
    said = (
        KeptCover(SAID, "primary", "ben", "asha", now, until, "ben", now),
        KeptOffer(SAID, "primary", "ben", "", now, until, "ben", now),
        KeptOptOut(SAID, "primary", "ben", today, today + timedelta(days=7), "ben", now),
        Shadowing(SAID, "ben", "shadow", "primary", today, today + timedelta(days=7), "asha", now),
    )
    await application.rota_facts.change(lambda kept, scene: Change(said))


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    found = schemathesis.openapi.from_asgi("/openapi.json", Served(tmp_path_factory.mktemp("fuzz")))

    @found.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        if path_parameters and context.operation.path.startswith(OF_THE_INCIDENT):
            return path_parameters | {"id": INCIDENT}
        if path_parameters and context.operation.path.startswith("/api/v1/silences/"):
            return path_parameters | {"id": SILENCE}
        if path_parameters and context.operation.path.startswith("/api/v1/calendars/"):
            return path_parameters | {"kind": "rota", "name": "primary"}
        if path_parameters and "rota" in path_parameters:
            return path_parameters | {"rota": "primary"}
        if path_parameters and context.operation.path.startswith(WITH_ID):
            return path_parameters | {"id": SAID}
        return path_parameters

    yield found
    shutdown_lifespans()


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_operation_keeps_to_the_document(document: Any, mode: GenerationMode) -> None:
    for found in document.get_all_operations():
        operation = found.ok()

        @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW)
        @given(operation.as_strategy(generation_mode=mode))
        def keeps_to_it(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {ADMIN}"}, checks=CHECKS)

        with suppress(Unsatisfiable):  # What takes no parameter has no wrong one.
            keeps_to_it()
