"""Every monitoring tool that can post to us; one that is not spelled out here does not exist."""

from collections.abc import Mapping

from app.adapters.sources.alertmanager import Alertmanager
from app.adapters.sources.bugsnag import Bugsnag
from app.adapters.sources.elastic_kibana import ElasticKibana
from app.adapters.sources.generic import Generic
from app.adapters.sources.grafana import Grafana
from app.adapters.sources.healthchecks import Healthchecks
from app.adapters.sources.icinga2 import Icinga2
from app.adapters.sources.nagios import Nagios
from app.adapters.sources.pagerduty import PagerDuty
from app.adapters.sources.pingdom import Pingdom
from app.adapters.sources.rollbar import Rollbar
from app.adapters.sources.sentry import Sentry
from app.adapters.sources.uptime_kuma import UptimeKuma
from app.adapters.sources.uptimerobot import UptimeRobot
from app.adapters.sources.zabbix import Zabbix
from app.service.ports import Source

SOURCES: Mapping[str, Source] = {
    "alertmanager": Alertmanager(),
    "grafana": Grafana(),
    "rollbar": Rollbar(),
    "bugsnag": Bugsnag(),
    "sentry": Sentry(),
    "pagerduty": PagerDuty(),
    "elastic-kibana": ElasticKibana(),
    "zabbix": Zabbix(),
    "icinga2": Icinga2(),
    "nagios": Nagios(),
    "uptime-kuma": UptimeKuma(),
    "uptimerobot": UptimeRobot(),
    "pingdom": Pingdom(),
    "healthchecks": Healthchecks(),
    "generic": Generic(),
}
