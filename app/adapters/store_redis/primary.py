"""Calls of the primary: sent, sent once more when it was lost meanwhile, and confirmed where that was asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

import msgspec
from redis.exceptions import NoScriptError, ResponseError

from app.adapters.store_redis.confirming import Confirmation
from app.adapters.store_redis.failures import LOST, Elsewhere, closed_is_lost, meaning_of, reason_of
from app.adapters.store_redis.heartbeat import Heartbeat
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.scripts import Script
from app.domain.errors import StoreUnavailable, Unconfirmed

WITHIN = 4.0
"""Seconds that a call may take in all, with waiting for the server to come back and sending again."""

A_MINUTE = timedelta(minutes=1)
A_WEEK = timedelta(days=7)

Command = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One call of a script that writes. The server remembers it, and its answer, for a while, so it may be repeated.

    `confirmed`: it counts only once it is in as many places as were asked for.
    """

    script: Script
    asked: dict[str, Any]
    incidents: Sequence[str] = ()
    remember: timedelta = A_MINUTE
    confirmed: bool = False


class Primary:
    """Carries out calls on whichever server is the primary. While there is none, they fail at once."""

    def __init__(self, heartbeat: Heartbeat, keys: Keys, confirmation: Confirmation) -> None:
        self._heartbeat = heartbeat
        self._keys = keys
        self._confirmation = confirmation

    async def write(self, order: Order) -> Any:
        """The script's answer. Raises `StoreUnavailable`, with a doubt when it may have been carried out."""
        op = token_hex(8)
        remember = order.remember // timedelta(milliseconds=1)
        call = self._script(order.script, op, {**order.asked, "remember": remember}, order.incidents)
        confirming = self._confirmation.command if order.confirmed else None
        answer, *confirmed = await self._call([call, confirming] if confirming else [call], doubt=op)
        if confirmed and not answer:
            self._refuse_unconfirmed(confirmed[0], op)
        return answer

    async def was_carried_out(self, op: str) -> bool:
        """Whether a call that writes was. Raises `Unconfirmed` while it is not in as many places as were asked for."""
        mark: Command = ("PEXPIRE", self._keys.done(op), A_WEEK // timedelta(milliseconds=1))  # A write, for WAIT.
        confirming = self._confirmation.command
        there, *confirmed = await self._call([mark, confirming] if confirming else [mark])
        if there and confirmed:
            self._refuse_unconfirmed(confirmed[0], op)
        return bool(there)

    def _refuse_unconfirmed(self, confirmed: Any, op: str) -> None:
        if missing := self._confirmation.missing(confirmed):
            self._heartbeat.doubt(op)
            raise Unconfirmed(f"it is stored, but {missing}", doubt=op)

    async def load(self, script: Script, asked: dict[str, Any]) -> Any:
        """What a script answers that only reads."""
        (answer,) = await self._call([self._script(script, "none", asked, ())])
        return answer

    async def read(self, *commands: Command) -> list[Any]:
        """The answers of plain commands that only read."""
        return await self._call(commands) if commands else []

    def _script(self, script: Script, op: str, asked: dict[str, Any], incidents: Sequence[str]) -> Command:
        keys = [self._keys.done(op), *self._keys.fixed]
        for incident in incidents:
            keys += self._keys.of_incident(incident)
        return ("EVALSHA", script, len(keys), *keys, msgspec.msgpack.encode(asked))

    async def _call(self, commands: Sequence[Command], doubt: str = "") -> list[Any]:
        try:
            async with asyncio.timeout(WITHIN):
                client = await self._heartbeat.client()
                try:
                    return await self._send(client, commands)
                except LOST as error:
                    self._heartbeat.suspect(client, reason_of(error))
                return await self._send(await self._heartbeat.next_client(), commands)
        except LOST as error:
            if doubt:
                self._heartbeat.doubt(doubt)
            reason = self._heartbeat.reason or reason_of(error)
            raise StoreUnavailable(f"the store did not answer: {reason}", doubt=doubt) from error

    async def _send(self, client: Any, commands: Sequence[Command]) -> list[Any]:
        answers = await _pipelined(client, commands, by_name=True)
        if isinstance(answers[0], NoScriptError):
            answers = await _pipelined(client, commands, by_name=False)
        for (name, *_), answer in zip(commands, answers, strict=True):
            if isinstance(answer, ResponseError) and name != "WAIT":
                raise _translated(answer)
        return answers


async def _pipelined(client: Any, commands: Sequence[Command], by_name: bool) -> list[Any]:
    """The answers of commands that go out together; an error that the server answers is an answer."""
    sent = [_command(*command, by_name=by_name) for command in commands]
    if len(sent) == 1:  # A pipeline of one costs the client a third more.
        try:
            with closed_is_lost():
                return [await client.execute_command(*sent[0])]
        except ResponseError as error:
            return [error]
    pipeline = client.pipeline(transaction=False)
    for one in sent:
        pipeline.execute_command(*one)
    with closed_is_lost():
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
    return answers


def _command(name: str, *values: Any, by_name: bool) -> Command:
    """A script goes by its name, or whole where the server does not know it yet."""
    if name != "EVALSHA":
        return (name, *values)
    script, *rest = values
    return ("EVALSHA", script.sha, *rest) if by_name else ("EVAL", script.text, *rest)


def _translated(error: ResponseError) -> Exception:
    """What the server did not carry out, and why; a fault of ours stays what it is."""
    meaning = meaning_of(error)
    if meaning is None:
        return error
    return Elsewhere(meaning.text) if meaning.moved else StoreUnavailable(f"the store cannot be used, {meaning.text}")
