"""Settings for the commands that run here: a flag wins over the environment, which wins over the default."""

from app.config import Settings
from app.entrypoints.cli.failures import CommandFailed


def read_settings(**flags: object) -> Settings:
    """Raises `CommandFailed` naming each variable that cannot be; flags that are None were not given."""
    from pydantic import ValidationError

    try:
        return Settings.model_validate({name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        said = (f"ONCALL_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors(include_input=False))
        raise CommandFailed("\n".join(said)) from None
