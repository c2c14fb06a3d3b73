"""What people say of consent, skipped weeks and shadowing never changes who holds a shift that has begun."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from app.domain.cover import Actor
from app.domain.errors import AppError, Conflict, Forbidden, InvalidPayload, NotFound
from app.domain.rota import on_call
from app.domain.rota_facts import KeptConsent, KeptOptOut, Shadowing
from app.service.consents import Consents
from app.service.in_force import InForce
from app.service.opted_out import OptedOut, Weeks
from app.service.ports import Record
from app.service.rota_facts import Change, RotaFacts
from app.service.shadowings import Apprenticeship, Shadowings
from tests.stories.stage import RULES, VirtualClock, london
from tests.stories.town import town_rules

TOWN = RULES.replace("members: [asha], starts", "members: [asha, eve, ben], starts").replace(
    "members: [ben], starts", "members: [ben, eve], starts"
)
"""Asha's week as primary begins on Monday 16 November 2026; eve, who has agreed to nothing, comes after her."""

SUNDAY = london("2026-11-22 12:00")
MON_23, MON_30, DEC_7, DEC_14 = date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)


def nothing_besides(change: Change) -> Sequence[Record]:
    return ()


class Office:
    """What one replica needs for it."""

    def __init__(self, store: SqliteStore, at: datetime) -> None:
        numbers = count(1)
        self.clock = VirtualClock(at)
        self.in_force = InForce(town_rules(TOWN), at)
        self.facts = RotaFacts(store, self.in_force, self.clock)
        self.consents = Consents(self.facts, lambda: f"{next(numbers):04}")
        self.opted_out = OptedOut(self.facts, lambda: f"{next(numbers):04}")
        self.shadowings = Shadowings(self.facts, lambda: f"{next(numbers):04}")

    async def agree(self, who: str, given: bool = True, since: date | None = None, by: str = "") -> KeptConsent:
        actor = Actor(by or who)
        change = await self.consents.say(who, given, since, actor, nothing_besides)
        return next(one for one in change.about if isinstance(one, KeptConsent))

    async def skip(self, who: str, since: date, until: date, rota: str = "primary") -> KeptOptOut:
        change = await self.opted_out.skip(who, Weeks(rota, since, until), Actor(who), "", nothing_besides)
        return next(one for one in change.about if isinstance(one, KeptOptOut))

    async def shadow(self, since: date, until: date, who: str = "eve", by: str = "asha") -> Shadowing:
        wanted = Apprenticeship(who, "shadow", "primary", since, until)
        change = await self.shadowings.begin(wanted, Actor(by), nothing_besides)
        return next(one for one in change.about if isinstance(one, Shadowing))

    def holds(self, rota: str, at: str) -> str | None:
        rules = self.in_force.rules
        return on_call(rules.rotas[rota], rules.people, self.in_force.facts, london(at)).person

    def primary(self, *days: str) -> list[str | None]:
        return [self.holds("primary", f"{day} 18:00") for day in days]


@asynccontextmanager
async def an_office(tmp_path: Path, at: datetime = SUNDAY) -> AsyncIterator[Office]:
    store = await SqliteStore.open(tmp_path / "oncall.db")
    yield Office(store, at)
    await store.close()


