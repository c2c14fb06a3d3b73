"""What becomes of a form when somebody else has saved another version meanwhile: nothing of either is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.postmortem import PostMortem, Section
from app.domain.postmortem_markdown import helped_word


@dataclass(frozen=True, slots=True)
class Merge:
    """What stands in the form now; `theirs` is what somebody else has written in places where both have."""

    values: Mapping[str, str]
    theirs: Mapping[str, str] = field(default_factory=dict)


def stored_in(one: PostMortem) -> dict[str, str]:
    """A version as the form shows it."""
    return {
        **{name.value: one.sections.get(name, "") for name in Section},
        "further": one.further,
        "owner": one.owner,
        "facilitator": one.facilitator,
        "runbook_helped": helped_word(one.runbook_helped),
    }


def merged(base: Mapping[str, str], typed: Mapping[str, str], latest: Mapping[str, str]) -> Merge:
    """What nobody has touched here is as the latest version has it; what was typed stays."""
    own = {name: text for name, text in typed.items() if text.strip() != base[name].strip()}
    theirs = {
        name: latest[name]
        for name, text in own.items()
        if latest[name].strip() not in (base[name].strip(), text.strip())
    }
    return Merge({**latest, **own}, theirs)
