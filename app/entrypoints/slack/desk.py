"""Takes what comes from Slack, over whichever way it came, and sees it through also after Slack has been answered."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass

import structlog

from app.adapters.channels.slack_api import SlackApi
from app.adapters.slack_requests import Click, Command, Submission
from app.adapters.sources.fields import word
from app.domain.cover_told import offer_of
from app.domain.errors import AppError, InvalidPayload
from app.domain.events import Acknowledge, Action, Actor, CallSecondLine, Resolve
from app.domain.message import OFFER_COVER, TAKE_COVER
from app.domain.notification import Sent
from app.entrypoints.slack.asking import Asking, Stranger, person_of
from app.entrypoints.slack.commands import run_command
from app.entrypoints.slack.cover import accept_offer, offer_what_is_needed
from app.entrypoints.slack.forms import FORMS, Form, view_of
from app.entrypoints.slack.wording import refusal_of, stranger, whispered
from app.wiring import Application

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds until Slack is answered, whatever has become of the work: it waits for three."""

BROKEN = "Something broke here, and it is not sure that this was recorded: look at the incident, or use its link."


@dataclass(frozen=True, slots=True)
class Said:
    """What to tell a person; `done`: what they asked for was done; `field`: what of a form cannot be."""

    done: bool
    text: str
    field: str = ""


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
                if errors := await self.submit(asked):
                    return {"response_action": "errors", "errors": errors}
        return {}

    async def click(self, click: Click) -> None:
        """The person is told what it did, to them alone; what all see changes with the incident itself."""
        await self._within_patience(self._begin(self._told(self._clicked(click), click.response_url)))

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Why it was not done, by the field that is to blame, for the form that is still open; empty when it was, or
        may yet be."""
        incident, url = word(submission.kept.get("incident")), word(submission.kept.get("response_url"))
        form = FORMS.get(submission.form)
        if form is None:
            self._begin(self._told(_unknown(), url))
            return {}
        try:
            action = form.action(submission.values, self._application.clock.now())
        except InvalidPayload as refused:
            return {refused.field: refused.reason}
        asking = Asking(self._application, submission.user, submission.key)
        work = self._begin(_said(asking.answer(incident, submission.form, action, form.note(submission.values))))
        said = await self._within_patience(work)
        if said and not said.done:
            return {said.field if said.field in form.fields else form.fields[0]: said.text}
        self._begin(self._told(work, url))
        return {}

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
        if form := FORMS.get(click.answer):
            return await self._open(form, click)
        asking = Asking(self._application, click.user, click.key)
        if click.answer == TAKE_COVER:
            return await _said(accept_offer(asking, offer_of(click.about)))
        if click.answer == OFFER_COVER:
            return await _said(offer_what_is_needed(asking, click.about))
        action = ANSWERS.get(click.answer)
        if action is None:
            return await _unknown()
        return await _said(asking.answer(click.incident, click.answer, action))

    async def _open(self, form: Form, click: Click) -> Said:
        """At once, for Slack allows three seconds. A stranger learns it before anything is written."""
        rules = self._application.in_force.rules
        if not person_of(click.user, rules):
            return Said(False, stranger(click.user))
        try:
            view = view_of(form, click, rules)
        except InvalidPayload as refused:
            return Said(False, refusal_of(refused))
        opened = await self._api.call("views.open", {"trigger_id": click.trigger, "view": view})
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


async def _unknown() -> Said:
    """Of a message that an older version has posted."""
    return Said(False, "Nothing was changed: this is not known here any more.")


async def _said(work: Coroutine[None, None, str]) -> Said:
    """What to tell of the work, or of why it was not done. The outermost frame of what is asked for on Slack."""
    try:
        return Said(True, await work)
    except Stranger as refused:
        return Said(False, str(refused))
    except InvalidPayload as refused:
        return Said(False, refusal_of(refused), refused.field)
    except AppError as refused:
        return Said(False, refusal_of(refused))
    except Exception as error:
        log.exception("slack.failed", error=type(error).__name__)
        return Said(False, BROKEN)
