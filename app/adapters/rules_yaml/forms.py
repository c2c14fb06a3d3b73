"""Field types of the file's models: how a text becomes a value, and how an editor should see it."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.adapters.amounts import parse_amount
from app.adapters.lengths import parse_length
from app.adapters.rules_yaml import contacts, times, trackers
from app.adapters.rules_yaml.holiday_names import parse_region
from app.adapters.rules_yaml.report import quoted
from app.domain.policy import Delay
from app.domain.working_days import Days


def as_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    raise PydanticCustomError("string_type", "must be text")


def as_list(value: object) -> object:
    """One value stands for a list of one."""
    return value if isinstance(value, list) or value is None else [value]


def written(parse: Callable[[str], object], seen: object = str) -> PlainValidator:
    """A field that `parse` reads from a text; `seen` is what an editor takes it for."""
    return PlainValidator(lambda value: parse(as_text(value)), json_schema_input_type=seen)


def _parse_name(text: str) -> str:
    """Names go into addresses and commands, so they have no spaces."""
    if not re.fullmatch(r"[\w.@-]{1,64}", text):
        raise ValueError(f"{quoted(text)} cannot be a name: letters, digits and . _ - @ only, at most 64")
    return text


def _parse_version(value: object) -> int:
    if value != "1":
        raise ValueError("this program reads version 1 of the file")
    return 1


def _parse_host(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+", text.lower()):
        raise ValueError(f'{quoted(text)} is not a host name; write it as "wiki.example.com"')
    return text.lower()


def _parse_currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"{quoted(text)} is not a currency; write its three letters, such as GBP")
    return text


def _parse_channel(value: object) -> str:
    if value is None:
        raise ValueError("is empty; put quotes round a name that begins with #")
    return contacts.parse_slack(as_text(value))


def _closed_days(value: object) -> str | dict[str, str]:
    """A date, or dates with the reason for each."""
    if isinstance(value, dict):
        return {day: as_text(reason) for day, reason in value.items()}
    return as_text(value)


def _open_days(value: object) -> str | dict[str, tuple[str, ...]]:
    """A date, or dates with the hours of each."""
    if isinstance(value, dict):
        return {day: tuple(as_text(one) for one in _many(hours)) for day, hours in value.items()}
    return as_text(value)


def _mapping(value: object) -> object:
    if isinstance(value, str | dict):
        return value
    raise ValueError("must be the name of a ready mapping, or a mapping of names to expressions")


def _many(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


Version = Annotated[int, PlainValidator(_parse_version, json_schema_input_type=Literal[1])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Texts = Annotated[list[Text], BeforeValidator(as_list, json_schema_input_type=Text | list[Text])]
Name = Annotated[str, AfterValidator(_parse_name)]
Hosts = Annotated[
    list[Annotated[str, written(_parse_host)]], BeforeValidator(as_list, json_schema_input_type=str | list[str])
]

Zone = Annotated[ZoneInfo, written(times.parse_zone)]
Day = Annotated[date, written(times.parse_day)]
Length = Annotated[timedelta, written(parse_length)]
Ahead = Annotated[timedelta | None, written(times.parse_ahead)]
Wait = Annotated[Delay, written(times.parse_delay)]
Amount = Annotated[Decimal, written(parse_amount, str | int | float)]
Currency = Annotated[str, written(_parse_currency)]
Hours = Annotated[tuple[time, time], written(times.parse_clocks)]
DaysAmount = Annotated[Days, written(times.parse_days_amount)]
Weeks = Annotated[int, written(times.parse_weeks)]
Handover = Annotated[tuple[int, time], written(times.parse_handover)]

Email = Annotated[str, written(contacts.parse_email)]
Phone = Annotated[str, written(contacts.parse_phone)]
Slack = Annotated[str, written(contacts.parse_slack)]
Url = Annotated[str, written(contacts.parse_url)]
Teams = Annotated[str, written(contacts.parse_teams)]
Discord = Annotated[str, written(contacts.parse_discord)]
PagerDuty = Annotated[str, written(contacts.parse_pagerduty)]
Opsgenie = Annotated[str, written(contacts.parse_opsgenie)]
Apprise = Annotated[str, written(contacts.parse_apprise)]
Ntfy = Annotated[str, written(contacts.parse_ntfy)]
Pushover = Annotated[str, written(contacts.parse_pushover)]
Telegram = Annotated[str, written(contacts.parse_telegram, str | int)]
GitHub = Annotated[str, written(trackers.parse_github)]
Jira = Annotated[str, written(trackers.parse_jira)]
Linear = Annotated[str, written(trackers.parse_linear)]
SlackChannel = Annotated[str | None, PlainValidator(_parse_channel, json_schema_input_type=str)]

Regions = Annotated[
    list[Annotated[str, written(parse_region)]], BeforeValidator(as_list, json_schema_input_type=str | list[str])
]
_Reasons = str | dict[str, str]
_Hours = str | dict[str, str | list[str]]
_ClosedDays = Annotated[str | dict[str, str], PlainValidator(_closed_days, json_schema_input_type=_Reasons)]
_OpenDays = Annotated[str | dict[str, tuple[str, ...]], PlainValidator(_open_days, json_schema_input_type=_Hours)]
ClosedDays = Annotated[list[_ClosedDays], BeforeValidator(as_list, json_schema_input_type=_Reasons | list[_Reasons])]
OpenDays = Annotated[list[_OpenDays], BeforeValidator(as_list, json_schema_input_type=_Hours | list[_Hours])]

MappingForm = Annotated[object, PlainValidator(_mapping, json_schema_input_type=str | dict[str, object])]

ChannelName = Literal[
    "console",
    "email",
    "slack",
    "teams",
    "discord",
    "sms",
    "voice",
    "webhook",
    "push",
    "ntfy",
    "pushover",
    "telegram",
    "pagerduty",
    "opsgenie",
    "apprise",
]
ChannelNames = Annotated[
    list[ChannelName], BeforeValidator(as_list, json_schema_input_type=ChannelName | list[ChannelName])
]
