"""Places in ticket trackers as the file writes them."""

import re

_GITHUB = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/(?!\.{1,2}$)[\w.-]{1,100}", re.ASCII)
_JIRA = re.compile(r"([A-Z][A-Z0-9_]{1,19})(?:/([\w][\w -]{0,59}))?")
_LINEAR = re.compile(r"[A-Z0-9]{1,12}")


def parse_github(text: str) -> str:
    """A repository with its owner, also cut out of its address."""
    name = re.sub(r"^https://github\.com/|\.git$|/$", "", text.strip())
    if not _GITHUB.fullmatch(name):
        raise ValueError('must be a repository with its owner, such as "example/payments"')
    return name


def parse_jira(text: str) -> str:
    """The key of a project, which is in capitals, and perhaps a type of issue behind a slash."""
    if not _JIRA.fullmatch(text.strip()):
        raise ValueError('must be the key of a project, such as "PAY", or that with a type of issue, such as "PAY/Bug"')
    return text.strip()


def parse_linear(text: str) -> str:
    """The key of a team, which is in capitals."""
    if not _LINEAR.fullmatch(text.strip()):
        raise ValueError('must be the key of a team, such as "PAY", as the team\'s issues begin with it')
    return text.strip()
