"""The base of every model of the file: it remembers where it and each of its keys are written."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, model_validator

from app.adapters.yaml_document import Listed, Mapped, Tree
from app.domain.complaint import NOWHERE, Place

_NOWHERE = Mapped(NOWHERE)


class Shape(BaseModel):
    """A mapping of the file with known keys; any other key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    _written: Mapped = PrivateAttr(default=_NOWHERE)

    @model_validator(mode="wrap")
    @classmethod
    def _remember(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        shape = handler(value)
        if isinstance(value, Mapped):
            shape._written = value
        return shape

    @property
    def keys_in_order(self) -> tuple[str, ...]:
        return tuple(self._written)

    def at(self, *path: str | int) -> Place:
        """Where the value at `path` is written; as near to it as is known."""
        return place_of(self._written, path)


def place_of(tree: Tree, path: tuple[str | int, ...]) -> Place:
    """Where the value at `path` below `tree` is written. Parts of the path that are not in the tree are passed over."""
    here = tree.place if isinstance(tree, Mapped | Listed) else NOWHERE
    for part in path:
        if isinstance(tree, Mapped) and part in tree:
            here, tree = tree.places[str(part)], tree[str(part)]
        elif isinstance(tree, Listed) and isinstance(part, int) and part < len(tree):
            here, tree = tree.places[part], tree[part]
    return here
