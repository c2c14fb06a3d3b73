"""Which channels are set up: settings become channels, and the rules say who can be told over which."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from app.adapters.channels.apprise import INSTALL, IS_INSTALLED, Apprise
from app.adapters.channels.console import Console
from app.adapters.channels.discord import Discord
from app.adapters.channels.email import Email, SmtpServer
from app.adapters.channels.fallback import Fallback
from app.adapters.channels.github import GitHub
from app.adapters.channels.jira import Jira
from app.adapters.channels.linear import Linear
from app.adapters.channels.ntfy import Ntfy
from app.adapters.channels.opsgenie import Opsgenie
from app.adapters.channels.pagerduty import PagerDuty
from app.adapters.channels.pushover import Pushover
from app.adapters.channels.slack import Slack
from app.adapters.channels.slack_api import SlackApi
from app.adapters.channels.sms import Sms
from app.adapters.channels.teams import Teams
from app.adapters.channels.telegram import Telegram
from app.adapters.channels.twilio_api import TwilioAccount
from app.adapters.channels.voice import Voice
from app.adapters.channels.webhook import Webhook
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.adapters.zoom import Zoom, ZoomApp
from app.config import Settings
from app.domain.complaint import NOWHERE, Complaint
from app.domain.errors import AppError
from app.domain.ruleset import Rules
from app.service.opt_outs import HeedsStop, OptOuts
from app.service.ports import Channel, Clock


def configured_channels(
    settings: Settings, http: OutboundHttp, clock: Clock, phone: Mapping[str, Channel] = MappingProxyType({})
) -> dict[str, Channel]:
    """The channels that are set up, `phone` among them; the console when nothing else is, or when asked for. Those
    whose addresses hold all that is needed are always there, and do not count as set up."""
    found: dict[str, Channel] = {}
    if settings.smtp_url:
        found["email"] = Email(SmtpServer.parse(settings.smtp_url), clock)
    if settings.slack_token:
        found["slack"] = Slack(slack_api(settings, http), answerable=settings.hears_slack)
    if settings.webhook_secret:
        found["webhook"] = Webhook(http, settings.webhook_secret, clock)
    if settings.ntfy_url:
        found["ntfy"] = Ntfy(http, settings.ntfy_url, settings.ntfy_token)
    if settings.pushover_token:
        found["pushover"] = Pushover(http, settings.pushover_token, settings.pushover_api_url)
    if settings.telegram_token:
        found["telegram"] = Telegram(http, settings.telegram_token, settings.telegram_api_url)
    found |= phone
    if settings.console == "on" or (settings.console == "auto" and not found):
        found["console"] = Console(sys.stdout)
    return {
        **found,
        "teams": Teams(http),
        "discord": Discord(http),
        "pagerduty": PagerDuty(http, settings.pagerduty_api_url),
        "opsgenie": Opsgenie(http, settings.opsgenie_api_url),
        "apprise": Apprise(),
        **_trackers(settings, http),
    }


def _trackers(settings: Settings, http: OutboundHttp) -> dict[str, Channel]:
    """Where tickets are opened. Nobody is reached by one, so they do not count as set up. Raises `AppError` for half of
    one."""
    found: dict[str, Channel] = {}
    if settings.github_token:
        found["github"] = GitHub(http, settings.github_token, settings.github_api_url)
    if settings.jira_token:
        if not (settings.jira_url and settings.jira_email):
            raise AppError("ONCALL_JIRA_TOKEN needs ONCALL_JIRA_URL and ONCALL_JIRA_EMAIL too")
        found["jira"] = Jira(http, settings.jira_url, settings.jira_email, settings.jira_token)
    if settings.linear_token:
        found["linear"] = Linear(http, settings.linear_token, settings.linear_api_url)
    return found


def slack_api(settings: Settings, http: OutboundHttp) -> SlackApi:
    return SlackApi(http, settings.slack_token, settings.slack_api_url)


def phone_channels(
    settings: Settings, http: OutboundHttp, tickets: PhoneTickets, opt_outs: OptOuts
) -> dict[str, Channel]:
    """Text messages and calls over the first Twilio account, and over the second when that fails. Who has answered STOP
    is sent no more of the former."""
    accounts = twilio_accounts(settings)
    if not accounts:
        return {}
    within = timedelta(seconds=settings.twilio_receipt_seconds)
    sms: list[Channel] = [Sms(http, account, tickets, within) for account in accounts]
    voice: list[Channel] = [Voice(http, account, tickets) for account in accounts]
    return {"sms": HeedsStop(_either(sms), opt_outs), "voice": _either(voice)}


def _either(ways: list[Channel]) -> Channel:
    return ways[0] if len(ways) == 1 else Fallback(ways[0].name, *ways)


def twilio_accounts(settings: Settings) -> tuple[TwilioAccount, ...]:
    """The accounts that are set up, in the order in which they are tried. Raises `AppError` for half of one."""
    found = ((_account(settings, prefix), f"ONCALL_{prefix}") for prefix in ("TWILIO", "TWILIO_2"))
    return tuple(_whole(account, variable) for account, variable in found if account.sid)


def _account(settings: Settings, prefix: str) -> TwilioAccount:
    def given(name: str) -> str:
        return str(getattr(settings, f"{prefix}_{name}".lower())).strip()

    return TwilioAccount(
        sid=given("ACCOUNT_SID"),
        auth_token=given("AUTH_TOKEN"),
        number=given("FROM").replace(" ", ""),
        service=given("MESSAGING_SERVICE"),
        api_key=given("API_KEY"),
        api_url=given("API_URL"),
    )


def _whole(account: TwilioAccount, prefix: str) -> TwilioAccount:
    if not account.auth_token:
        raise AppError(f"{prefix}_ACCOUNT_SID needs {prefix}_AUTH_TOKEN too: it signs what Twilio sends here")
    if not (account.number or account.service):
        raise AppError(f"{prefix}_ACCOUNT_SID needs a sender: set {prefix}_FROM, or {prefix}_MESSAGING_SERVICE")
    return account


def call_rooms(settings: Settings, http: OutboundHttp, clock: Clock) -> Zoom | None:
    """Where fresh calls are opened; None where nothing is set up. Raises `AppError` for half of it."""
    given = (settings.zoom_account_id, settings.zoom_client_id, settings.zoom_client_secret)
    if not any(given):
        return None
    if not all(given):
        raise AppError(
            "Zoom needs ONCALL_ZOOM_ACCOUNT_ID, ONCALL_ZOOM_CLIENT_ID and ONCALL_ZOOM_CLIENT_SECRET together"
        )
    return Zoom(http, ZoomApp(*given, settings.zoom_api_url, settings.zoom_oauth_url), clock)


def not_installed(rules: Rules) -> list[Complaint]:
    """Who has an address on a channel that this installation lacks."""
    if IS_INSTALLED:
        return []
    methods = {f"people.{id}": person.methods for id, person in rules.people.items()}
    methods |= {f"squads.{id}": squad.post for id, squad in rules.squads.items()}
    return [
        Complaint(rules.places.get(key, NOWHERE), f"is told by apprise, which is not installed; {INSTALL}", key)
        for key, ways in methods.items()
        if any(way.channel == Apprise.name for way in ways)
    ]
