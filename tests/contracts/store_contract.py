"""The promises of `Store`, as tests that every store runs.

A test module gives two fixtures, `place` and `other_place`, and a class that inherits `StoreContract`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.classify import Severity
from app.domain.errors import Conflict, StoreUnavailable
from app.domain.incident import Decision, Incident, KnownKey, Mark, Outcome, Status, Timer
from app.domain.notification import Notification, NotificationState
from app.service.ports import Backlog, IncidentQuery, Loaded, Record, Store
from tests.builders import (
    NINE,
    a_decision,
    a_notification,
    an_alert_row,
    an_entry,
    an_id,
    an_incident,
)
from tests.contracts.store_contract_notices import FreshContract, NoticesContract
from tests.contracts.store_contract_whole import ForgetContract, MovingContract
from tests.contracts.store_rig import (
    LEASE,
    MINUTE,
    ODD_TEXTS,
    Place,
    a_bare_decision,
    a_due_incident,
    kept,
    other_store,
    store,
)

__all__ = ["StoreContract", "other_store", "store"]


class CommitContract:
    async def test_a_committed_incident_is_loaded_whole_by_key_and_by_id(self, store: Store) -> None:
        decision = a_decision()

        await store.commit([decision])

        incident = decision.incident
        assert incident is not None
        key = decision.alerts[0].key
        known = {key: KnownKey(incident.id, firing=True, episode=1)}
        assert await store.load([key], []) == Loaded({incident.id: incident}, known)
        assert await store.load([], [incident.id]) == Loaded({incident.id: incident}, {})
        assert await store.load([key, key], [incident.id, incident.id]) == Loaded({incident.id: incident}, known)

    @pytest.mark.parametrize("id", ["", "nobody", "f" * 17, "-1", "0" * 15, "１" * 16])
    async def test_what_can_be_no_id_is_left_out_too(self, store: Store, id: str) -> None:
        assert (await store.load((), (id,))).incidents == {}

    async def test_what_does_not_exist_is_left_out(self, store: Store) -> None:
        await store.commit([a_decision()])

        for unknown in ("", "nobody", an_id(2), an_id().upper(), f" {an_id()}", "f" * 16, "0" * 17, "é", "\x00"):
            assert await store.load([unknown], [unknown]) == Loaded({}, {})
            assert await store.timeline(unknown) == []
            assert await store.notifications(unknown) == []
            assert await store.alerts(unknown, limit=5) == []

    async def test_many_are_loaded_at_once(self, store: Store) -> None:
        rows = [an_alert_row(incident=an_id(n), key=f"a/x/{n}") for n in range(300)]
        decisions = [
            Decision(an_incident(id=an_id(n)), Outcome.OPENED, alerts=(row,), keys=(f"g/x/{n}",))
            for n, row in enumerate(rows)
        ]

        await store.commit(decisions)

        loaded = await store.load([f"{kind}/x/{n}" for n in range(301) for kind in "ag"], [])
        assert loaded.incidents == {an_id(n): an_incident(id=an_id(n)) for n in range(300)}
        assert set(loaded.keys) == {f"{kind}/x/{n}" for n in range(300) for kind in "ag"}

    async def test_a_key_leads_to_the_latest_incident_that_used_it(self, store: Store) -> None:
        older = a_decision(keys=("g/x/payments",))
        newer = a_decision(incident=an_incident(id=an_id(2)), keys=("g/x/payments",))

        await store.commit([older])
        await store.commit([newer])

        loaded = await store.load([older.alerts[0].key, "g/x/payments"], [])
        assert {key: known.incident for key, known in loaded.keys.items()} == {
            older.alerts[0].key: an_id(2),
            "g/x/payments": an_id(2),
        }
        assert set(loaded.incidents) == {an_id(2)}

    async def test_a_key_says_whether_its_alert_fires_and_in_which_episode(self, store: Store) -> None:
        await store.commit([a_decision()])
        row = an_alert_row(firing=False, episode=2)

        await store.commit([Decision(an_incident(version=2), Outcome.RESOLVED, alerts=(row,))])

        loaded = await store.load([row.key], [])
        assert loaded.keys == {row.key: KnownKey(an_id(), firing=False, episode=2)}

    @pytest.mark.parametrize("firing", [True, False])
    async def test_what_an_alert_inhibits_is_known_under_keys_of_its_own(self, store: Store, firing: bool) -> None:
        row = an_alert_row(firing=firing, inhibits=("h/site down/a", "h/site down/b"))

        await store.commit([a_decision(alerts=(row,))])

        loaded = await store.load(row.keys, [])
        assert loaded.keys == dict.fromkeys(row.keys, KnownKey(an_id(), firing=firing, episode=row.episode))
        assert [one.inhibits for one in await store.alerts(an_id(), limit=5)] == [row.inhibits]
        assert await store.alerts(an_id(), limit=5) == [row]

    async def test_keys_may_hold_anything_a_sender_writes(self, store: Store) -> None:
        await store.commit([a_decision(keys=ODD_TEXTS)], seen=dict.fromkeys(ODD_TEXTS))

        assert set((await store.load(ODD_TEXTS, [])).keys) == set(ODD_TEXTS)
        assert (await store.load(["nul"], [])).keys == {}

    @pytest.mark.parametrize("version", [-1, 0, 1, 3])
    async def test_a_commit_conflicts_unless_the_stored_version_is_one_less(self, store: Store, version: int) -> None:
        await store.commit([a_decision()])

        with pytest.raises(Conflict):
            await store.commit([a_bare_decision(version=version, title="other")])

        assert (await store.load([], [an_id()])).incidents == {an_id(): an_incident()}

    @pytest.mark.parametrize("version", [-1, 0, 2])
    async def test_a_new_incident_conflicts_unless_its_version_is_one(self, store: Store, version: int) -> None:
        with pytest.raises(Conflict):
            await store.commit([a_bare_decision(version=version)])

        assert await store.load([], [an_id()]) == Loaded({}, {})

    async def test_several_decisions_of_one_incident_carry_successive_versions(self, store: Store) -> None:
        first = a_decision()
        second = Decision(an_incident(version=2, count=2), Outcome.REPEATED, timeline=(an_entry(what="second"),))
        third = Decision(an_incident(version=3, count=3), Outcome.REPEATED, timeline=(an_entry(what="third"),))

        await store.commit([first, a_decision(incident=an_incident(id=an_id(2))), second, third])

        assert (await store.load([], [an_id()])).incidents == {an_id(): third.incident}
        assert [entry.what for entry in await store.timeline(an_id())] == ["opened", "second", "third"]

    @pytest.mark.parametrize("versions", [(1, 1), (1, 3), (2, 1), (2, 3)])
    async def test_versions_that_do_not_succeed_each_other_conflict(
        self, store: Store, versions: tuple[int, int]
    ) -> None:
        with pytest.raises(Conflict):
            await store.commit([a_bare_decision(version=version) for version in versions])

        assert await store.load([], [an_id()]) == Loaded({}, {})

    async def test_a_commit_is_all_or_nothing(self, store: Store) -> None:
        await store.commit([a_decision()])
        new = a_decision(incident=an_incident(id=an_id(2)), keys=("g/x/new",))
        late = a_bare_decision(version=1)

        with pytest.raises(Conflict):
            await store.commit([new, late], [Record("tokens", "1", "{}")])

        assert await store.load(["g/x/new"], [an_id(2)]) == Loaded({}, {})
        assert await store.timeline(an_id(2)) == []
        assert await store.notifications(an_id(2)) == []
        assert await store.alerts(an_id(2), limit=5) == []
        assert await store.record("tokens", "1") is None

    async def test_one_of_two_concurrent_commits_conflicts_and_the_rest_is_not_disturbed(self, store: Store) -> None:
        await store.commit([a_decision()])
        others = [store.commit([kept(an_incident(id=an_id(n)))]) for n in range(2, 6)]

        outcomes = await asyncio.gather(
            *(store.commit([a_bare_decision(version=2, title=title)]) for title in ("one", "two")),
            *others,
            return_exceptions=True,
        )

        assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict]
        assert len((await store.load([], [an_id(n) for n in range(1, 6)])).incidents) == 5

    @pytest.mark.parametrize(
        "seen",
        [
            None,
            KnownKey(an_id(3), firing=True, episode=1),
            KnownKey(an_id(), firing=False, episode=1),
            KnownKey(an_id(), firing=True, episode=2),
        ],
    )
    async def test_a_commit_conflicts_when_a_key_is_not_as_it_was_seen(
        self, store: Store, seen: KnownKey | None
    ) -> None:
        first = a_decision()
        await store.commit([first])
        key = first.alerts[0].key
        second = a_decision(incident=an_incident(id=an_id(2)), keys=("g/x/new",))

        with pytest.raises(Conflict):
            await store.commit([second], [Record("tokens", "1", "{}")], {"g/x/new": None, key: seen})

        known = {key: KnownKey(an_id(), firing=True, episode=1)}
        assert await store.load([key, "g/x/new"], [an_id(2)]) == Loaded({an_id(): an_incident()}, known)
        assert await store.record("tokens", "1") is None

    async def test_a_commit_conflicts_when_a_key_that_was_seen_is_not_there(self, store: Store) -> None:
        with pytest.raises(Conflict):
            await store.commit([a_decision()], seen={"a/x/gone": KnownKey(an_id(), firing=True, episode=1)})

        assert await store.load([], [an_id()]) == Loaded({}, {})

    async def test_a_commit_goes_through_when_every_key_is_as_it_was_seen(self, store: Store) -> None:
        first = a_decision(keys=("g/x/1",))
        await store.commit([first])
        keys = [first.alerts[0].key, "g/x/1", "g/x/2", *(f"g/y/{number}" for number in range(300))]
        seen = {key: (await store.load(keys, [])).keys.get(key) for key in keys}
        second = a_decision(incident=an_incident(id=an_id(2)), keys=("g/x/1", "g/x/2"))

        await store.commit([second], seen=seen)

        assert {known.incident for known in (await store.load(keys, [])).keys.values()} == {an_id(2)}

    async def test_of_many_who_open_an_incident_for_one_new_key_at_once_one_does(self, store: Store) -> None:
        decisions = [a_decision(incident=an_incident(id=an_id(number))) for number in range(6)]
        key = decisions[0].alerts[0].key

        outcomes = await asyncio.gather(
            *(store.commit([decision], seen={key: None}) for decision in decisions), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 5 + ["NoneType"]
        assert len(await store.incidents(IncidentQuery())) == 1

    async def test_what_nobody_doubts_was_not_applied(self, store: Store) -> None:
        await store.commit([a_decision()])

        assert not await store.applied("")
        assert not await store.applied("nobody's doubt")

    async def test_a_decision_that_keeps_nothing_stores_nothing(self, store: Store) -> None:
        await store.commit([Decision(None, Outcome.IGNORED), a_decision()])
        await store.commit([])

        assert len(await store.incidents(IncidentQuery())) == 1

    async def test_notifications_whose_key_exists_are_left_as_they_are(self, store: Store) -> None:
        first = a_notification()
        await store.commit([a_decision(notifications=(first,))])
        again = replace(first, remark="again", due_at=None)
        other = a_notification(reader="ben")

        await store.commit([Decision(an_incident(version=2), Outcome.REPEATED, notifications=(again, other))])

        assert await store.notifications(an_id()) == [first, other]

    async def test_records_are_committed_with_decisions_and_replace_older_ones(self, store: Store) -> None:
        await store.put_record(Record("tokens", "1", '"old"', NINE))

        await store.commit([a_decision()], [Record("tokens", "1", '"new"'), Record("tokens", "2", "{}")])

        assert await store.records("tokens") == [Record("tokens", "2", "{}"), Record("tokens", "1", '"new"')]

    async def test_everything_survives_closing(self, store: Store, place: Place) -> None:
        decision = a_decision(keys=("g/x/1",))
        await store.commit([decision], [Record("tokens", "1", "{}", NINE)])
        await store.close()

        again = await place.open()

        loaded = await again.load(["g/x/1"], [])
        assert loaded.incidents == {an_id(): decision.incident}
        assert await again.timeline(an_id()) == list(decision.timeline)
        assert await again.alerts(an_id(), limit=5) == list(decision.alerts)
        assert await again.notifications(an_id()) == list(decision.notifications)
        assert await again.record("tokens", "1") == Record("tokens", "1", "{}", NINE)
        assert await again.backlog(NINE + 2 * 60 * MINUTE) == Backlog(1, NINE + 60 * MINUTE, 1, NINE)
        await again.close()

    async def test_a_closed_store_says_so(self, store: Store) -> None:
        await store.close()
        await store.close()

        with pytest.raises(StoreUnavailable):
            await store.commit([a_decision()])
        with pytest.raises(StoreUnavailable):
            await store.next_due()


class TimerContract:
    async def test_due_incidents_are_claimed_oldest_first(self, store: Store) -> None:
        minutes = {1: 30, 2: 10, 3: 20, 4: 40}
        await store.commit([kept(a_due_incident(number, at)) for number, at in minutes.items()])

        assert await store.claim_due(NINE + 30 * MINUTE, LEASE, limit=2) == [an_id(2), an_id(3)]
        assert await store.claim_due(NINE + 30 * MINUTE, LEASE, limit=2) == [an_id(1)]
        assert await store.claim_due(NINE + 30 * MINUTE, LEASE, limit=2) == []

    async def test_the_earliest_timer_counts_to_the_microsecond(self, store: Store) -> None:
        at = NINE + timedelta(microseconds=1)
        await store.commit([kept(an_incident(timers={Timer.STOP: NINE + MINUTE, Timer.ESCALATE: at}))])

        assert await store.next_due() == at
        assert await store.claim_due(NINE, LEASE, limit=1) == []
        assert await store.claim_due(at, LEASE, limit=1) == [an_id()]

    async def test_an_incident_without_timers_is_never_due(self, store: Store) -> None:
        await store.commit([kept(an_incident(timers={}))])

        assert await store.claim_due(NINE.replace(year=9000), LEASE, limit=1) == []
        assert await store.next_due() is None

    async def test_a_claimed_incident_comes_back_when_its_lease_ends(self, store: Store) -> None:
        await store.commit([kept(a_due_incident(1, 0))])
        await store.claim_due(NINE, LEASE, limit=1)

        assert await store.claim_due(NINE + LEASE - timedelta(microseconds=1), LEASE, limit=1) == []
        assert await store.claim_due(NINE + LEASE, LEASE, limit=1) == [an_id()]

    async def test_a_commit_replaces_the_lease_by_the_new_deadline(self, store: Store) -> None:
        await store.commit([kept(a_due_incident(1, 0)), kept(a_due_incident(2, 0))])
        await store.claim_due(NINE, timedelta(hours=9), limit=2)

        await store.commit([kept(replace(a_due_incident(1, 5), version=2))])

        assert await store.next_due() == NINE + 5 * MINUTE
        assert await store.claim_due(NINE + 5 * MINUTE, LEASE, limit=5) == [an_id(1)]

    async def test_a_commit_that_changes_no_deadline_makes_it_due_at_once(self, store: Store) -> None:
        await store.commit([kept(a_due_incident(1, 0))])
        await store.claim_due(NINE, LEASE, limit=1)

        await store.commit([kept(replace(a_due_incident(1, 0), version=2))])

        assert await store.claim_due(NINE, LEASE, limit=1) == [an_id()]

    async def test_a_conflict_leaves_the_lease(self, store: Store) -> None:
        await store.commit([kept(a_due_incident(1, 0))])
        await store.claim_due(NINE, LEASE, limit=1)

        with pytest.raises(Conflict):
            await store.commit([kept(a_due_incident(1, 0))])

        assert await store.claim_due(NINE, LEASE, limit=1) == []

    async def test_concurrent_claims_hand_out_each_one_once(self, store: Store) -> None:
        await store.commit([kept(a_due_incident(number, number)) for number in range(40)])

        claims = await asyncio.gather(*(store.claim_due(NINE + 60 * MINUTE, LEASE, limit=7) for _ in range(8)))

        assert sorted(id for claim in claims for id in claim) == [an_id(number) for number in range(40)]


class OutboxContract:
    async def due(self, store: Store, **minutes: int) -> dict[str, Notification]:
        """One notification per reader, due so many minutes after nine, of one incident."""
        rows = {
            reader: a_notification(reader=reader, due_at=NINE + minute * MINUTE) for reader, minute in minutes.items()
        }
        await store.commit([Decision(an_incident(timers={}), Outcome.OPENED, notifications=tuple(rows.values()))])
        return rows

    async def test_due_notifications_are_claimed_whole_and_oldest_first(self, store: Store) -> None:
        rows = await self.due(store, asha=3, ben=1, chen=2, dora=9)

        assert await store.claim_notifications(NINE + 3 * MINUTE, LEASE, limit=2) == [rows["ben"], rows["chen"]]
        assert await store.claim_notifications(NINE + 3 * MINUTE, LEASE, limit=2) == [rows["asha"]]
        assert await store.claim_notifications(NINE + 3 * MINUTE, LEASE, limit=2) == []

    async def test_a_claimed_notification_comes_back_when_its_lease_ends(self, store: Store) -> None:
        rows = await self.due(store, asha=0)
        await store.claim_notifications(NINE, LEASE, limit=1)

        assert await store.claim_notifications(NINE + LEASE - timedelta(microseconds=1), LEASE, limit=1) == []
        assert await store.claim_notifications(NINE + LEASE, LEASE, limit=1) == [rows["asha"]]

    async def test_settling_replaces_the_row_and_its_lease(self, store: Store) -> None:
        rows = await self.due(store, asha=0, ben=0)
        await store.claim_notifications(NINE, timedelta(hours=9), limit=2)
        later = replace(rows["asha"], due_at=NINE + 5 * MINUTE, remark="next rung")
        over = replace(rows["ben"], due_at=None, state=NotificationState.DONE)

        await store.settle([later, over])

        assert await store.notifications(an_id()) == [later, over]
        assert await store.next_due() == NINE + 5 * MINUTE
        assert await store.claim_notifications(NINE + 4 * MINUTE, LEASE, limit=5) == []
        assert await store.claim_notifications(NINE + 10 * 60 * MINUTE, LEASE, limit=5) == [later]

    async def test_a_row_that_is_gone_is_not_brought_back_by_settling_it(self, store: Store) -> None:
        gone = a_notification(due_at=NINE)

        await store.settle([gone])

        assert await store.notifications(an_id()) == []
        assert await store.claim_notifications(NINE, LEASE, limit=1) == []

    async def test_settling_nothing_is_no_error(self, store: Store) -> None:
        await store.settle([])

    async def test_a_row_that_nobody_has_claimed_is_amended_with_its_due_time(self, store: Store) -> None:
        rows = await self.due(store, asha=30, ben=30)

        assert await store.amend(an_id(), rows["asha"].key, lambda row: replace(row, due_at=NINE, remark="heard of"))

        asha = replace(rows["asha"], due_at=NINE, remark="heard of")
        assert await store.notifications(an_id()) == [asha, rows["ben"]]
        assert await store.claim_notifications(NINE, LEASE, limit=5) == [asha]

    async def test_a_row_that_is_over_can_be_amended_and_stays_over(self, store: Store) -> None:
        rows = await self.due(store, asha=0)
        await store.claim_notifications(NINE, LEASE, limit=1)
        over = replace(rows["asha"], due_at=None, state=NotificationState.DONE)
        await store.settle([over])

        assert await store.amend(an_id(), over.key, lambda row: replace(row, remark="heard of"))

        assert await store.notifications(an_id()) == [replace(over, remark="heard of")]
        assert await store.next_due() is None

    async def test_a_claimed_row_is_not_amended_and_whoever_claimed_it_settles_it(self, store: Store) -> None:
        rows = await self.due(store, asha=0)
        await store.claim_notifications(NINE, LEASE, limit=1)

        assert not await store.amend(an_id(), rows["asha"].key, lambda row: replace(row, remark="heard of"))

        later = replace(rows["asha"], due_at=NINE + MINUTE)
        await store.settle([later])
        assert await store.notifications(an_id()) == [later]

    async def test_what_was_amended_is_claimed_and_settled_as_it_is_then(self, store: Store) -> None:
        rows = await self.due(store, asha=0)
        await store.amend(an_id(), rows["asha"].key, lambda row: replace(row, remark="heard of"))

        [claimed] = await store.claim_notifications(NINE, LEASE, limit=1)
        await store.settle([replace(claimed, due_at=None)])

        assert await store.notifications(an_id()) == [replace(rows["asha"], remark="heard of", due_at=None)]

    async def test_two_amendments_at_once_are_both_kept(self, store: Store) -> None:
        rows = await self.due(store, asha=30)

        def remark(text: str) -> Callable[[Notification], Notification]:
            return lambda row: replace(row, remark=row.remark + text)

        done = await asyncio.gather(*(store.amend(an_id(), rows["asha"].key, remark(text)) for text in ("a", "b")))

        [row] = await store.notifications(an_id())
        assert (done, sorted(row.remark)) == ([True, True], ["a", "b"])

    @pytest.mark.parametrize("incident", [an_id(), "nobody"])
    async def test_a_row_that_is_not_there_is_not_amended(self, store: Store, incident: str) -> None:
        assert not await store.amend(incident, f"{incident}/0/1/0/nobody", lambda row: row)

    async def test_what_was_settled_is_still_so_after_closing(self, store: Store, place: Place) -> None:
        rows = await self.due(store, asha=0)
        over = replace(rows["asha"], due_at=None)
        await store.settle([over])
        await store.close()

        again = await place.open()

        assert await again.notifications(an_id()) == [over]
        assert await again.next_due() is None
        await again.close()

    async def test_the_backlog_counts_what_is_due_leased_or_not(self, store: Store) -> None:
        await self.due(store, asha=3, ben=1, chen=9)
        await store.commit([kept(a_due_incident(2, 2)), kept(a_due_incident(3, 9))])
        expected = Backlog(1, NINE + 2 * MINUTE, 2, NINE + MINUTE)

        assert await store.backlog(NINE + 5 * MINUTE) == expected
        await store.claim_due(NINE + 5 * MINUTE, LEASE, limit=9)
        await store.claim_notifications(NINE + 5 * MINUTE, LEASE, limit=9)
        assert await store.backlog(NINE + 5 * MINUTE) == expected
        assert await store.backlog(NINE) == Backlog(0, None, 0, None)

    async def test_next_due_looks_at_timers_messages_and_leases(self, store: Store) -> None:
        assert await store.next_due() is None
        await self.due(store, asha=3)
        assert await store.next_due() == NINE + 3 * MINUTE
        await store.commit([kept(a_due_incident(2, 2))])
        assert await store.next_due() == NINE + 2 * MINUTE

        await store.claim_due(NINE + 2 * MINUTE, timedelta(hours=2), limit=1)
        assert await store.next_due() == NINE + 3 * MINUTE
        await store.claim_notifications(NINE + 3 * MINUTE, timedelta(hours=1), limit=1)
        assert await store.next_due() == NINE + 63 * MINUTE


class ReadContract:
    async def seed(self, store: Store) -> list[Incident]:
        """Ten incidents, newest first."""
        statuses = list(Status)
        severities = list(Severity)
        incidents = [
            an_incident(
                id=an_id(number),
                status=statuses[number % 3],
                severity=severities[number % len(severities)],
                squad="payments" if number % 2 else "",
                source="rollbar" if number > 7 else "alertmanager",
                marks=(Mark.SUPPRESSED,) if number % 4 == 0 else (),
            )
            for number in range(10)
        ]
        await store.commit([kept(incident) for incident in incidents])
        return incidents[::-1]

    @pytest.mark.parametrize(
        "query",
        [
            IncidentQuery(),
            IncidentQuery(limit=3),
            IncidentQuery(before=an_id(4)),
            IncidentQuery(before="f" * 16),
            IncidentQuery(statuses=frozenset({Status.TRIGGERED})),
            IncidentQuery(statuses=frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED}), before=an_id(7), limit=2),
            IncidentQuery(statuses=frozenset(Status), severities=frozenset({Severity.HIGH})),
            IncidentQuery(squad="payments"),
            IncidentQuery(source="rollbar"),
            IncidentQuery(squad="nobody"),
            IncidentQuery(suppressed=True),
            IncidentQuery(statuses=frozenset({Status.ACKNOWLEDGED}), suppressed=True),
            IncidentQuery(frozenset({Status.RESOLVED}), frozenset(Severity), "payments", "alertmanager", an_id(9), 1),
        ],
    )
    async def test_incidents_are_listed_newest_first(self, store: Store, query: IncidentQuery) -> None:
        seeded = await self.seed(store)

        found = await store.incidents(query)

        assert found == [incident for incident in seeded if _is_asked_for(incident, query)][: query.limit]

    @pytest.mark.parametrize(
        "query",
        [
            IncidentQuery(oldest_first=True),
            IncidentQuery(oldest_first=True, limit=3),
            IncidentQuery(oldest_first=True, after=an_id(4)),
            IncidentQuery(oldest_first=True, after="f" * 16),
            IncidentQuery(frozenset({Status.TRIGGERED}), oldest_first=True, after=an_id(2), limit=2),
            IncidentQuery(squad="payments", oldest_first=True, after=an_id(0)),
        ],
    )
    async def test_or_oldest_first(self, store: Store, query: IncidentQuery) -> None:
        seeded = await self.seed(store)

        found = await store.incidents(query)

        wanted = [one for one in reversed(seeded) if _is_asked_for(one, query) and one.id > query.after]
        assert found == wanted[: query.limit]

    async def test_a_list_follows_an_incident_that_changes(self, store: Store) -> None:
        await store.commit([kept(an_incident())])
        changed = an_incident(version=2, status=Status.RESOLVED, severity=Severity.HIGH, squad="search")

        await store.commit([kept(changed)])

        assert await store.incidents(IncidentQuery(statuses=frozenset({Status.TRIGGERED}))) == []
        assert await store.incidents(IncidentQuery(squad="payments")) == []
        assert await store.incidents(
            IncidentQuery(frozenset({Status.RESOLVED}), frozenset({Severity.HIGH}), squad="search")
        ) == [changed]

    async def test_alerts_come_in_pages_by_key(self, store: Store) -> None:
        rows = [an_alert_row(key=f"a/x/{letter}") for letter in "cab"]
        await store.commit([a_decision(alerts=tuple(rows)), a_decision(incident=an_incident(id=an_id(2)))])
        rows.sort(key=lambda row: row.key)

        assert await store.alerts(an_id(), limit=2) == rows[:2]
        assert await store.alerts(an_id(), limit=2, after=rows[1].key) == rows[2:]
        assert await store.alerts(an_id(), limit=2, after=rows[2].key) == []

    async def test_the_timeline_holds_every_entry_in_order_of_commit(self, store: Store) -> None:
        late = an_entry(at=NINE + MINUTE, what="late", text="line\nbreak", who="asha", channel="sms")
        early = an_entry(at=NINE - MINUTE, what="early")
        await store.commit([a_decision(timeline=(late, early))])
        await store.commit([a_bare_decision(version=2)])
        await store.commit([Decision(an_incident(version=3), Outcome.DONE, timeline=(early,))])

        assert await store.timeline(an_id()) == [late, early, early]

    async def test_notifications_of_an_incident_come_by_key(self, store: Store) -> None:
        rows = [a_notification(reader=reader) for reader in ("chen", "asha", "ben")]
        await store.commit([a_decision(notifications=tuple(rows)), a_decision(incident=an_incident(id=an_id(2)))])

        assert await store.notifications(an_id()) == [rows[1], rows[2], rows[0]]


class RecordContract:
    async def test_a_record_is_found_by_kind_and_id(self, store: Store) -> None:
        record = Record("tokens", "1", '{"a": "Ünï \\u0000"}', NINE + timedelta(microseconds=1))

        await store.put_record(record)

        assert await store.record("tokens", "1") == record
        assert await store.record("tokens", "2") is None
        assert await store.record("audit", "1") is None

    async def test_putting_replaces(self, store: Store) -> None:
        await store.put_record(Record("tokens", "1", "1", NINE))
        await store.put_record(Record("tokens", "1", "2"))

        assert await store.record("tokens", "1") == Record("tokens", "1", "2")

    async def test_adding_does_not_replace(self, store: Store) -> None:
        assert await store.add_record(Record("tokens", "1", "1"))
        assert not await store.add_record(Record("tokens", "1", "2"))
        assert await store.add_record(Record("audit", "1", "3"))

        assert await store.record("tokens", "1") == Record("tokens", "1", "1")

    async def test_one_of_many_who_add_the_same_wins(self, store: Store) -> None:
        added = await asyncio.gather(*(store.add_record(Record("seen", "x", str(n))) for n in range(9)))

        assert sorted(added) == [False] * 8 + [True]

    async def test_records_come_in_pages_newest_id_first(self, store: Store) -> None:
        for id in ("b", "d", "a", "c"):
            await store.put_record(Record("audit", id, "{}"))
        await store.put_record(Record("tokens", "e", "{}"))

        assert [record.id for record in await store.records("audit")] == ["d", "c", "b", "a"]
        assert [record.id for record in await store.records("audit", limit=2)] == ["d", "c"]
        assert [record.id for record in await store.records("audit", limit=2, before="c")] == ["b", "a"]
        assert await store.records("audit", before="a") == []

    async def test_the_oldest_beyond_the_number_to_keep_are_dropped(self, store: Store) -> None:
        for number in range(5):
            await store.add_record(Record("quarantine", str(number), "{}"), keep=3)
        await store.add_record(Record("audit", "0", "{}"), keep=3)

        assert [record.id for record in await store.records("quarantine")] == ["4", "3", "2"]
        assert [record.id for record in await store.records("audit")] == ["0"]

    async def test_a_deleted_record_is_gone(self, store: Store) -> None:
        await store.put_record(Record("tokens", "1", "{}"))

        await store.delete_record("tokens", "1")
        await store.delete_record("tokens", "1")

        assert await store.record("tokens", "1") is None

    async def test_a_sweep_drops_what_has_expired(self, store: Store) -> None:
        for id, expires_at in (("past", NINE), ("future", NINE + MINUTE), ("never", None)):
            await store.put_record(Record("seen", id, "{}", expires_at))

        assert await store.sweep(NINE) == 1
        assert await store.sweep(NINE) == 0
        assert [record.id for record in await store.records("seen")] == ["never", "future"]


class StoreContract(
    CommitContract,
    TimerContract,
    OutboxContract,
    NoticesContract,
    ReadContract,
    RecordContract,
    FreshContract,
    ForgetContract,
    MovingContract,
):
    """What holds for every store."""


def _is_asked_for(incident: Incident, query: IncidentQuery) -> bool:
    return (
        (not query.statuses or incident.status in query.statuses)
        and (not query.severities or incident.severity in query.severities)
        and (not query.squad or incident.squad == query.squad)
        and (not query.source or incident.source == query.source)
        and (not query.before or incident.id < query.before)
        and (not query.suppressed or Mark.SUPPRESSED in incident.marks)
    )
