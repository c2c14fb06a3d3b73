"""The JSON Schema of routing_rules.yaml, for editors that complete and check while one types."""

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from app.adapters.rules_yaml.shapes import FileShape


class _Written(GenerateJsonSchema):
    """Without defaults and titles: pydantic would show them as Python has them, not as the file does."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def rules_schema() -> dict[str, object]:
    """The schema as plain JSON values."""
    found = FileShape.model_json_schema(schema_generator=_Written)
    return {"$schema": GenerateJsonSchema.schema_dialect, **found, "title": "routing_rules.yaml"}
