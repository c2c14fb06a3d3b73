"""Each channel's page shows what people see, and says that no real vendor was asked."""

import re
from pathlib import Path
from typing import get_args

import pytest

from app.adapters.rules_yaml.forms import ChannelName
from app.domain.fitting import Medium, fitted
from tests.contracts.channel_rig import a_page

DOCS = Path(__file__).parents[3] / "docs"
LINK_IS_A_BUTTON = {"ntfy", "pushover"}
PAGES = ("apprise", "discord", "ntfy", "opsgenie", "pagerduty", "pushover", "teams", "telegram")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_a_channel_shows_the_message_that_is_sent(name: str) -> None:
    text = (DOCS / "channels" / f"{name}.md").read_text(encoding="utf-8")
    (shown,) = (block for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) if "Checkout answers 500" in block)
    is_cut = "…" in shown

    sent = fitted(a_page("x"), Medium(1_000), link_elsewhere=name in LINK_IS_A_BUTTON).splitlines()

    seen = [re.sub(r"^┃ ", "", line) for line in shown.splitlines()]
    facts = [re.sub(r"^(why you|act|runbook) +", r"\1: ", line) for line in seen]
    assert [line for line in sent[: 3 if is_cut else None] if line not in facts] == []
    assert "CRITICAL Checkout answers 500" in shown
    assert "Nothing was tried against" in " ".join(text.split())


def test_every_channel_that_a_ladder_may_name_is_in_the_table() -> None:
    table = re.findall(r"^\| \[?(\w+)\]?", (DOCS / "channels.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert set(get_args(ChannelName)) - {"push", "sms", "voice"} <= set(table)
