"""Addresses as the file writes them. A refusal never repeats the address, for it may be private or a secret."""

import re
from urllib.parse import SplitResult, urlsplit

_EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_DISCORD_PATH = re.compile(r"/api/(v\d+/)?webhooks/\d{1,20}/[\w-]+", re.ASCII)
_WEBHOOKS_OF = {
    "Discord": re.compile(r"(^|\.)discord(app)?\.com$"),
    "Teams": re.compile(r"(^|\.)(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$"),
    "Slack": re.compile(r"^hooks\.slack\.com$"),
}
"""The hosts by which an address under the wrong key is known."""

_INSTEAD = {
    "Discord": 'write it under "discord"',
    "Teams": 'write it under "teams"',
    "Slack": "Slack is told by its bot, which needs an id",
}
_NTFY_TOPIC = re.compile(r"[-\w]{1,64}", re.ASCII)
_PAGERDUTY_KEY = re.compile(r"[A-Za-z0-9]{32}")
_OPSGENIE_KEY = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_APPRISE_URL = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S{1,2000}")
_PUSHOVER_KEY = re.compile(r"[A-Za-z0-9]{30}")
_TELEGRAM_CHAT = re.compile(r"-?\d{1,20}|@[A-Za-z]\w{3,31}", re.ASCII)


def parse_email(text: str) -> str:
    if not _EMAIL.fullmatch(text.strip()):
        raise ValueError('must be one e-mail address, such as "asha@example.com"')
    return text.strip()


def parse_phone(text: str) -> str:
    """The number in international form, without spaces: `+441632960001`."""
    digits = re.sub(r"[\s().-]", "", text)
    if not _PHONE.fullmatch(digits):
        raise ValueError('must be a number in international form, such as "+441632960001"')
    return digits


def parse_url(text: str) -> str:
    """A well-formed http or https URL."""
    try:
        parts = urlsplit(text.strip())
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text.strip())
    except ValueError:
        well_formed = False
    if not well_formed:
        raise ValueError('must be a web address that begins with "https://"')
    return text.strip()


def parse_teams(text: str) -> str:
    """The URL of a Teams workflow or incoming webhook."""
    parts = urlsplit(parse_url(text))
    _refuse_others(parts, "Teams")
    if parts.path in ("", "/"):
        raise ValueError("must be the whole address that the workflow shows, which has a path")
    return text.strip()


def parse_discord(text: str) -> str:
    """The URL of a Discord webhook, with or without a thread."""
    parts = urlsplit(parse_url(text))
    _refuse_others(parts, "Discord")
    if re.search(r"/(slack|github)$", parts.path):
        raise ValueError("must be the webhook's address without /slack or /github at its end")
    if not _DISCORD_PATH.fullmatch(parts.path):
        raise ValueError('must be a webhook\'s address, such as "https://discord.com/api/webhooks/123/abc"')
    return text.strip()


def _refuse_others(parts: SplitResult, wanted: str) -> None:
    host = parts.hostname or ""
    for name, sign in _WEBHOOKS_OF.items():
        if name != wanted and sign.search(host):
            raise ValueError(f"is an address of {name}, not of {wanted}; {_INSTEAD[name]}")


def parse_slack(text: str) -> str:
    """A Slack user or channel id, or a channel's name with its #."""
    if not re.fullmatch(r"[#@]?[\w.-]{1,80}", text.strip()):
        raise ValueError('must be a Slack id or name, such as "U0123" or "#squad-payments"')
    return text.strip()


def parse_pagerduty(text: str) -> str:
    """The routing key of an Events API v2 integration."""
    if not _PAGERDUTY_KEY.fullmatch(text.strip()):
        raise ValueError("must be the integration key of an Events API v2 integration, 32 letters and digits")
    return text.strip()


def parse_opsgenie(text: str) -> str:
    """The key of an API integration."""
    if not _OPSGENIE_KEY.fullmatch(text.strip()):
        raise ValueError("must be the key of an API integration, five groups of hexadecimal digits with hyphens")
    return text.strip()


def parse_apprise(text: str) -> str:
    """One URL of Apprise."""
    if re.match(r"https?://", text.strip()):
        raise ValueError('must begin with the name of a service, such as "matrix://"; a web address is a "webhook"')
    if not _APPRISE_URL.fullmatch(text.strip()):
        raise ValueError(
            'must be one address as Apprise writes them, such as "matrix://token@matrix.example.com/#room"'
        )
    return text.strip()


def parse_ntfy(text: str) -> str:
    """A topic of the server that ONCALL_NTFY_URL names."""
    if "/" in text:
        raise ValueError("must be the topic alone, the last part of its address; the server is in ONCALL_NTFY_URL")
    if not _NTFY_TOPIC.fullmatch(text.strip()):
        raise ValueError('must be a topic of at most 64 letters, digits, "_" and "-", such as "asha-k3Vw8pQz"')
    return text.strip()


def parse_pushover(text: str) -> str:
    """A user's or group's key."""
    if "@" in text:
        raise ValueError(
            "must be a user's or group's key of 30 letters and digits, not the mail address of the account"
        )
    if not _PUSHOVER_KEY.fullmatch(text.strip()):
        raise ValueError("must be a user's or group's key, 30 letters and digits, as the Pushover app shows it")
    return text.strip()


def parse_telegram(text: str) -> str:
    """The id of a chat, negative for a group, or the @name of a public channel."""
    if text.strip().startswith("+"):
        raise ValueError('must be the id of a chat, such as "123456789", not a telephone number')
    if not _TELEGRAM_CHAT.fullmatch(text.strip()):
        raise ValueError('must be the id of a chat, such as "123456789", or "@name" of a public channel')
    return text.strip()
