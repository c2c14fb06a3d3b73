"""The main job on real input: Prometheus and Alertmanager, as Debian ships them, against the server as it is run."""

import pytest

from scripts.story import missing_tools, running

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(bool(missing_tools()), reason=f"LEFT OUT: apt-get install {' '.join(missing_tools())}"),
]


def test_a_real_alert_pages_is_acknowledged_and_resolves() -> None:
    with running() as stage:
        stage.payments.stop()
        page = stage.next_message("PAGE")
        assert "CRITICAL PaymentsApiDown: The payments API does not answer" in page
        assert "runbook  https://wiki.example.com/runbooks/payments-api-down" in page

        opened = stage.incident("triggered")
        assert (opened["severity"], opened["squad"], opened["source"]) == ("critical", "payments", "alertmanager")
        assert opened["id"] in page

        stage.api("POST", f"/incidents/{opened['id']}/acknowledge", {"by": "asha"})
        taken = stage.incident("acknowledged")
        assert (taken["id"], taken["acknowledged_by"]) == (opened["id"], "asha")

        stage.payments.start()
        assert opened["id"] in stage.next_message("RESOLVED")
        over = stage.incident("resolved")
        assert (over["id"], over["alerts"], over["firing"]) == (opened["id"], 1, 0)
