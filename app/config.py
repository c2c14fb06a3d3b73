"""Settings from the environment, read once at the start; only the composition root looks at them."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Role = Literal["all", "api", "worker"]


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
    public_url: str = Field(
        "", description="How people reach this server, for links in messages; default: host and port."
    )
    admin_token: str = Field(
        "", description="The first API token, with every scope; else one is made and printed once."
    )
    secret_key: str = Field("", description="Signs action links; else one is made and kept in the store.")
    link_hours: int = Field(72, gt=0, description="How long an action link is valid.")
    smtp_url: str = Field("", description="smtp://user:password@host:port?from=oncall@example.com, or smtps://.")
    slack_token: str = Field("", description="Bot token with chat:write.")
    slack_signing_secret: str = Field("", description="Checks that clicks and commands come from Slack.")
    slack_app_token: str = Field("", description="Takes clicks and commands over a socket instead (Socket Mode).")
    slack_api_url: str = Field("https://slack.com/api", description="Slack's API, or something that stands in for it.")
    webhook_secret: str = Field("", description="whsec_…: signs outgoing webhooks (Standard Webhooks).")
    console: Literal["auto", "on", "off"] = Field(
        "auto", description="Page on the console; auto: when nothing else is set up."
    )
    max_body: int = Field(1_048_576, gt=0, description="Largest request body in bytes, also after decompression.")
    poll_seconds: float = Field(1.0, gt=0, description="How often due times are looked at when nothing rings.")
    reload_seconds: float = Field(
        2.0, gt=0, description="How often the rules file and runbooks are looked at for changes."
    )
    quarantine_keep: int = Field(1000, gt=0, description="How many refused bodies are kept.")
    log_level: str = Field("info", description="debug, info, warning or error.")

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
