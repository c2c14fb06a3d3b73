"""The past stays what it was: by the rules and covers of then, whatever the file says today."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from app.adapters.rules_yaml import load_kept, load_rules
from app.adapters.store_sqlite import SqliteStore
from app.domain.rota_facts import KeptCover
from app.domain.ruleset import Rules
from app.service.in_force import InForce
from app.service.reload import keep_version, reload_rules
from app.service.rota_facts import Change, RotaFacts
from app.service.rota_history import RotaHistory
from tests.stories.stage import RULES, VirtualClock, london
from tests.stories.town import town_rules

ASHAS = RULES
BENS = RULES.replace("members: [asha], starts", "members: [ben], starts")
CHENS = RULES.replace("members: [asha], starts", "members: [chen], starts")
MON = london("2026-11-16 17:30")
DAY = timedelta(days=1)


class Past:
    """A store with the versions of the rules file, one of them in force."""

    def __init__(self, store: SqliteStore) -> None:
        self.clock = VirtualClock(MON)
        self.in_force = InForce(town_rules(ASHAS), MON)
        self.facts = RotaFacts(store, self.in_force, self.clock)
        self.loaded: list[str] = []
        self.history = RotaHistory(self.facts, self.in_force, self.load)

    def load(self, text: str) -> Rules:
        self.loaded.append(text)
        return load_kept(text, {})

    async def change(self, at: datetime, rules: Rules) -> None:
        """These rules come into force."""
        self.clock.at = at
        await reload_rules(lambda: rules, self.in_force, self.facts.store, self.clock)

    async def held(self, since: datetime, until: datetime, rota: str = "primary") -> list[tuple[str | None, datetime]]:
        """Who held it, and until when."""
        found = await self.history.held(rota, since, until)
        assert found[0].since == since
        assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
        return [(one.person, one.until or until) for one in found]


@asynccontextmanager
async def the_past(tmp_path: Path) -> AsyncIterator[Past]:
    store = await SqliteStore.open(tmp_path / "oncall.db")
    yield Past(store)
    await store.close()


async def test_each_instant_goes_by_the_rules_that_were_in_force(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, town_rules(ASHAS))
        await past.change(MON + 2 * DAY, town_rules(BENS))
        await past.change(MON + 4 * DAY, town_rules(CHENS))

        found = await past.held(MON + DAY, MON + 5 * DAY)

        assert found == [("asha", MON + 2 * DAY), ("ben", MON + 4 * DAY), ("chen", MON + 5 * DAY)]


async def test_a_cover_of_then_is_part_of_it(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, town_rules(ASHAS))
        cover = KeptCover("01", "primary", "dee", "asha", MON + DAY, MON + 3 * DAY, "dee", MON)
        await past.facts.change(lambda kept, scene: Change((cover,)))
        await past.change(MON + 2 * DAY, town_rules(BENS))

        found = await past.history.held("primary", MON, MON + 4 * DAY)

        assert [(one.person, one.since) for one in found] == [
            ("asha", MON),
            ("dee", MON + DAY),
            ("dee", MON + 2 * DAY),
            ("ben", MON + 3 * DAY),
        ]
        assert "dee covers asha" in found[1].why
        assert "dee covers ben" in found[2].why


async def test_a_change_that_leaves_a_shift_as_it_was_does_not_cut_it(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, town_rules(ASHAS))
        await past.change(MON + 2 * DAY, town_rules(ASHAS.replace("name: Payments", "name: Paying")))

        assert await past.held(MON, MON + 4 * DAY) == [("asha", MON + 4 * DAY)]


async def test_before_the_first_version_that_is_kept_todays_rules_say_who_it_was(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON + 2 * DAY, town_rules(BENS))
        await past.change(MON + 4 * DAY, town_rules(CHENS))

        found = await past.held(MON, MON + 5 * DAY)

        assert found == [("chen", MON + 2 * DAY), ("ben", MON + 4 * DAY), ("chen", MON + 5 * DAY)]


async def test_a_version_that_can_no_longer_be_read_goes_by_the_one_after_it(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, replace(town_rules(ASHAS), text="version: 0.1", version="older"))
        await past.change(MON + 2 * DAY, town_rules(BENS))
        await past.change(MON + 4 * DAY, town_rules(CHENS))

        found = await past.held(MON, MON + 5 * DAY)

        assert found == [("ben", MON + 4 * DAY), ("chen", MON + 5 * DAY)]


async def test_a_rota_that_did_not_exist_then_was_held_by_nobody(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, town_rules(ASHAS))
        await past.change(MON + 2 * DAY, town_rules(ASHAS.replace("second_line", "third_line")))

        assert await past.held(MON, MON + 3 * DAY, "third_line") == [(None, MON + 2 * DAY), ("chen", MON + 3 * DAY)]


async def test_what_is_to_come_goes_by_the_rules_in_force_here_though_none_could_be_kept(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await keep_version(town_rules(ASHAS), past.facts.store, MON)
        past.in_force.rules, past.in_force.loaded_at = town_rules(BENS), MON + DAY

        assert await past.held(MON, MON + 30 * DAY) == [
            ("asha", MON + DAY),
            *[("ben", MON + days * DAY) for days in (7, 14, 21, 28, 30)],
        ]


async def test_each_text_is_read_once_and_one_that_only_changed_runbooks_is_the_same(tmp_path: Path) -> None:
    async with the_past(tmp_path) as past:
        await past.change(MON, town_rules(ASHAS))
        await past.change(MON + DAY, replace(town_rules(ASHAS), version="runbooks changed"))
        await past.change(MON + 2 * DAY, town_rules(BENS))

        for _ in range(3):
            await past.held(MON, MON + 5 * DAY)

        assert past.loaded == [ASHAS]


async def test_a_version_with_a_file_of_people_is_read_again(tmp_path: Path) -> None:
    begin, end = RULES.index("people:"), RULES.index("squads:")
    (tmp_path / "people.yaml").write_text(RULES[begin:end].rstrip())
    (tmp_path / "routing_rules.yaml").write_text("people_file: people.yaml\n" + RULES[:begin] + RULES[end:])

    written = load_rules(tmp_path / "routing_rules.yaml", tmp_path, {})
    again = load_kept(written.text, {})

    assert (again.people, again.rotas) == (written.people, written.rotas)
