"""The OpenAPI document: every route has examples that are right, and says how it refuses."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from app.entrypoints.http import (
    action_bodies,
    audit,
    consents,
    cover_views,
    heartbeats,
    incident_views,
    on_call,
    opt_outs,
    postmortem_bodies,
    postmortem_views,
    probes,
    quarantine,
    rotas,
    rules,
    rules_views,
    shadowings,
    silences,
    tokens,
    webhooks,
)
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.http.test_auth import NEEDS, routes

MODULES = (
    action_bodies,
    audit,
    consents,
    cover_views,
    heartbeats,
    incident_views,
    on_call,
    opt_outs,
    postmortem_bodies,
    postmortem_views,
    probes,
    quarantine,
    rotas,
    rules,
    rules_views,
    shadowings,
    silences,
    tokens,
    webhooks,
)
DOCS = Path(__file__).parents[3] / "docs"

Operation = tuple[str, str, dict[str, Any]]


def operations(document: dict[str, Any]) -> list[Operation]:
    return [(verb.upper(), path, found) for path, verbs in document["paths"].items() for verb, found in verbs.items()]


def has_example(content: dict[str, Any], document: dict[str, Any]) -> bool:
    """An example beside the schema, in it, or in the items of the page that it is."""
    if "example" in content:
        return True
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    model = document["components"]["schemas"].get(name, schema)
    parts = [model, *model.get("properties", {}).values()]
    inner = [part.get("items", part).get("$ref", "").rpartition("/")[2] for part in parts]
    return "example" in model or any(
        "example" in document["components"]["schemas"].get(one, {}) for one in inner if one
    )


def models() -> list[type[BaseModel]]:
    found = [one for module in MODULES for one in vars(module).values() if isinstance(one, type)]
    return sorted({one for one in found if issubclass(one, BaseModel)}, key=lambda one: one.__name__)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_an_example_is_a_valid_value_of_its_model(model: type[BaseModel]) -> None:
    extra = model.model_config.get("json_schema_extra")
    if not isinstance(extra, dict):
        return
    example = extra["example"]

    read = TypeAdapter(model).validate_python(example)

    assert isinstance(example, dict)
    assert set(example) <= {field.alias or name for name, field in model.model_fields.items()}
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True).keys() == example.keys()


async def test_every_json_body_and_reply_has_an_example(rig: Rig) -> None:
    document = (await rig.client.get("/openapi.json")).json()

    lacking = []
    for verb, path, found in operations(document):
        bodies = [("request", found["requestBody"])] if "requestBody" in found else []
        for name, one in [*bodies, *found["responses"].items()]:
            lacking += [
                (verb, path, name)
                for media, content in one.get("content", {}).items()
                if "json" in media and not has_example(content, document)
            ]
    assert lacking == []


async def test_every_api_route_documents_its_refusals(rig: Rig) -> None:
    document = (await rig.client.get("/openapi.json")).json()

    for verb, path, found in operations(document):
        if (verb, path) in NEEDS:
            assert {"401", "403", "503"} <= set(found["responses"]), (verb, path)
            assert found["security"], (verb, path)
            if verb == "POST":
                assert {"400", "409", "413", "422"} <= set(found["responses"]), (verb, path)
                assert "Idempotency-Key" in [one["name"] for one in found["parameters"]], (verb, path)
    assert "Problem" in document["components"]["schemas"]


async def test_operation_ids_are_unique(rig: Rig) -> None:
    document = (await rig.client.get("/openapi.json")).json()

    ids = [found["operationId"] for _, _, found in operations(document)]
    assert len(ids) == len(set(ids))


async def test_every_route_is_in_the_documentation(rig: Rig) -> None:
    page = (DOCS / "api.md").read_text()

    missing = {(method, path) for method, path in routes(rig) if f"| `{method}` | `{path}` |" not in page}
    heads = {(verb, path) for verb, path in missing if verb == "HEAD" and ("GET", path) not in missing}
    assert missing - heads == set()
