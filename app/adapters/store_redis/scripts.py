"""The Lua scripts: each is one atomic call, and none names a key that it was not handed."""

from dataclasses import dataclass, field
from hashlib import sha1
from importlib.resources import files

from app.adapters.store_redis.keys import FIXED

_LUA = files(__package__).joinpath("lua")
_NAMES = ", ".join(name.upper() for name in ("done", *FIXED))
_HEAD = f"local {_NAMES} = unpack(KEYS, 1, {len(FIXED) + 1})\nlocal OF_INCIDENTS = {len(FIXED) + 1}\n"
_SHARED = _LUA.joinpath("shared.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a script and the name that the server knows it by once it has seen it."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", sha1(self.text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> Script:
    return Script(_HEAD + _SHARED + _LUA.joinpath(f"{name}.lua").read_text(encoding="utf-8"))


LOAD = _read("load")
COMMIT = _read("commit")
CLAIM = _read("claim")
SETTLE = _read("settle")
AMEND = _read("amend")
PUT_RECORDS = _read("put_records")
ADD_RECORD = _read("add_record")
SWEEP = _read("sweep")
FORGET = _read("forget")
UNPACK = _read("unpack")

EVERY = (LOAD, COMMIT, CLAIM, SETTLE, AMEND, PUT_RECORDS, ADD_RECORD, SWEEP, FORGET, UNPACK)
