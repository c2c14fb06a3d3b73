"""The promises of `Store` about incidents as a whole: what is forgotten, and what moves from store to store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import Conflict
from app.domain.incident import Decision, KnownKey, Outcome, Status, Timer
from app.service.ports import Backlog, IncidentQuery, Loaded, Record, Store, Trail
from tests.builders import (
    NINE,
    a_decision,
    a_notification,
    a_parcel,
    a_resolved_incident,
    a_suppressed_incident,
    an_alert_row,
    an_entry,
    an_id,
    an_incident,
)
from tests.contracts.store_rig import LEASE, MINUTE, ODD_TEXTS, Place, a_bare_decision, kept


class ForgetContract:
    async def resolved(self, store: Store, **minutes: int) -> None:
        """Incidents 1, 2, … with a key of each one's name, resolved so many minutes after nine."""
        for number, (name, minute) in enumerate(minutes.items(), 1):
            incident = a_resolved_incident(NINE + minute * MINUTE, id=an_id(number))
            row = an_alert_row(incident=incident.id, key=name, firing=False)
            await store.commit([a_decision(incident=incident, alerts=(row,), keys=(f"g/{name}",))])

    async def test_a_forgotten_incident_leaves_nothing_behind(self, store: Store) -> None:
        row = an_alert_row(firing=False, inhibits=("h/site down/a",))
        incident = a_resolved_incident(NINE, timers={Timer.ESCALATE: NINE})
        await store.commit([a_decision(incident=incident, alerts=(row,), keys=ODD_TEXTS)])
        await store.claim_due(NINE, LEASE, limit=1)
        await store.claim_notifications(NINE, LEASE, limit=1)

        assert await store.forget(NINE + MINUTE, limit=5) == 1

        assert await store.load([*row.keys, *ODD_TEXTS], [an_id()]) == Loaded({}, {})
        assert await store.alerts(an_id(), limit=5) == []
        assert await store.timeline(an_id()) == []
        assert await store.notifications(an_id()) == []
        assert await store.parcels("", limit=5) == []
        for query in (
            IncidentQuery(),
            IncidentQuery(statuses=frozenset({Status.RESOLVED})),
            IncidentQuery(squad="payments"),
        ):
            assert await store.incidents(query) == []
        assert await store.backlog(NINE + MINUTE) == Backlog(0, None, 0, None)
        assert await store.next_due() is None
        assert await store.forget(NINE + MINUTE, limit=5) == 0

    async def test_what_was_resolved_longest_ago_is_forgotten_first(self, store: Store) -> None:
        await self.resolved(store, b=2, d=4, a=1, c=3, e=5)

        assert await store.forget(NINE + 5 * MINUTE, limit=2) == 2
        assert await _left(store) == {an_id(2), an_id(4), an_id(5)}
        assert await store.forget(NINE + 5 * MINUTE, limit=2) == 2
        assert await store.forget(NINE + 5 * MINUTE, limit=2) == 0
        assert await _left(store) == {an_id(5)}
        assert set((await store.load([f"{kind}{name}" for kind in ("", "g/") for name in "abcde"], [])).keys) == {
            "e",
            "g/e",
        }

    async def test_the_instant_itself_is_not_before_it(self, store: Store) -> None:
        await self.resolved(store, a=0)

        assert await store.forget(NINE, limit=1) == 0
        assert await store.forget(NINE + timedelta(microseconds=1), limit=1) == 1

    async def test_open_incidents_are_kept_however_old(self, store: Store) -> None:
        await self.resolved(store, a=0, b=0)
        await store.commit([kept(an_incident(id=an_id(3)))])
        reopened = an_incident(version=2, resolved_at=None)
        resolved_again = a_resolved_incident(NINE + 9 * MINUTE, id=an_id(2), version=2)
        await store.commit([kept(reopened), kept(resolved_again)])

        assert await store.forget(NINE + 9 * MINUTE, limit=5) == 0
        assert await store.forget(NINE + 10 * MINUTE, limit=5) == 1
        assert await _left(store) == {an_id(1), an_id(3)}

    async def test_a_key_that_leads_to_another_incident_by_now_is_kept(self, store: Store) -> None:
        await self.resolved(store, a=0)
        row = an_alert_row(incident=an_id(2), key="a")
        await store.commit([a_decision(incident=an_incident(id=an_id(2)), alerts=(row,))])

        assert await store.forget(NINE + MINUTE, limit=5) == 1

        assert (await store.load(["a", "g/a"], [])).keys == {"a": KnownKey(an_id(2), firing=True, episode=1)}
        assert await store.alerts(an_id(2), limit=5) == [row]

    async def test_a_forgotten_incident_is_as_one_that_never_was(self, store: Store) -> None:
        await self.resolved(store, a=0)
        await store.claim_notifications(NINE, timedelta(days=1), limit=1)
        await store.forget(NINE + MINUTE, limit=5)

        with pytest.raises(Conflict):
            await store.commit([a_bare_decision(version=2)])
        fresh = a_decision()
        await store.commit([fresh], seen={"a": None, "g/a": None})

        assert await store.timeline(an_id()) == list(fresh.timeline)
        assert await store.claim_notifications(NINE, LEASE, limit=5) == list(fresh.notifications)

    async def test_what_was_forgotten_stays_so_after_closing(self, store: Store, place: Place) -> None:
        await self.resolved(store, a=0, b=0)
        await store.forget(NINE + MINUTE, limit=1)
        await store.close()

        again = await place.open()

        assert len(await _left(again)) == 1
        assert await again.forget(NINE + MINUTE, limit=5) == 1
        await again.close()


