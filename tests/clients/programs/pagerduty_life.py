"""One event from trigger to resolve, and a change event, by PagerDuty's own Python client: `URL ROUTING_KEY`."""

import json
import sys

from pagerduty import EventsApiV2Client

url, key = sys.argv[1:]
client = EventsApiV2Client(key, base_url=url)
made = client.trigger(
    "Payments API is down",
    "probe-1.example.com",
    severity="critical",
    custom_details={"runbook_url": "https://wiki.example.com/payments"},
    links=[{"href": "https://grafana.example.com/d/1", "text": "dashboard"}],
)
again = client.trigger("Payments API is down", "probe-1.example.com", dedup_key=made, severity="critical")
acknowledged = client.acknowledge(made)
resolved = client.resolve(made)
client.submit("Deployed 1.4.2", source="pipeline", timestamp="2026-11-22T03:00:00+0000", custom_details={"build": 7})
print(json.dumps({"made": made, "same": made == again == acknowledged == resolved}))
