"""What somebody means who answers a text message: a verb and perhaps a code, or STOP, or nothing that is sure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

CODE_DIGITS = 6
MOST_DIGITS = 12
"""More are no code that somebody has mistyped."""

_BETWEEN = re.compile(r"[\s.,;:!#*'\"()/-]+")
_PART = re.compile(r"[a-z]+|[0-9]+")


class Verb(StrEnum):
    """What is to be done with an incident."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    SECOND_LINE = "second-line"


_VERBS = {
    "4": Verb.ACKNOWLEDGE,
    "ack": Verb.ACKNOWLEDGE,
    "acknowledge": Verb.ACKNOWLEDGE,
    "acknowledged": Verb.ACKNOWLEDGE,
    "6": Verb.RESOLVE,
    "resolve": Verb.RESOLVE,
    "resolved": Verb.RESOLVE,
    "7": Verb.SECOND_LINE,
    "second": Verb.SECOND_LINE,
    "secondline": Verb.SECOND_LINE,
}


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """`code` is the digits that came with the verb; empty when there were none."""

    verb: Verb
    code: str = ""


class Wish(StrEnum):
    """Whether a number wants text messages at all."""

    STOP = "stop"
    START = "start"


_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "unstop"})


def wish_in(text: str, said_by_provider: str = "") -> Wish | None:
    """STOP or START, as the provider has read it or as the whole text says it; None for anything else."""
    word = said_by_provider.strip().lower() or " ".join(_words(text))
    if word in _STOP:
        return Wish.STOP
    return Wish.START if word in _START else None


def parse_answer(text: str) -> TextAnswer | None:
    """`4`, `ACK 123456`, `6 123 456`, `4123456`, digits of any script: verb first, then digits and nothing else.

    None: it is not sure what is meant, and nothing is guessed.
    """
    words = _words(text)
    if any(not _PART.fullmatch(part) for part in words):
        return None
    if words and len(words[0]) == 1 + CODE_DIGITS and words[0].isdigit():
        words = [words[0][0], words[0][1:], *words[1:]]
    verb = _VERBS.get(words[0]) if words else None
    rest = words[1:]
    if verb is Verb.SECOND_LINE and rest[:1] == ["line"]:
        rest = rest[1:]
    if verb is None or not all(part.isdigit() for part in rest):
        return None
    code = "".join(rest)
    return TextAnswer(verb, code) if len(code) <= MOST_DIGITS else None


def _words(text: str) -> list[str]:
    """In lower case, digits of every script as ours, letters and digits apart."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in unicodedata.normalize("NFKC", text))
    spaced = [word for word in _BETWEEN.split(plain.casefold()) if word]
    return [part for word in spaced for part in (_PART.findall(word) if word.isascii() and word.isalnum() else [word])]
