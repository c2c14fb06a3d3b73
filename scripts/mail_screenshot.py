"""Draws the mails of docs/channels/email.md with Chromium: `python -m scripts.mail_screenshot`.

What is drawn is the HTML half of the mails that the channel sends for one page, and for the same one resolved.
"""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from app.adapters.channels.mail_html import mail_html
from app.domain.message import Item, Message, MessageKind

IMAGES = Path(__file__).parents[1] / "docs/channels/images"
ITEM = Item(
    incident="0ca8b2d5e01720b0",
    severity="critical",
    title="Checkout answers 500",
    squad="payments",
    since=datetime(2026, 7, 5, 2, 4, tzinfo=UTC),
    count=12,
    why="new critical alert from alertmanager; asha's week in rota primary, Mon 29 Jun 17:30 to Mon 6 Jul 17:30",
    runbook="https://wiki.example.com/checkout",
    link="https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln",
    status="triggered",
)
PAGE = Message(
    key="page",
    kind=MessageKind.PAGE,
    channel="email",
    address="asha@example.com",
    reader="Asha",
    headline=ITEM.title_line(),
    items=(ITEM,),
    timezone="Europe/London",
)
OVER = replace(
    PAGE,
    kind=MessageKind.RESOLVED,
    headline=f"RESOLVED {ITEM.title_line()}",
    items=(replace(ITEM, status="resolved", state="resolved by Asha at 03:40", why="you had it"),),
)


def draw(name: str, message: Message, height: int) -> None:
    """One picture, as wide as a telephone's mail program shows it."""
    chromium = which("chromium") or which("google-chrome")
    if chromium is None:
        raise SystemExit("this needs Chromium")
    with TemporaryDirectory() as folder:
        html = Path(folder, "mail.html")
        html.write_text(mail_html(message), encoding="utf-8")
        picture = f"--screenshot={IMAGES / name}"
        options = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size=560,{height}")
        subprocess.run([chromium, *options, picture, html.as_uri()], check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw("email-page.png", PAGE, 400)
    draw("email-resolved.png", OVER, 400)
