"""Every monitoring tool that can post to us; one that is not spelled out here does not exist."""

from collections.abc import Mapping

from app.adapters.sources.alertmanager import Alertmanager
from app.adapters.sources.better_stack import BetterStack
from app.adapters.sources.bugsnag import Bugsnag
from app.adapters.sources.checkly import Checkly
from app.adapters.sources.cloudflare import Cloudflare
from app.adapters.sources.datadog import Datadog
from app.adapters.sources.generic import Generic
from app.adapters.sources.grafana import Grafana
from app.adapters.sources.honeycomb import Honeycomb
from app.adapters.sources.newrelic import NewRelic
from app.adapters.sources.pagerduty import PagerDuty
from app.adapters.sources.rollbar import Rollbar
from app.adapters.sources.sentry import Sentry
from app.adapters.sources.site24x7 import Site24x7
from app.adapters.sources.splunk import Splunk
from app.adapters.sources.statuscake import StatusCake
from app.service.ports import Source

SOURCES: Mapping[str, Source] = {
    "alertmanager": Alertmanager(),
    "grafana": Grafana(),
    "rollbar": Rollbar(),
    "bugsnag": Bugsnag(),
    "sentry": Sentry(),
    "pagerduty": PagerDuty(),
    "generic": Generic(),
    "datadog": Datadog(),
    "newrelic": NewRelic(),
    "honeycomb": Honeycomb(),
    "checkly": Checkly(),
    "better-stack": BetterStack(),
    "site24x7": Site24x7(),
    "statuscake": StatusCake(),
    "cloudflare": Cloudflare(),
    "splunk": Splunk(),
}
