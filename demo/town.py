"""Where the demonstration lives: its folder with rules and runbooks, and what they say about today."""

import shutil
from datetime import date, timedelta
from pathlib import Path

from app.config import Settings

HERE = Path(__file__).parent
WEEKS = 8
"""How long ago the rotas begin: longer than the past that is played."""

RATES = "person,day_rate\nasha,310\nben,280\nchen,320\ndana,290\nemeka,260\n"


def settle_in(folder: Path, today: date, port: int) -> Settings:
    """A fresh folder with all that the server needs, and the settings that name it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "runbooks", folder / "runbooks")
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS)
    rules = (HERE / "town.yaml").read_text(encoding="utf-8").replace("{starts}", monday.isoformat())
    (folder / "routing_rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "rates.csv").write_text(RATES, encoding="utf-8")
    return Settings(
        rules=folder / "routing_rules.yaml",
        runbooks=folder / "runbooks",
        store=f"sqlite:///{folder}/oncall.db",
        pay_rates=str(folder / "rates.csv"),
        port=port,
    )
