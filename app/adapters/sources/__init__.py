"""Every monitoring tool that can post to us; one that is not spelled out here does not exist."""

from collections.abc import Mapping

from app.adapters.sources.alertmanager import Alertmanager
from app.adapters.sources.aws_cloudwatch_sns import AwsCloudwatchSns
from app.adapters.sources.azure_monitor import AzureMonitor
from app.adapters.sources.bugsnag import Bugsnag
from app.adapters.sources.cloudevents import CloudEvents
from app.adapters.sources.gcp_cloud_monitoring import GcpCloudMonitoring
from app.adapters.sources.generic import Generic
from app.adapters.sources.github_actions import GithubActions
from app.adapters.sources.grafana import Grafana
from app.adapters.sources.pagerduty import PagerDuty
from app.adapters.sources.rollbar import Rollbar
from app.adapters.sources.sentry import Sentry
from app.service.ports import Source

SOURCES: Mapping[str, Source] = {
    "alertmanager": Alertmanager(),
    "grafana": Grafana(),
    "rollbar": Rollbar(),
    "bugsnag": Bugsnag(),
    "sentry": Sentry(),
    "pagerduty": PagerDuty(),
    "aws-cloudwatch-sns": AwsCloudwatchSns(),
    "gcp-cloud-monitoring": GcpCloudMonitoring(),
    "azure-monitor": AzureMonitor(),
    "github-actions": GithubActions(),
    "cloudevents": CloudEvents(),
    "generic": Generic(),
}
