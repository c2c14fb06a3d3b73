"""What Slack sends when somebody clicks, writes a note or types a command, as values of ours; nothing in it is trusted.

Source: https://docs.slack.dev/reference/interaction-payloads/ and
https://docs.slack.dev/interactivity/implementing-slash-commands/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.adapters.sources.body import parse_form, parse_object
from app.adapters.sources.fields import Fields, dig, fields, items, word
from app.adapters.sources.signature import check_fresh, check_hmac_hex
from app.domain.errors import InvalidPayload, Unauthorised

VERSION = "v0="
LONGEST_ID = 255
LONGEST_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Click:
    """A button of a message of ours. `answer` is its `action_id`, `about` the key of the message, which begins with the
    incident's id."""

    team: str
    user: str
    answer: str
    about: str
    message: str
    at: str
    trigger: str
    response_url: str

    @property
    def incident(self) -> str:
        return self.about.partition("/")[0]

    @property
    def key(self) -> str:
        """The same for the same click, however often it comes; empty when Slack has not said which click it was."""
        return _key("click", self.at, self.team, self.message, self.user)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was written and chosen in a modal that a click opened: `values` by block. `form` says which modal it is, and
    `kept` what was put into it then."""

    team: str
    user: str
    view: str
    kept: Fields
    form: str
    values: Mapping[str, str]

    @property
    def key(self) -> str:
        return _key("view", self.view, self.team, self.user)


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody typed behind the slash command, in a line."""

    team: str
    user: str
    text: str
    trigger: str
    response_url: str

    @property
    def key(self) -> str:
        return _key("command", self.trigger, self.team, self.user)


def check_slack(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Refuses what Slack has not signed, or more than five minutes ago.

    Over the raw bytes: `v0:`, the time, `:` and the body. Source:
    https://docs.slack.dev/authentication/verifying-requests-from-slack/.
    """
    stamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "").strip()
    check_fresh(stamp, now)
    if not given.startswith(VERSION):
        raise Unauthorised("the signature of Slack is missing, or not of version v0")
    check_hmac_hex(secret, b":".join((b"v0", stamp.strip().encode(), body)), given.removeprefix(VERSION))


def parse_interaction(body: bytes) -> Click | Submission | None:
    """What a form with a `payload` says; None for what asks nothing of us. Raises `InvalidPayload`."""
    payload = parse_form(body).get("payload", "")
    return interaction_of(parse_object(payload.encode()))


def interaction_of(payload: Fields) -> Click | Submission | None:
    """The same of a payload that was read. A link button says that it was clicked, too, and asks nothing."""
    user, team = _id(dig(payload, "user", "id")), _id(dig(payload, "team", "id") or dig(payload, "user", "team_id"))
    match payload.get("type"):
        case "block_actions":
            action = fields(next(iter(items(payload.get("actions"))), None))
            return _click(payload, action, user, team) if word(action.get("value")) else None
        case "view_submission":
            view = fields(payload.get("view"))
            form = _id(view.get("callback_id"))
            return Submission(team, user, _id(view.get("id")), _kept(view), form, _values(view))
        case _:
            return None


def parse_command(body: bytes) -> Command:
    return command_of(dict(parse_form(body)))


def command_of(form: Fields) -> Command:
    return Command(
        team=_id(form.get("team_id")),
        user=_id(form.get("user_id")),
        text=word(form.get("text"))[:4_000],
        trigger=_id(form.get("trigger_id")),
        response_url=word(form.get("response_url"))[:LONGEST_VALUE],
    )


def is_probe(body: bytes) -> bool:
    """Whether Slack only looks whether the address answers."""
    try:
        return parse_form(body).get("ssl_check") == "1"
    except InvalidPayload:
        return False


def _key(kind: str, which: str, *others: str) -> str:
    return "\n".join((kind, which, *others)) if which else ""


def _click(payload: Fields, action: Fields, user: str, team: str) -> Click:
    return Click(
        team=team,
        user=user,
        answer=_id(action.get("action_id")),
        about=word(action.get("value"))[:LONGEST_VALUE],
        message=_id(dig(payload, "container", "message_ts") or dig(payload, "message", "ts")),
        at=_id(action.get("action_ts")),
        trigger=_id(payload.get("trigger_id")),
        response_url=word(payload.get("response_url"))[:LONGEST_VALUE],
    )


def _kept(view: Fields) -> Fields:
    """What we put into the modal ourselves; empty when it is not ours."""
    try:
        return parse_object(word(view.get("private_metadata")).encode())
    except InvalidPayload:
        return {}


def _values(view: Fields) -> dict[str, str]:
    """A block of ours holds one element."""
    blocks = fields(dig(view, "state", "values")).items()
    return {
        name: written for name, block in blocks for element in fields(block).values() if (written := _said(element))
    }


def _said(element: object) -> str:
    """The text of an input, or the value of the option that was chosen."""
    return word(fields(element).get("value")) or word(dig(fields(element), "selected_option", "value"))


def _id(value: object) -> str:
    return word(value)[:LONGEST_ID]
