"""What was said of rotas in one replica is in force in another, and none that is damaged takes others with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.domain.rota import Cover, DatedFacts
from app.domain.rota_facts import Kept, KeptConsent, KeptCover, KeptOptOut, Shadowing
from app.service import rota_records
from app.service.in_force import InForce
from app.service.ports import Record, Store
from app.service.rota_facts import REMEMBERED, Change, Decide, RotaFacts
from app.service.rota_records import COVER, LATEST, Said, everything, written
from tests.builders import NINE
from tests.stories.stage import VirtualClock
from tests.stories.town import town_rules

HOUR = timedelta(hours=1)
ONE_COVER = KeptCover("01", "primary", "ben", "asha", NINE, NINE + HOUR, "ben", NINE, note="dentist")


def a_replica(store: Store, clock: VirtualClock) -> RotaFacts:
    return RotaFacts(store, InForce(town_rules(), clock.now()), clock)


def says(*said: Said) -> Decide:
    """A decision that stores these."""
    return lambda kept, scene: Change(said)


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[tuple[RotaFacts, RotaFacts]]:
    store, clock = await SqliteStore.open(tmp_path / "oncall.db"), VirtualClock(NINE)
    yield a_replica(store, clock), a_replica(store, clock)
    await store.close()


async def test_a_cover_that_one_replica_stored_is_in_force_on_another_after_its_refresh(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        await there.refresh()
        await here.change(says(ONE_COVER))
        assert there.in_force.facts == DatedFacts(consents={}, withdrawn={})

        await there.refresh()

        assert there.in_force.facts.covers == (Cover("primary", "ben", NINE, NINE + HOUR),)


async def test_a_refresh_without_a_change_reads_nothing_and_keeps_the_look_ups(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        await here.change(says(ONE_COVER))
        await here.refresh()
        facts = here.in_force.facts
        await here.store.put_record(Record(COVER, "02", "damaged"))

        await here.refresh()

        assert here.in_force.facts is facts


async def test_what_was_said_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rota_records, "PAGE", 2)
    withdrawn = replace(ONE_COVER, id="02", withdrawn_at=NINE, withdrawn_by="asha", swap="s")
    kept = Kept(
        covers=(ONE_COVER, withdrawn, replace(ONE_COVER, id="03")),
        opt_outs=(KeptOptOut("04", "primary", "ben", date(2026, 1, 12), date(2026, 1, 19), "ben", NINE),),
        consents=(KeptConsent("05", "eve", date(2026, 1, 12), False, "eve", NINE),),
        shadowings=(
            Shadowing("06", "eve", "shadow", "primary", date(2026, 1, 12), date(2026, 3, 2), "asha", NINE),
            Shadowing(
                "07", "dee", "shadow", "primary", date(2026, 1, 12), date(2026, 3, 2), "asha", NINE,
                ready_from=date(2026, 2, 2), ready_by="ben", ready_at=NINE,
            ),
        ),
    )  # fmt: skip
    async with two(tmp_path) as (here, there):
        said = (*kept.covers, *kept.opt_outs, *kept.consents, *kept.shadowings)
        await here.change(says(*said))

        assert await everything(there.store) == kept


async def test_one_that_is_damaged_takes_no_other_with_it(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, _):
        for number, body in enumerate(["no JSON", "[]", "{}", '{"since": "yesterday"}', '"text"']):
            await here.store.put_record(Record(COVER, f"00{number}", body))
        later = replace(written(ONE_COVER), body=written(ONE_COVER).body.replace("{", '{"of a later version": 1, ', 1))
        await here.store.commit((), [later, Record(*LATEST, "1")])

        await here.refresh()

        assert here.in_force.facts.covers == (Cover("primary", "ben", NINE, NINE + HOUR),)


async def test_long_after_its_end_a_cover_is_read_only_where_the_past_is_asked_for(tmp_path: Path) -> None:
    async with two(tmp_path) as (here, there):
        await here.change(says(ONE_COVER))
        there.clock.at += REMEMBERED + HOUR  # type: ignore[attr-defined]

        await there.refresh()

        assert there.in_force.facts.covers == ()
        assert (await there.ever()).covers == (Cover("primary", "ben", NINE, NINE + HOUR),)
