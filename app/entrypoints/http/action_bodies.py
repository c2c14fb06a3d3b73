"""What callers send to act on an incident; unknown fields are refused."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.domain.classify import Severity
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant, Length

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
RequiredName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
RequiredProse = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]

By = Annotated[Name, Field(description="The person who acts; a token that belongs to a person may leave it out.")]


def _strict(**example: str) -> ConfigDict:
    return ConfigDict(**exemplified(example), extra="forbid")


class RaiseBody(BaseModel):
    model_config = _strict(title="Checkout is slow", description="Three customers called.", squad="payments", by="asha")

    title: Title
    description: Prose = ""
    severity: Severity = Severity.CRITICAL
    squad: Name = ""
    by: Annotated[Name, Field(description="Who reports it; anybody. Default: the token's person, or its name.")] = ""


class ActionBody(BaseModel):
    """An action that needs no more than the one who does it."""

    model_config = _strict(by="asha")

    by: By = ""


class ReasonBody(BaseModel):
    model_config = _strict(by="asha", reason="the database needs an expert")

    by: By = ""
    reason: Sentence = ""


class ReassignBody(BaseModel):
    model_config = _strict(by="asha", to="ben")

    by: By = ""
    to: RequiredName


class NoteBody(BaseModel):
    model_config = _strict(by="asha", text="Failed over to the replica; watching.")

    by: By = ""
    text: RequiredProse


class TagBody(BaseModel):
    model_config = ConfigDict(**exemplified({"by": "asha", "squads": ["payments", "web"]}), extra="forbid")

    by: By = ""
    squads: Annotated[list[RequiredName], Field(min_length=1, max_length=20)]


class TicketBody(BaseModel):
    model_config = _strict(by="asha", squad="payments")

    by: By = ""
    squad: Annotated[Name, Field(description="Whose tracker. Default: the incident's own squad.")] = ""


class HandBody(BaseModel):
    model_config = _strict(by="eve", squad="payments", reason="their release of this morning")

    by: By = ""
    squad: RequiredName
    reason: Sentence = ""


class PromoteBody(BaseModel):
    model_config = _strict(by="eve", severity="high", reason="customers cannot pay")

    by: By = ""
    severity: Annotated[Severity, Field(description="critical or high.")]
    reason: Sentence = ""


class MuteBody(BaseModel):
    """Until an instant, for a length of time, or for good; exactly one of them."""

    model_config = _strict(by="eve", reason="fixed in the release of next week", **{"for": "7d"})

    by: By = ""
    until: Instant | None = None
    length: Annotated[Length | None, Field(alias="for")] = None
    for_good: bool = False
    reason: Sentence = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.until is not None) + (self.length is not None) + self.for_good != 1:
            raise ValueError("say either `until`, `for`, or `for_good`")
        return self

    def end(self, now: datetime) -> datetime | None:
        """None is for good."""
        return now + self.length if self.length is not None else self.until


class SnoozeBody(BaseModel):
    """Until an instant, or for a length of time; exactly one of them."""

    model_config = _strict(by="asha", **{"for": "90m"})

    by: By = ""
    until: Instant | None = None
    length: Annotated[Length | None, Field(alias="for")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.until is None) == (self.length is None):
            raise ValueError("say either `until` or `for`")
        return self

    def end(self, now: datetime) -> datetime:
        return self.until if self.until is not None else now + (self.length or timedelta(0))
