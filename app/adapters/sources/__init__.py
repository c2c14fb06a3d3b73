"""Every monitoring tool that can post to us; one that is not spelled out here does not exist."""

from collections.abc import Mapping

from app.adapters.sources.alertmanager import Alertmanager
from app.adapters.sources.aws_cloudwatch_sns import AwsCloudwatchSns
from app.adapters.sources.azure_monitor import AzureMonitor
from app.adapters.sources.better_stack import BetterStack
from app.adapters.sources.bugsnag import Bugsnag
from app.adapters.sources.checkly import Checkly
from app.adapters.sources.cloudevents import CloudEvents
from app.adapters.sources.cloudflare import Cloudflare
from app.adapters.sources.datadog import Datadog
from app.adapters.sources.elastic_kibana import ElasticKibana
from app.adapters.sources.gcp_cloud_monitoring import GcpCloudMonitoring
from app.adapters.sources.generic import Generic
from app.adapters.sources.github_actions import GithubActions
from app.adapters.sources.grafana import Grafana
from app.adapters.sources.healthchecks import Healthchecks
from app.adapters.sources.honeycomb import Honeycomb
from app.adapters.sources.icinga2 import Icinga2
from app.adapters.sources.nagios import Nagios
from app.adapters.sources.newrelic import NewRelic
from app.adapters.sources.opsgenie import Opsgenie
from app.adapters.sources.pagerduty import PagerDuty
from app.adapters.sources.pingdom import Pingdom
from app.adapters.sources.prometheus_api_v2 import PrometheusApiV2
from app.adapters.sources.rollbar import Rollbar
from app.adapters.sources.sentry import Sentry
from app.adapters.sources.site24x7 import Site24x7
from app.adapters.sources.splunk import Splunk
from app.adapters.sources.statuscake import StatusCake
from app.adapters.sources.uptime_kuma import UptimeKuma
from app.adapters.sources.uptimerobot import UptimeRobot
from app.adapters.sources.zabbix import Zabbix
from app.service.source_ports import Source

SOURCES: Mapping[str, Source] = {
    "alertmanager": Alertmanager(),
    "grafana": Grafana(),
    "pagerduty": PagerDuty(),
    "sentry": Sentry(),
    "rollbar": Rollbar(),
    "bugsnag": Bugsnag(),
    "datadog": Datadog(),
    "newrelic": NewRelic(),
    "honeycomb": Honeycomb(),
    "splunk": Splunk(),
    "elastic-kibana": ElasticKibana(),
    "zabbix": Zabbix(),
    "nagios": Nagios(),
    "icinga2": Icinga2(),
    "uptime-kuma": UptimeKuma(),
    "uptimerobot": UptimeRobot(),
    "pingdom": Pingdom(),
    "healthchecks": Healthchecks(),
    "statuscake": StatusCake(),
    "checkly": Checkly(),
    "better-stack": BetterStack(),
    "site24x7": Site24x7(),
    "cloudflare": Cloudflare(),
    "aws-cloudwatch-sns": AwsCloudwatchSns(),
    "gcp-cloud-monitoring": GcpCloudMonitoring(),
    "azure-monitor": AzureMonitor(),
    "github-actions": GithubActions(),
    "cloudevents": CloudEvents(),
    "generic": Generic(),
    "prometheus-api-v2": PrometheusApiV2(),
    "opsgenie": Opsgenie(),
}
