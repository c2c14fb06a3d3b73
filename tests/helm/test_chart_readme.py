"""The chart's README is made from its values and leads somewhere; the examples show addresses that the router reads."""

import re

import pytest

from app.adapters.store_redis.address import parse
from scripts.chart_readme import CHART, readme, rows
from tests.helm.chart import SETS, example, named, of


def test_it_is_current() -> None:
    assert (CHART / "README.md").read_text() == readme(), (
        "run: python -m scripts.chart_readme > helm/oncall-router/README.md"
    )


def test_it_shows_every_value_with_what_it_is() -> None:
    assert len(rows()) > 80
    assert all(len(said) >= 10 for _, _, said in rows())


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", readme())

    assert [one for one in targets if not (CHART / one).exists()] == []
    assert len(targets) >= 6


@pytest.mark.parametrize("name", ["production", "sentinel"])
def test_an_address_in_an_example_is_one_that_the_router_reads(name: str) -> None:
    (url,) = re.findall(r"url: (redis\S+)", (CHART / "examples" / f"{name}.yaml").read_text())

    parse(url.split("?")[0])

    tls = example(name)["store"]["external"].get("tlsSecret")
    assert ("?ssl_ca_certs=/etc/oncall/redis-tls/ca.crt" in url) == bool(tls)


def test_certificates_lie_where_the_address_says() -> None:
    assert SETS["production"]["store"]["external"]["tlsSecret"] == "oncall-redis-tls"
    for kind, name in (("StatefulSet", "oncall-router-api"), ("Deployment", "oncall-router-worker")):
        pod = named(of("production"), kind, name)["spec"]["template"]["spec"]
        mount = next(one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "redis-tls")
        assert mount == {"name": "redis-tls", "mountPath": "/etc/oncall/redis-tls", "readOnly": True}
