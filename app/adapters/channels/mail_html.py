"""A message as the HTML half of a mail: one column that any mail program draws, and nothing that loads or runs."""

from collections.abc import Iterator
from html import escape

from app.domain.message import FACT_LIMIT, Item, Message, MessageKind, one_line

HEADLINE_LIMIT = 400
NEUTRAL = "#3f5f8a"
COLOURS = {"critical": "#b3261e", "high": "#9a5b00", "triage": NEUTRAL}
OVER = "#2e6b30"
"""Of what is resolved, whatever its severity was."""

FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1d1d1f"
BUTTON = "display:inline-block;padding:12px 24px;color:#ffffff;font-weight:bold;text-decoration:none;border-radius:6px"
NAME = "padding:3px 16px 3px 0;color:#5f6368;text-align:left;vertical-align:top;font-weight:normal;white-space:nowrap"
VALUE = "padding:3px 0;word-break:break-word"
HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'


def mail_html(message: Message) -> str:
    """The whole document. Every text in it is escaped; its only links are ours and a runbook's."""
    headline = escape(one_line(message.headline, HEADLINE_LIMIT))
    colour = _colour(message)
    body = "".join(_item(item, message, colour) for item in message.items) + _notice(message, colour)
    return (
        f'<!DOCTYPE html><html lang="en"><head>{HEAD}<title>{headline}</title></head>'
        f'<body style="margin:0;padding:16px;background:#ffffff;{FONT}">'
        f'<div style="max-width:640px;border-left:6px solid {colour};padding:0 0 0 16px">'
        f'<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">{headline}</h1>{body}</div></body></html>\n'
    )


def _colour(message: Message) -> str:
    return OVER if message.kind is MessageKind.RESOLVED else COLOURS.get(message.severest(), NEUTRAL)


def _item(item: Item, message: Message, colour: str) -> str:
    title = "" if message.headline_says_it() else f'<h2 style="font-size:16px">{escape(item.title_line())}</h2>'
    rows = "".join(_rows(item, message.timezone))
    facts = f'<table role="presentation" style="border-collapse:collapse;font-size:14px;{FONT}">{rows}</table>'
    return f"{title}{_button(item.link, message.button(), colour)}{facts}"


def _notice(message: Message, colour: str) -> str:
    if message.notice is None:
        return ""
    lines = "".join(
        f'<p style="margin:0 0 8px">{escape(one_line(line, FACT_LIMIT))}</p>' for line in message.notice.lines
    )
    return f"{lines}{_button(message.notice.link, message.button(), colour)}"


def _button(link: str, label: str, colour: str) -> str:
    """A button that nobody misses, and the plain address for mail programs that draw none."""
    if not link:
        return ""
    href = escape(link)
    address = f'<span style="font-size:12px;color:#5f6368;word-break:break-all">{href}</span>'
    return f'<p><a href="{href}" style="{BUTTON};background:{colour}">{label}</a><br><br>{address}</p>'


def _rows(item: Item, timezone: str) -> Iterator[str]:
    for name, value in item.facts(timezone):
        if name != "act":
            is_link = value in item.addresses()
            shown = f'<a href="{escape(value)}">{escape(value)}</a>' if is_link else escape(value)
            yield f'<tr><th scope="row" style="{NAME}">{name}</th><td style="{VALUE}">{shown}</td></tr>'