class MovingContract:
    async def test_incidents_are_packed_whole_in_pages_by_id(self, store: Store) -> None:
        for number in (3, 1, 2):
            row = an_alert_row(incident=an_id(number), key=f"a/x/{number}")
            await store.commit([a_decision(incident=an_incident(id=an_id(number)), alerts=(row,))])
        expected = [
            a_parcel(
                incident=an_incident(id=an_id(number)),
                keys={f"a/x/{number}": KnownKey(an_id(number), firing=True, episode=1)},
                alerts=(an_alert_row(incident=an_id(number), key=f"a/x/{number}"),),
            )
            for number in (1, 2, 3)
        ]

        assert await store.parcels("", limit=2) == expected[:2]
        assert await store.parcels(an_id(2), limit=2) == expected[2:]
        assert await store.parcels(an_id(3), limit=2) == []

    async def test_a_parcel_holds_everything_of_its_incident_and_nothing_of_another(self, store: Store) -> None:
        rows = tuple(an_alert_row(key=f"a/x/{letter}") for letter in "cab")
        pages = tuple(a_notification(reader=reader) for reader in ("chen", "asha"))
        first = a_decision(alerts=rows, keys=("g/x/lost", *ODD_TEXTS), notifications=pages)
        second = Decision(an_incident(version=2), Outcome.REPEATED, timeline=(an_entry(what="second"),))
        await store.commit([first, second])
        await store.commit([a_decision(incident=an_incident(id=an_id(2)), keys=("g/x/lost",))])
        await store.claim_due(NINE + 60 * MINUTE, LEASE, limit=5)

        (parcel, _) = await store.parcels("", limit=5)

        fires = KnownKey(an_id(), firing=True, episode=1)
        assert parcel == a_parcel(
            incident=second.incident,
            keys={row.key: fires for row in rows} | dict.fromkeys(ODD_TEXTS, replace(fires, firing=False)),
            alerts=tuple(sorted(rows, key=lambda row: row.key)),
            timeline=(*first.timeline, *second.timeline),
            notifications=pages[::-1],
        )

    async def test_trails_come_in_the_order_asked_for_each_with_its_own(self, store: Store) -> None:
        pages = tuple(a_notification(reader=reader) for reader in ("chen", "asha"))
        first = a_decision(notifications=pages)
        again = Decision(an_incident(version=2), Outcome.REPEATED, timeline=(an_entry(what="second"),))
        await store.commit([first, again, a_decision(incident=an_incident(id=an_id(2)))])

        trails = await store.trails([an_id(2), an_id(3), "no id", an_id()])

        other = Trail((an_entry(),), (a_notification(incident=an_id(2)),))
        assert list(trails) == [other, Trail(), Trail(), Trail((*first.timeline, *again.timeline), pages[::-1])]
        assert list(await store.trails([])) == []

    async def test_records_of_every_kind_come_in_pages(self, store: Store) -> None:
        records = [
            Record(kind, id, '{"a": "Ünï"}', expires_at)
            for kind in ("audit", "audit-log", "audits")
            for id in sorted(ODD_TEXTS)
            for expires_at in (NINE + timedelta(microseconds=1) if len(id) % 2 else None,)
        ]
        for record in records[::-1]:
            await store.put_record(record)

        found: list[Record] = []
        while page := await store.every_record((found[-1].kind, found[-1].id) if found else ("", ""), limit=5):
            assert len(page) <= 5
            found += page

        assert found == records

    async def test_what_is_unpacked_elsewhere_is_what_was_packed(self, store: Store, other_store: Store) -> None:
        await self.fill(store)

        await self.move(store, other_store)

        assert await other_store.parcels("", limit=9) == await store.parcels("", limit=9)
        assert await other_store.every_record(("", ""), limit=9) == await store.every_record(("", ""), limit=9)
        assert await other_store.incidents(IncidentQuery()) == await store.incidents(IncidentQuery())
        assert await other_store.load(["g/x/1", *ODD_TEXTS], []) == await store.load(["g/x/1", *ODD_TEXTS], [])

    async def test_life_goes_on_where_it_was_unpacked(self, store: Store, other_store: Store) -> None:
        await self.fill(store)

        await self.move(store, other_store)

        second = Decision(an_incident(version=2), Outcome.REPEATED, timeline=(an_entry(what="second"),))
        assert await other_store.claim_due(NINE + 60 * MINUTE, LEASE, limit=5) == [an_id()]
        assert await other_store.claim_notifications(NINE, LEASE, limit=5) == [a_notification()]
        await other_store.commit([second])
        assert [entry.what for entry in await other_store.timeline(an_id())] == ["opened", "second"]
        assert await other_store.incidents(IncidentQuery(statuses=frozenset({Status.TRIGGERED}))) == [second.incident]
        assert await other_store.forget(NINE + MINUTE, limit=5) == 1
        assert await other_store.sweep(NINE) == 1

    async def test_what_was_quiet_is_listed_so_where_it_was_unpacked_and_silences_come_along(
        self, store: Store, other_store: Store
    ) -> None:
        quiet = a_suppressed_incident(id=an_id(3))
        silences = [Record("silence", f"{number:016x}", '{"why": "Ünï"}', NINE) for number in (1, 2)]
        await self.fill(store)
        await store.commit([a_decision(incident=quiet, alerts=(), notifications=())], silences)

        await self.move(store, other_store)

        assert await other_store.incidents(IncidentQuery(suppressed=True)) == [quiet]
        assert await other_store.records("silence") == silences[::-1]
        told = replace(quiet, version=2, marks=(), timers={}, quiet=None)
        await other_store.commit([Decision(told, Outcome.DONE)])
        assert await other_store.incidents(IncidentQuery(suppressed=True)) == []

    async def test_unpacking_again_changes_nothing(self, store: Store, other_store: Store) -> None:
        await self.fill(store)
        await self.move(store, other_store)

        await self.move(store, other_store)

        assert await other_store.parcels("", limit=9) == await store.parcels("", limit=9)
        assert await other_store.claim_notifications(NINE, LEASE, limit=5) == [a_notification()]

    async def test_unpacking_replaces_what_has_its_ids_and_nothing_else(self, store: Store) -> None:
        old = a_decision(
            incident=an_incident(version=1, status=Status.ACKNOWLEDGED, squad="search"),
            keys=("g/x/old",),
            alerts=(an_alert_row(key="a/x/old"),),
            notifications=(a_notification(reader="ben"),),
            timeline=(an_entry(what="old"), an_entry(what="old")),
        )
        other = a_decision(incident=an_incident(id=an_id(2)), alerts=(an_alert_row(incident=an_id(2), key="a/x/2"),))
        await store.commit([old, other], [Record("tokens", "1", '"old"'), Record("tokens", "2", "{}")])
        await store.claim_due(NINE + 60 * MINUTE, LEASE, limit=5)
        await store.claim_notifications(NINE, LEASE, limit=5)
        parcel = a_parcel(incident=an_incident(version=3))

        await store.unpack([parcel], [Record("tokens", "1", '"new"', NINE)])

        assert [each.incident.id for each in await store.parcels("", limit=9)] == [an_id(1), an_id(2)]
        assert (await store.parcels("", limit=1)) == [parcel]
        assert set((await store.load(["g/x/old", "a/x/old", "a/x/2"], [])).keys) == {"a/x/2"}
        assert await store.incidents(IncidentQuery(squad="search")) == []
        assert await store.claim_due(NINE + 60 * MINUTE, LEASE, limit=5) == [an_id()]
        assert await store.claim_notifications(NINE, LEASE, limit=5) == [a_notification()]
        assert await store.records("tokens") == [Record("tokens", "2", "{}"), Record("tokens", "1", '"new"', NINE)]

    async def test_what_was_unpacked_survives_closing(self, store: Store, place: Place) -> None:
        await store.unpack([a_parcel()], [Record("tokens", "1", "{}")])
        await store.unpack([], [])
        await store.close()

        again = await place.open()

        assert await again.parcels("", limit=9) == [a_parcel()]
        assert await again.every_record(("", ""), limit=9) == [Record("tokens", "1", "{}")]
        await again.close()

    async def fill(self, store: Store) -> None:
        """An open incident and a resolved one, the first key of all gone over to the second."""
        over = a_resolved_incident(NINE, id=an_id(2), timers={})
        row = an_alert_row(incident=an_id(2), key="a/x/2", firing=False)
        await store.commit([a_decision(keys=("g/x/1", *ODD_TEXTS))])
        await store.commit([a_decision(incident=over, alerts=(row,), keys=(ODD_TEXTS[0],), notifications=())])
        await store.put_record(Record("tokens", "1", "{}"))
        await store.put_record(Record("seen", "x", '"Ünï"', NINE))

    async def move(self, source: Store, target: Store) -> None:
        await target.unpack(await source.parcels("", limit=9), await source.every_record(("", ""), limit=9))


async def _left(store: Store) -> set[str]:
    return {incident.id for incident in await store.incidents(IncidentQuery())}