async def test_a_consent_counts_from_today_when_no_shift_that_has_begun_changes_hands(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        assert office.primary("2026-11-23") == ["ben"]

        said = await office.agree("eve")

        assert (said.since, office.primary("2026-11-23")) == (date(2026, 11, 22), ["eve"])


async def test_else_from_tomorrow(tmp_path: Path) -> None:
    async with an_office(tmp_path, london("2026-11-23 18:00")) as office:
        said = await office.agree("eve")

        assert (said.since, office.primary("2026-11-23")) == (date(2026, 11, 24), ["ben"])
        with pytest.raises(InvalidPayload, match="since: a shift that has begun on that day would change hands"):
            await office.agree("eve", since=MON_23)


async def test_a_shift_that_has_begun_stays_with_who_agrees_no_longer(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        said = await office.agree("asha", given=False)

        assert (said.since, office.primary("2026-11-22", "2026-12-07")) == (date(2026, 11, 22), ["asha", "ben"])


async def test_saying_it_again_changes_nothing_and_a_later_word_is_taken_back(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.agree("eve", since=DEC_7)
        change = await office.consents.say("eve", True, DEC_7, Actor("eve"), nothing_besides)
        assert change.said == ()

        await office.agree("eve", given=False, since=MON_23)

        assert office.primary("2026-12-14") == ["ben"]


@pytest.mark.parametrize(
    ("who", "since", "by", "error"),
    [
        ("eve", date(2026, 11, 21), "eve", InvalidPayload),
        ("eve", None, "asha", Forbidden),
        ("nobody", None, "nobody", InvalidPayload),
    ],
)
async def test_a_consent_that_cannot_be_is_refused(
    tmp_path: Path, who: str, since: date | None, by: str, error: type[AppError]
) -> None:
    async with an_office(tmp_path) as office:
        with pytest.raises(error):
            await office.agree(who, since=since, by=by)


async def test_weeks_are_skipped_and_one_who_is_back_sooner_has_the_next_shift(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        skipped = await office.skip("ben", MON_23, date(2026, 12, 28))
        assert office.primary("2026-11-23", "2026-11-30", "2026-12-21") == ["asha", "asha", "asha"]
        office.clock.at = london("2026-11-23 18:00")

        for _ in range(2):
            await office.opted_out.withdraw(skipped.id, Actor("ben"), nothing_besides)

        assert office.primary("2026-11-23", "2026-11-30", "2026-12-21") == ["asha", "ben", "ben"]


@pytest.mark.parametrize(
    ("who", "since", "until", "rota", "says"),
    [
        ("asha", date(2026, 11, 16), MON_30, "primary", "since: is past"),
        ("asha", MON_30, MON_30, "primary", "until: must be later"),
        ("asha", MON_30, date(2028, 1, 1), "primary", "until: is more than a year later"),
        ("dee", MON_30, DEC_7, "primary", "person: dee is not in rota primary"),
        ("asha", MON_30, DEC_7, "primry", "rota: no rota 'primry'"),
    ],
)
async def test_weeks_that_cannot_be_are_refused(
    tmp_path: Path, who: str, since: date, until: date, rota: str, says: str
) -> None:
    async with an_office(tmp_path) as office:
        with pytest.raises(InvalidPayload, match=says):
            await office.skip(who, since, until, rota)


async def test_a_shift_that_began_today_cannot_be_skipped_any_more(tmp_path: Path) -> None:
    async with an_office(tmp_path, london("2026-11-23 18:00")) as office:
        with pytest.raises(InvalidPayload, match="or ask for cover of what is left of it"):
            await office.skip("ben", MON_23, MON_30)


async def test_nobody_skips_for_others(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        weeks = Weeks("primary", DEC_7, DEC_14)

        with pytest.raises(Forbidden):
            await office.opted_out.skip("asha", weeks, Actor("ben"), "", nothing_besides)
        with pytest.raises(NotFound):
            await office.opted_out.withdraw("0001", Actor("asha"), nothing_besides)
        await office.opted_out.skip("asha", weeks, Actor("ben", manages=True), "", nothing_besides)

        assert office.primary("2026-12-07") == ["ben"]


async def test_a_shadowing_ends_on_its_date_and_a_later_one_begins_anew(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.agree("eve", since=MON_23)
        await office.shadow(MON_23, DEC_14)
        assert [office.holds("shadow", f"2026-{day} 18:00") for day in ("11-30", "12-14")] == ["eve", "ben"]
        with pytest.raises(Conflict, match="eve shadows in rota shadow already, until 2026-12-14"):
            await office.shadow(MON_30, DEC_14)

        again = await office.shadow(DEC_14, date(2027, 1, 11))
        assert office.holds("shadow", "2026-12-14 18:00") == "eve"
        assert office.primary("2026-12-14", "2027-01-04") == ["ben", "ben"]
        await office.shadowings.ready(again.id, date(2026, 12, 28), Actor("ben"), nothing_besides)

        assert office.primary("2027-01-04") == ["eve"]


@pytest.mark.parametrize(
    ("who", "since", "until", "says"),
    [
        ("dee", MON_30, DEC_7, "person: dee is not in rota shadow: add them in the rules file"),
        ("eve", DEC_7, MON_30, "until: must be later"),
        ("eve", date(2026, 11, 20), MON_30, "since: is past"),
        ("nobody", MON_30, DEC_7, "person: no person 'nobody'"),
    ],
)
async def test_a_shadowing_that_cannot_be_is_refused(
    tmp_path: Path, who: str, since: date, until: date, says: str
) -> None:
    async with an_office(tmp_path) as office:
        with pytest.raises(InvalidPayload, match=says):
            await office.shadow(since, until, who)


async def test_the_last_year_that_there_is_is_a_year_like_any_other(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        assert (await office.shadow(date(9999, 6, 1), date(9999, 12, 31))).until == date(9999, 12, 31)


async def test_ready_from_today_takes_no_shift_that_has_begun_from_anybody(tmp_path: Path) -> None:
    async with an_office(tmp_path) as office:
        await office.agree("eve", since=MON_23)
        shadowing = await office.shadow(MON_23, DEC_14)
        office.clock.at = london("2026-11-23 18:00")

        with pytest.raises(InvalidPayload, match="a shift that has begun"):
            await office.shadowings.ready(shadowing.id, MON_23, Actor("asha"), nothing_besides)
        change = await office.shadowings.ready(shadowing.id, None, Actor("asha"), nothing_besides)

        assert [one.ready_from for one in change.said if isinstance(one, Shadowing)] == [MON_23 + timedelta(days=1)]
        assert office.primary("2026-11-23", "2026-12-14") == ["ben", "eve"]
