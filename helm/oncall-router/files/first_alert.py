"""What `helm test` runs in the cluster: is the router ready, does it take an alert? A test alert pages nobody."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ["URL"]
TOKEN = os.environ.get("TOKEN", "")
PATIENCE = float(os.environ.get("PATIENCE", "60"))


def ask(path, body=None):
    request = urllib.request.Request(URL + path, data=body and json.dumps(body).encode())  # noqa: S310
    request.add_header("Content-Type", "application/json")
    if TOKEN:
        request.add_header("Authorization", f"Bearer {TOKEN}")
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:  # noqa: S310
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError as error:
        return 0, str(error)


def ready():
    until = time.monotonic() + PATIENCE
    while True:
        status, said = ask("/readyz")
        print(f"GET {URL}/readyz: {status} {said}", flush=True)
        if status == 200:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(2)


def takes_an_alert():
    status, said = ask("/webhooks/generic", {"title": "helm test: is anybody there?", "status": "test"})
    print(f"POST {URL}/webhooks/generic: {status} {said}", flush=True)
    return 200 <= status < 300


if not ready():
    sys.exit("The router is not ready; the line above says why.")
if not TOKEN:
    print("Nothing was posted: the Secret has no ONCALL_ADMIN_TOKEN.")
elif not takes_an_alert():
    sys.exit("The router is ready, but it did not take a test alert.")
print("All is well. To see a page, post a real alert: docs/kubernetes.md shows one.")
