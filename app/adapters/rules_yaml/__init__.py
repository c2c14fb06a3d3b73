"""The rules loader: routing_rules.yaml to the domain's `Rules`, with every problem named by file, line and key."""

from app.adapters.rules_yaml.loader import load_kept, load_rules
from app.adapters.rules_yaml.schema import rules_schema

__all__ = ["load_kept", "load_rules", "rules_schema"]
