"""What callers send about post-mortems; unknown fields are refused."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.action_item import LONGEST_TEXT, ActionKind, ActionState
from app.domain.postmortem import LONGEST_FURTHER, LONGEST_SECTION, Section
from app.domain.postmortem_import import LONGEST_FILE
from app.entrypoints.http.action_bodies import By, Name, RequiredName
from app.entrypoints.http.examples import exemplified

Version = Annotated[int, Field(ge=1, le=999_999, description="The version that this was written on top of.")]
Prose = Annotated[str, Field(max_length=LONGEST_SECTION)]
Ticket = Annotated[bool, Field(description="Open a ticket of it in the tracker of the incident's squad.")]
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class StartBody(BaseModel):
    model_config = ConfigDict(**exemplified({"incident": "06bf80f9c0000001", "by": "asha"}), extra="forbid")

    incident: RequiredName
    by: By = ""


class EditBody(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        **exemplified(
            {"version": 2, "by": "asha", "sections": {"impact": "412 customers could not pay for 70 minutes."}}
        ),
        extra="forbid",
    )

    version: Version
    by: By = ""
    sections: dict[Section, Prose] = {}
    further: Annotated[str | None, Field(max_length=LONGEST_FURTHER)] = None
    owner: Name | None = None
    facilitator: Name | None = None
    runbook_helped: bool | None = None


class ImportBody(BaseModel):
    """`version` is only needed for a file that does not say which one it was exported at."""

    model_config = ConfigDict(
        **exemplified({"by": "asha", "markdown": "---\nincident: 06bf80f9c0000001\nversion: 2\n---\n…"}), extra="forbid"
    )

    markdown: Annotated[str, Field(max_length=LONGEST_FILE)]
    by: By = ""
    version: Version | None = None


class MoveBody(BaseModel):
    """With `version`, only if that is still the latest."""

    model_config = ConfigDict(**exemplified({"by": "asha", "version": 3}), extra="forbid")

    by: By = ""
    version: Version | None = None


class ActionItemBody(BaseModel):
    model_config = ConfigDict(
        **exemplified(
            {
                "kind": "new_alert",
                "text": "Alert on the queue's depth",
                "owner": "asha",
                "due": "2026-12-04",
                "by": "ben",
            }
        ),
        extra="forbid",
    )

    kind: ActionKind = ActionKind.OTHER
    text: Line
    owner: Name = ""
    due: date | None = None
    ticket: Ticket = False
    by: By = ""


class ActionChangeBody(BaseModel):
    """What is left out stays as it is; `undated` takes the date away."""

    model_config = ConfigDict(**exemplified({"state": "done", "by": "asha"}), extra="forbid")

    state: ActionState | None = None
    text: Line | None = None
    owner: Name | None = None
    due: date | None = None
    undated: bool = False
    ticket: Ticket = False
    by: By = ""
