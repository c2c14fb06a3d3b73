"""`oncall-router schema`: the JSON Schema of the rules file, with which an editor completes and checks it."""

import json

import typer


def schema() -> None:
    """Print the JSON Schema of the rules file, for editors."""
    from app.adapters.rules_yaml import rules_schema

    typer.echo(json.dumps(rules_schema(), indent=2))
