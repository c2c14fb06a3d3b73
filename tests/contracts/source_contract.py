"""The promises of `Source`, as tests that every source runs on fixtures of its own.

A test module gives a fixture `rig` and a class that inherits `SourceContract`, or `SignedContract` where the tool has a
proof of its own.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from app.domain.errors import AppError, InvalidPayload, Unauthorised
from app.service.source_ports import Alerts, Control, Verdict
from tests.contracts.source_rig import AT, CANARY, HOSTILE_BODIES, MALFORMED_PROOFS, SECRET, Rig, alerts_of, mutations

SHARED_TEST = (HealthCheck.function_scoped_fixture, HealthCheck.differing_executors)
"""One test body runs for every source, and its fixture is a value: both checks guard against what cannot happen."""


class SourceContract:
    """What every source keeps, signed or not."""

    def test_it_is_registered_under_its_type(self, rig: Rig) -> None:
        assert SOURCES[rig.source.type] is rig.source
        assert all(word == word.lower().strip() for word in rig.source.severities)

    def test_a_firing_alert_and_its_resolution_share_a_dedup_key(self, rig: Rig) -> None:
        firing, resolved = alerts_of(rig.source, rig.firing), alerts_of(rig.source, rig.resolved)

        assert {alert.status for alert in firing} == {AlertStatus.FIRING}
        assert {alert.status for alert in resolved} == {AlertStatus.RESOLVED}
        assert [alert.dedup_key for alert in firing] == [alert.dedup_key for alert in resolved]

    def test_the_runbook_of_an_alert_can_be_found_by_its_name(self, rig: Rig) -> None:
        names = [alert.labels.get("alertname", "") for alert in alerts_of(rig.source, rig.firing)]

        assert all(bool(name.strip()) is rig.is_named for name in names)

    def test_the_same_request_is_understood_the_same_way_twice(self, rig: Rig) -> None:
        assert rig.source.parse(rig.firing, rig.instance) == rig.source.parse(rig.firing, rig.instance)

    def test_every_fixture_is_understood_and_each_alert_is_whole(self, rig: Rig) -> None:
        for body in rig.bodies():
            understood = rig.source.parse(replace(rig.firing, body=body), rig.instance)
            check_understood(understood, rig)

    def test_unknown_fields_are_kept_in_the_raw_copy(self, rig: Rig) -> None:
        sent = json.loads(rig.firing.body)
        alerts = sent if isinstance(sent, list) else sent.get("alerts", [sent])
        holder = alerts[0]
        holder["invented_later"] = {"why": CANARY}

        first = alerts_of(rig.source, replace(rig.firing, body=json.dumps(sent).encode()))[0]

        assert CANARY in first.raw

    def test_a_test_message_opens_nothing(self, rig: Rig) -> None:
        for request in rig.tests:
            assert isinstance(rig.source.parse(request, rig.instance), Control)

    @pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
    def test_a_hostile_body_is_refused_without_quoting_it(self, rig: Rig, body: bytes) -> None:
        with pytest.raises(InvalidPayload) as refused:
            rig.source.parse(replace(rig.firing, body=body, query={}), rig.instance)

        assert CANARY not in str(refused.value)
        assert refused.value.__cause__ is None

    @pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
    def test_verifying_a_hostile_body_raises_nothing_of_its_own(self, rig: Rig, body: bytes) -> None:
        refusal = ""

        try:
            rig.source.verify(replace(rig.firing, body=body), SECRET, AT, rig.instance)
        except AppError as refused:
            refusal = str(refused)

        assert CANARY not in refusal

    @given(choice=st.data())
    @settings(max_examples=60, deadline=None, suppress_health_check=SHARED_TEST)
    def test_a_mutated_body_gives_alerts_or_control_or_a_clear_error(self, rig: Rig, choice: st.DataObject) -> None:
        body = choice.draw(st.sampled_from(rig.bodies()))
        request = replace(rig.firing, body=choice.draw(mutations(body)))

        with suppress(AppError):
            rig.source.verify(request, SECRET, AT, rig.instance)
        try:
            understood = rig.source.parse(request, rig.instance)
        except AppError:
            return

        check_understood(understood, rig)

    def test_without_a_proof_it_is_unsigned(self, rig: Rig) -> None:
        assert rig.source.verify(rig.firing, SECRET, AT, rig.instance) is Verdict.UNSIGNED

    def test_without_a_secret_nothing_is_signed_that_needs_one(self, rig: Rig) -> None:
        signed = rig.prove(rig.firing, SECRET, AT)

        verdict = rig.source.verify(signed, "", AT, rig.instance)

        assert verdict is (Verdict.UNSIGNED if rig.needs_secret else Verdict.SIGNED)


class SignedContract(SourceContract):
    """What a source with a proof of its own keeps besides."""

    def test_the_right_proof_is_signed(self, rig: Rig) -> None:
        signed = rig.prove(rig.firing, SECRET, AT)

        assert rig.source.verify(signed, SECRET, AT, rig.instance) is Verdict.SIGNED

    def test_a_proof_made_with_another_secret_is_refused(self, rig: Rig) -> None:
        signed = rig.prove(rig.firing, SECRET[::-1], AT)

        with pytest.raises(Unauthorised):
            rig.source.verify(signed, SECRET, AT, rig.instance)

    def test_a_body_changed_after_signing_is_refused_where_the_proof_covers_it(self, rig: Rig) -> None:
        signed = rig.prove(rig.firing, SECRET, AT)
        changed = replace(signed, body=signed.body + b" ")

        if rig.is_body_signed:
            with pytest.raises(Unauthorised):
                rig.source.verify(changed, SECRET, AT, rig.instance)
        else:
            assert rig.source.verify(changed, SECRET, AT, rig.instance) is Verdict.SIGNED

    @pytest.mark.parametrize("proof", MALFORMED_PROOFS, ids=ascii)
    def test_a_malformed_proof_is_refused(self, rig: Rig, proof: str) -> None:
        signed = rig.with_proof(rig.prove(rig.firing, SECRET, AT), proof)

        with pytest.raises((Unauthorised, InvalidPayload)) as refused:
            rig.source.verify(signed, SECRET, AT, rig.instance)

        assert SECRET not in str(refused.value)

    def test_a_proof_is_stale_after_five_minutes_where_its_time_is_signed(self, rig: Rig) -> None:
        signed = rig.prove(rig.firing, SECRET, AT)

        for away in (timedelta(seconds=301), timedelta(seconds=-301)):
            if rig.is_time_signed:
                with pytest.raises(Unauthorised):
                    rig.source.verify(signed, SECRET, AT + away, rig.instance)
            else:
                assert rig.source.verify(signed, SECRET, AT + away, rig.instance) is Verdict.SIGNED


def check_understood(understood: Alerts | Control, rig: Rig) -> None:
    """Whatever came in, what comes out can be stored, sent and shown."""
    if isinstance(understood, Control):
        assert understood.note
        return
    for alert in understood.alerts:
        assert (alert.source, alert.source_type) == (rig.instance.name, rig.source.type)
        assert alert.dedup_key
        assert alert.title.strip()
        assert all(type(text) is str for text in _texts(alert))
        assert all(link.href.startswith(("http://", "https://")) for link in alert.links)
        assert all(at is None or at.tzinfo is UTC for at in (alert.started_at, alert.ended_at))
        json.loads(alert.raw)
        msgspec.json.encode(alert)


def _texts(alert: Alert) -> Iterator[object]:
    yield from (alert.dedup_key, alert.title, alert.description, alert.severity, alert.group_key, alert.raw)
    yield from (*alert.labels, *alert.labels.values(), *alert.annotations, *alert.annotations.values())
    yield from (*alert.runbooks, *alert.flags)
