"""Prometheus rule files, plain or as Kubernetes manifests: their alerting rules, and what is wrong with their shape."""

from app.adapters.prometheus_rules.finding import Unread, files_in, read_bytes
from app.adapters.prometheus_rules.reading import read_rule_file

__all__ = ["Unread", "files_in", "read_bytes", "read_rule_file"]
