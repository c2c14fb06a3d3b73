"""Settings from the environment, read once at the start; only the composition root looks at them."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.service.tokens import Scope

Role = Literal["all", "api", "worker"]
SCOPES = frozenset(Scope)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseSettings):
    """Each field is the environment variable ONCALL_<NAME>; docs/settings.md lists them all."""

    model_config = SettingsConfigDict(env_prefix="ONCALL_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; loopback unless set.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on.")
    rules: Path = Field(Path("routing_rules.yaml"), description="The rules file.")
    runbooks: Path = Field(Path("runbooks"), description="The folder of Markdown runbooks.")
    store: str = Field(
        "sqlite:///var/oncall.db", description="Where everything durable lives: sqlite:///path, or redis://host."
    )
    role: Role = Field("all", description="What this process does: api, worker, or all.")
    deployment: str = Field(
        "oncall", pattern=r"^[\w.-]{1,64}$", description="Name in every key in Redis: deployments may share a server."
    )
    redis_replicas: int = Field(0, ge=0, description="How many replicas must confirm each commit.")
    redis_durability: Literal["strict", "relaxed"] = Field(
        "strict", description="Refuse a Redis that may lose what it has confirmed, or only warn of it."
    )
    journal: Path = Field(Path("var/journal"), description="Folder of the journal, for while Redis is out of reach.")
    journal_mb: int = Field(64, gt=0, description="How much the journal may hold.")
    keep_days: int = Field(400, ge=0, description="How long resolved incidents are kept; 0: for ever.")
    pay_rates: str = Field("", description="The file of day rates, YAML or CSV; else none are known.")
    public_url: str = Field(
        "", description="How people reach this server, for links in messages; default: host and port."
    )
    admin_token: str = Field(
        "", description="The first API token, with every scope; else one is made and printed once."
    )
    secret_key: str = Field("", description="Signs action links; else one is made and kept in the store.")
    link_hours: int = Field(72, gt=0, description="How long an action link is valid.")
    session_hours: int = Field(12, gt=0, le=720, description="How long a browser stays signed in without being used.")
    oidc_issuer: str = Field("", description="Sign-in by OpenID Connect: the provider's issuer, https://….")
    oidc_client_id: str = Field("", description="What this server is called there.")
    oidc_client_secret: str = Field("", description="Its secret there; empty for a public client.")
    oidc_claim: str = Field("email", description="The claim that says who it is: email, or one with a person's id.")
    oidc_groups: str = Field("groups", description="The claim that lists somebody's groups.")
    oidc_scopes: str = Field("", description='Who may do what: "group=read,respond; *=read"; * is anybody there.')
    smtp_url: str = Field("", description="smtp://user:password@host:port?from=oncall@example.com, or smtps://.")
    slack_token: str = Field("", description="Bot token with chat:write.")
    slack_signing_secret: str = Field("", description="Checks that clicks and commands come from Slack.")
    slack_app_token: str = Field("", description="Takes clicks and commands over a socket instead (Socket Mode).")
    slack_api_url: str = Field("https://slack.com/api", description="Slack's API, or something that stands in for it.")
    webhook_secret: str = Field("", description="whsec_…: signs outgoing webhooks (Standard Webhooks).")
    ntfy_url: str = Field("", description="The ntfy server to push by, for example https://ntfy.sh.")
    ntfy_token: str = Field("", description="Its access token (tk_…), or user:password, if it wants one.")
    pushover_token: str = Field("", description="API token of an application at Pushover.")
    pushover_api_url: str = Field(
        "https://api.pushover.net", description="Pushover's API, or something that stands in for it."
    )
    telegram_token: str = Field("", description="Token of a Telegram bot.")
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Telegram's Bot API, or something that stands in for it."
    )
    pagerduty_api_url: str = Field(
        "https://events.pagerduty.com", description="PagerDuty's Events API: the EU's, or what stands in for it."
    )
    opsgenie_api_url: str = Field(
        "https://api.opsgenie.com", description="Opsgenie's Alert API: the EU's, or what stands in for it."
    )
    github_token: str = Field("", description="Opens tickets as GitHub issues: a token that may write issues.")
    github_api_url: str = Field("https://api.github.com", description="GitHub's API, or that of a server of your own.")
    jira_url: str = Field("", description="Opens tickets in Jira Cloud: https://example.atlassian.net.")
    jira_email: str = Field("", description="The account that opens them.")
    jira_token: str = Field("", description="Its API token.")
    linear_token: str = Field("", description="Opens tickets in Linear: an API key (lin_api_…).")
    linear_api_url: str = Field("https://api.linear.app/graphql", description="Linear's API, or a stand-in for it.")
    zoom_account_id: str = Field("", description="Starts calls: the account ID of a Server-to-Server OAuth app.")
    zoom_client_id: str = Field("", description="Its client ID.")
    zoom_client_secret: str = Field("", description="Its client secret.")
    zoom_api_url: str = Field("https://api.zoom.us", description="Zoom's API, or a stand-in for it.")
    zoom_oauth_url: str = Field("https://zoom.us", description="Where Zoom hands out tokens, or a stand-in for it.")
    twilio_account_sid: str = Field("", description="A Twilio account, for text messages and calls: its SID, AC….")
    twilio_auth_token: str = Field("", description="Its auth token, which also signs what Twilio sends.")
    twilio_api_key: str = Field("", description="SK…:secret, to sign in with instead of the auth token.")
    twilio_from: str = Field("", description="The number that sends and calls, as +441632960000.")
    twilio_messaging_service: str = Field("", description="MG…, which sends text messages instead.")
    twilio_api_url: str = Field("https://api.twilio.com", description="Twilio's API, or a stand-in for it.")
    twilio_2_account_sid: str = Field("", description="A second account, for when the first fails: its SID, AC….")
    twilio_2_auth_token: str = Field("", description="Its auth token, which also signs what Twilio sends.")
    twilio_2_api_key: str = Field("", description="SK…:secret, to sign in with instead of the auth token.")
    twilio_2_from: str = Field("", description="The number that sends and calls, as +441632960000.")
    twilio_2_messaging_service: str = Field("", description="MG…, which sends text messages instead.")
    twilio_2_api_url: str = Field("https://api.twilio.com", description="Twilio's API, or a stand-in for it.")
    twilio_receipt_seconds: int = Field(
        90, ge=0, le=3600, description="A text message not delivered by then counts as not reached; 0: never."
    )
    console: Literal["auto", "on", "off"] = Field(
        "auto", description="Page on the console; auto: when nothing else is set up."
    )
    max_body: int = Field(1_048_576, gt=0, description="Largest request body in bytes, also after decompression.")
    poll_seconds: float = Field(1.0, gt=0, description="How often due times are looked at when nothing rings.")
    reload_seconds: float = Field(
        2.0, gt=0, description="How often the rules file and runbooks are looked at for changes."
    )
    quarantine_keep: int = Field(1000, gt=0, description="How many refused bodies are kept.")
    postmortem_template: str = Field("", description="A Jinja2 file that post-mortems begin with; else one of ours.")
    heartbeat_url: str = Field("", description="Fetched by every worker while it is healthy: a dead man's switch.")
    heartbeat_seconds: float = Field(60.0, gt=0, description="How often.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    @field_validator("oidc_issuer")
    @classmethod
    def _is_private(cls, url: str) -> str:
        """What comes from there says who somebody is, so nobody on the way may change it."""
        try:
            parts = urlsplit(url)
            if url and parts.scheme != "https" and parts.hostname not in LOOPBACK:
                raise ValueError
        except ValueError:
            raise ValueError("must be a web address that begins with https://") from None
        return url

    @field_validator("heartbeat_url")
    @classmethod
    def _is_fetchable(cls, url: str) -> str:
        """Said without the address, which may hold a secret."""
        if url and not _is_web_address(url):
            raise ValueError("must be a web address that begins with https:// or http://")
        return url

    @field_validator("oidc_scopes")
    @classmethod
    def _says_scopes(cls, text: str) -> str:
        grants_in(text)
        return text

    @property
    def is_shared(self) -> bool:
        """Whether other processes work on the same store."""
        return not self.store.startswith("sqlite:")

    @property
    def hears_slack(self) -> bool:
        """Whether clicks and commands of Slack arrive, over one way or the other."""
        return bool(self.slack_signing_secret or self.slack_app_token)

    @property
    def base_url(self) -> str:
        """Where people reach the server. An address that stands for all of them is no address: then it is this host."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared, not bound
        return self.public_url or f"http://{host}:{self.port}"


def grants_in(text: str) -> Mapping[str, frozenset[Scope]]:
    """The scopes of each group in "group=read,respond; *=read". Raises `ValueError`."""
    grants: dict[str, frozenset[Scope]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        group, equals, named = part.rpartition("=")
        scopes = frozenset(map(str.strip, named.split(",")))
        if not equals or not scopes <= SCOPES:
            raise ValueError(f"must be like group=read,respond; *=read, with scopes of {', '.join(sorted(SCOPES))}")
        grants[group.strip()] = frozenset(map(Scope, scopes))
    return grants


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def source_secrets(environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Secrets by source instance: ONCALL_SOURCE_<NAME>_SECRET, where <NAME> is upper case with `_` for all else."""
    found = os.environ if environment is None else environment
    prefix, suffix = "ONCALL_SOURCE_", "_SECRET"
    return {
        name[len(prefix) : -len(suffix)]: value
        for name, value in found.items()
        if name.startswith(prefix) and name.endswith(suffix) and value
    }


@cache
def environment_name(source: str) -> str:
    """The <NAME> of a source instance: "rollbar-web" is ROLLBAR_WEB. Remembered, for it is asked with every webhook."""
    return "".join(c if c.isalnum() else "_" for c in source).upper()
