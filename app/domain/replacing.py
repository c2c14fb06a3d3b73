"""`dataclasses.replace` and constructors for our frozen, slotted values at a fraction of their cost, for making and
changing values is most of what deciding costs.

A frozen dataclass sets every field through `object.__setattr__`. Here the fields are set by plain assignment while the
value is still a draft, of a class that has the same slots and is not frozen; then it turns into one of its own class.
Whoever gets it finds it frozen as ever.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

T = TypeVar("T")

_turn: Callable[[object, type], None] = vars(object)["__class__"].__set__

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value: T, **changes: object) -> T:
        """`value` with some fields changed; like `dataclasses.replace`, for a value without `__post_init__`. An unknown
        field raises `AttributeError`."""
        return _copier(type(value))(value, changes)


def quick(kind: type[T]) -> type[T]:
    """A decorator above `@dataclass(frozen=True, slots=True)`: the same constructor, in a third of the time. The class
    has no `__post_init__` and no field whose name begins with an underscore."""
    names: dict[str, object] = {"_draft": _draft(cast(Any, kind)), "_kind": kind, "_turn": _turn, "_missing": MISSING}
    body, parameters = ["_turn(self, _draft)"], list[str]()
    for field in fields(cast(Any, kind)):
        parameters.append(_parameter(field, names))
        body.append(f"self.{field.name} = {_argument(field)}")
    body.append("self.__class__ = _kind")
    kind.__init__ = _function("__init__", ["self", *parameters], body, names)  # type: ignore[method-assign]
    return kind


def _parameter(field: "Field[Any]", names: dict[str, object]) -> str:
    """The parameter of a field; its default, or what makes it, goes into `names`."""
    if field.default is not MISSING:
        names[f"_default_{field.name}"] = field.default
        return f"{field.name}=_default_{field.name}"
    if field.default_factory is not MISSING:
        names[f"_make_{field.name}"] = field.default_factory
        return f"{field.name}=_missing"
    return field.name


def _argument(field: "Field[Any]") -> str:
    if field.default_factory is MISSING:
        return field.name
    return f"_make_{field.name}() if {field.name} is _missing else {field.name}"


@lru_cache
def _copier(kind: Any) -> Callable[[Any, dict[str, object]], Any]:
    body = ["fresh = _draft()", *(f"fresh.{field.name} = value.{field.name}" for field in fields(kind))]
    body += ["for name, change in changes.items():", "    setattr(fresh, name, change)"]
    body += ["fresh.__class__ = _kind", "return fresh"]
    copier: Callable[[Any, dict[str, object]], Any] = _function(
        "copy", ["value", "changes"], body, {"_draft": _draft(kind), "_kind": kind}
    )
    return copier


@lru_cache
def _draft(kind: Any) -> type:
    """The class whose values turn into `kind`; Python allows it because the slots are the same."""
    return type(f"Draft{kind.__name__}", (), {"__slots__": tuple(field.name for field in fields(kind))})


def _function(name: str, parameters: list[str], body: list[str], names: dict[str, object]) -> Any:
    """Written out field by field, as `dataclasses` itself does it: a loop over names would cost what this saves."""
    source = "\n    ".join([f"def {name}({', '.join(parameters)}):", *body])
    exec(source, names)  # noqa: S102 - names of our own fields and nothing else
    return names[name]
