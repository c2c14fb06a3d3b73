"""Addresses as the file writes them. A refusal never repeats the address, for it may be private or a secret."""

import re
from urllib.parse import urlsplit

_EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_PHONE = re.compile(r"\+[1-9]\d{7,14}")


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


def parse_slack(text: str) -> str:
    """A Slack user or channel id, or a channel's name with its #."""
    if not re.fullmatch(r"[#@]?[\w.-]{1,80}", text.strip()):
        raise ValueError('must be a Slack id or name, such as "U0123" or "#squad-payments"')
    return text.strip()
