"""Takes what comes from Slack, over whichever way it came, and sees it through also after Slack has been answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass

import structlog

from app.adapters.channels.slack_api import SlackApi
from app.adapters.slack_requests import Click, Command, Submission
from app.adapters.sources.fields import word
from app.domain.cover_told import offer_of
from app.domain.errors import AppError
from app.domain.events import Acknowledge, Action, Actor, CallSecondLine, Note, Resolve
from app.domain.message import OFFER_COVER, TAKE_COVER
from app.domain.notification import Sent
from app.entrypoints.slack.asking import Asking, Stranger, person_of
from app.entrypoints.slack.commands import run_command
from app.entrypoints.slack.cover import accept_offer, offer_what_is_needed
from app.entrypoints.slack.wording import refusal_of, stranger, whispered
from app.wiring import Application

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds until Slack is answered, whatever has become of the work: it waits for three."""

LONGEST_NOTE = 3_000
NOTE_BLOCK = "note"
BROKEN = "Something broke here, and it is not sure that this was recorded: look at the incident, or use its link."


@dataclass(frozen=True, slots=True)
class Said:
    """What to tell a person; `done`: what they asked for was done."""

    done: bool
    text: str


class Desk:
    """`rest` waits for what is still in hand; nothing is handed in afterwards."""

    def __init__(self, application: Application, api: SlackApi) -> None:
        self._application = application
        self._api = api
        self._in_hand: set[asyncio.Task[Said]] = set()

    async def interaction(self, asked: Click | Submission | None) -> dict[str, object]:
        """Take what somebody clicked or wrote; what to answer Slack, empty for nothing."""
        match asked:
            case Click():
                await self.click(asked)
            case Submission():
                if complaint := await self.submit(asked):
                    return {"response_action": "errors", "errors": {NOTE_BLOCK: complaint}}
        return {}

    async def click(self, click: Click) -> None:
        """The person is told what it did, to them alone; what all see changes with the incident itself."""
        await self._within_patience(self._begin(self._told(self._clicked(click), click.response_url)))

    async def submit(self, submission: Submission) -> str:
        """Why the note was not written, for the form that is still open; empty when it was, or may yet be."""
        text = submission.text[:LONGEST_NOTE]
        if not text:
            return "Write something, or cancel."
        incident, url = word(submission.kept.get("incident")), word(submission.kept.get("response_url"))
        asking = Asking(self._application, submission.user, submission.key)
        work = self._begin(_said(asking.answer(incident, "note", lambda by: Note(by, text))))
        said = await self._within_patience(work)
        if said and not said.done:
            return said.text
        self._begin(self._told(work, url))
        return ""

    async def command(self, command: Command) -> dict[str, object]:
        """What to answer at once; empty when it will be told later."""
        asking = Asking(self._application, command.user, command.key)
        work = self._begin(_said(run_command(asking, command.text)))
        said = await self._within_patience(work)
        if said is None:
            self._begin(self._told(work, command.response_url))
        return whispered(said.text) if said and said.text else {}

    async def rest(self) -> None:
        while self._in_hand:
            await asyncio.gather(*self._in_hand)

    async def _clicked(self, click: Click) -> Said:
        if click.answer == "note":
            return await self._ask_for_text(click)
        asking = Asking(self._application, click.user, click.key)
        if click.answer == TAKE_COVER:
            return await _said(accept_offer(asking, offer_of(click.about)))
        if click.answer == OFFER_COVER:
            return await _said(offer_what_is_needed(asking, click.about))
        action = ANSWERS.get(click.answer)
        if action is None:
            return Said(False, "Nothing was changed: this button is not known here any more.")
        return await _said(asking.answer(click.incident, click.answer, action))

    async def _ask_for_text(self, click: Click) -> Said:
        """Opens the form at once, for Slack allows three seconds. A stranger learns it before anything is written."""
        if not person_of(click.user, self._application.in_force.rules):
            return Said(False, stranger(click.user))
        opened = await self._api.call("views.open", {"trigger_id": click.trigger, "view": _form(click)})
        return Said(True, "") if isinstance(opened, Sent) else Said(False, f"No form was opened: {opened.reason}")

    def _begin(self, work: Coroutine[None, None, Said]) -> "asyncio.Task[Said]":
        task = asyncio.create_task(work, name="slack")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return task

    async def _within_patience(self, task: "asyncio.Task[Said]") -> Said | None:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else None

    async def _told(self, work: Awaitable[Said], url: str) -> Said:
        said = await work
        if said.text and url:
            told = await self._api.respond(url, whispered(said.text))
            if not isinstance(told, Sent):
                log.warning("slack.untold", reason=told.reason)
        return said


ANSWERS: Mapping[str, Callable[[Actor], Action]] = {
    "acknowledge": Acknowledge,
    "resolve": Resolve,
    "second-line": CallSecondLine,
}
"""What a click alone does, by the button's `action_id`."""


async def _said(work: Coroutine[None, None, str]) -> Said:
    """What to tell of the work, or of why it was not done. The outermost frame of what is asked for on Slack."""
    try:
        return Said(True, await work)
    except Stranger as refused:
        return Said(False, str(refused))
    except AppError as refused:
        return Said(False, refusal_of(refused))
    except Exception as error:
        log.exception("slack.failed", error=type(error).__name__)
        return Said(False, BROKEN)


def _form(click: Click) -> dict[str, object]:
    """The modal for a note. Source: https://docs.slack.dev/reference/views/modal-views/."""
    kept = {"incident": click.incident, "response_url": click.response_url}
    field = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": LONGEST_NOTE}
    return {
        "type": "modal",
        "callback_id": "note",
        "private_metadata": json.dumps(kept)[:3_000],
        "title": _plain("Note"),
        "submit": _plain("Write"),
        "close": _plain("Cancel"),
        "blocks": [{"type": "input", "block_id": NOTE_BLOCK, "label": _plain("For the timeline"), "element": field}],
    }


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}
