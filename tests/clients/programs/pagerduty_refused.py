"""What PagerDuty's own Python client makes of a key that nobody has: `URL ROUTING_KEY`."""

import json
import sys

from pagerduty import EventsApiV2Client
from pagerduty.errors import Error

url, key = sys.argv[1:]
try:
    EventsApiV2Client(key, base_url=url).trigger("x", "y")
except Error as refused:
    status = refused.response.status_code if refused.response is not None else 0
    print(json.dumps({"status": status, "errors": refused.response.json()["errors"]}))
