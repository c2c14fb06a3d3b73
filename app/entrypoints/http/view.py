"""What every reply of the API is made of."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Read off a value of the domain, attribute by attribute. Times are ISO 8601 in UTC, ending in Z."""

    model_config = ConfigDict(from_attributes=True)
