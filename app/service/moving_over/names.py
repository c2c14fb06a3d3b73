"""Names for what the export knows by keys: short, typable, and each given once."""

import re
import unicodedata

_LONGEST = 48
_OURS = frozenset({"squad", "last_resort", "all", "shadow", "first_responder", "primary", "second_line"})
"""Names that mean something in a rules file, or that only the roles of the carried policy get."""


class Names:
    """People, squads and rotas are told by name in the same list, so they share one stock of names."""

    def __init__(self) -> None:
        self._taken = set(_OURS)

    def give(self, text: str, joint: str = "-") -> str:
        """A name made from `text`, with a number where it is taken."""
        base = slug(text, joint)
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base}{joint}{number}", number + 1
        self._taken.add(name)
        return name


def slug(text: str, joint: str = "-") -> str:
    """`Asha Weiß` as `asha-weiss`. Letters of other scripts stay, for the rules file takes them too."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", plain))
    return joint.join(words)[:_LONGEST].strip(joint) or "unnamed"
