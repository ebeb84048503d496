"""
A session of a member on the server of one partition.

A session has two connections: one for scripts, which are sent in batches, and one for
the blocking read of all logs that are followed. Both are to the same process of the
server. The session ends with the first of them, and no connection is made anew under
it, so that it never spans two processes of a server, of which the second may have lost
what the first had answered.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio.connection import Connection
from redis.exceptions import ConnectionError as NotConnected, ResponseError
from twisted.internet.defer import Deferred

from relay.channel.idempotency import KeyReused
from relay.channel.ids import new_epoch
from relay.cluster.link import BEAT_MS, SESSION_MS, EngineLost, Fenced
from relay.cluster.redis.keys import Keys
from relay.cluster.redis.locating import Locator, ask
from relay.cluster.redis.scripts import Script, SessionEnded, Settling, result

ANSWER_S = SESSION_MS / 1000
"""How long a batch may take. The session may have ended by then."""
BLOCK_S = 5.0
"""How long a blocking read waits."""
MOST_REQUESTS = 1000
"""The most scripts of one batch."""
MOST_LOGS = 8
"""The most whole logs of one batch, which are to be answered in time."""
MOST_ENTRIES = 200
"""The most entries of a log in one answer of the blocking read."""
_WAIT_MS = 1000
"""How long replicas may take to have an append."""


@dataclass(slots=True, eq=False)
class Request:
    """
    A script to run.

    :param keys: beside those of the session.
    :param args: beside those of the session.
    :param done: fires in the reactor's thread, with what the script answers; None when
        nobody waits for it.
    :param log: the log that is followed, or not any more.
    :param replicated: whether replicas must have what was written.
    """

    script: str
    keys: Sequence[bytes]
    args: Sequence[bytes | str | int]
    done: Deferred[list[Any]] | None = None
    log: bytes | None = None
    replicated: bool = False


Read = list[tuple[bytes, list[tuple[bytes, list[bytes]]]]]
"""Entries by the key of their stream."""


class Owner(Protocol):
    """Who uses a session; called in the loop."""

    def settle(self, request: Request, outcome: list[Any] | Exception) -> None:
        """Take the outcome of a request."""

    def read(self, streams: Read) -> Awaitable[None]:
        """Take what was read; fires when more may be read."""


@dataclass(frozen=True, slots=True)
class Options:
    """
    What the sessions of a member have in common.

    :param member: the name of the member.
    :param wait_replicas: how many replicas must have what was appended before it is
        answered.
    """

    member: str
    scripts: dict[str, Script]
    wait_replicas: int = 0


class Session:
    """
    A session; opened by :meth:`open`.

    :param owner: who uses it.
    """

    def __init__(self, keys: Keys, options: Options, owner: Owner) -> None:
        self._keys = keys
        self._options = options
        self._owner = owner
        self._connections: list[Connection] = []
        self._generation = b""
        self._waiting: deque[Request] = deque()
        self._more = asyncio.Event()
        self._under_way: list[Request] = []
        self._settling: list[Request] = []
        """Requests that run once the engine has collected the copies."""
        self._exchanging = asyncio.Lock()
        self._places: dict[bytes, bytes] = {}
        """By the keys of streams that are read, the id of the newest entry."""
        self.name = f"{options.member}:{secrets.token_hex(8)}"
        """Names the session in the engine."""

    async def open(self, locator: Locator, former: str) -> None:
        """
        Connect, and open the session.

        :param former: the name of the session that it replaces; empty for none.
        :raises RedisError: when that cannot be done.
        """
        host, port = await locator.find(self._keys.tag)
        for _ in range(2):
            self._connections.append(await locator.connect(host, port))
        servers = [await _server(one) for one in self._connections]
        if servers[0] != servers[1]:
            raise NotConnected("two servers answer at one address")
        commands = self._connections[0]
        for script in self._options.scripts.values():
            await ask(commands, "SCRIPT", "LOAD", script.text)
        opened = result(
            await ask(
                commands,
                "EVALSHA",
                self._options.scripts["attach"].digest,
                3,
                self._keys.generation,
                self._keys.members,
                self._keys.ended,
                servers[0],
                secrets.token_hex(8),
                self.name,
                SESSION_MS,
                former,
            )
        )
        self._generation, newest = opened
        self._places = {self._keys.ended: newest, self._keys.wake(self.name): b"0-0"}

    def submit(self, request: Request) -> None:
        """Run a script, after those that were submitted before."""
        self._waiting.append(request)
        self._more.set()

    async def serve(self) -> None:
        """
        Run scripts and read logs, until something fails.

        :raises Exception: what has failed.
        """
        tasks = [
            asyncio.ensure_future(run())
            for run in (self._run_scripts, self._read_logs, self._beat)
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections, and fail what is not answered yet."""
        for one in self._connections:
            await one.disconnect(nowait=True)
        unanswered = [*self._under_way, *self._waiting, *self._settling]
        self._under_way, self._waiting, self._settling = [], deque(), []
        for request in unanswered:
            self._owner.settle(request, EngineLost())

    async def _run_scripts(self) -> None:
        while True:
            await self._more.wait()
            self._under_way = self._next_batch()
            if not self._waiting:
                self._more.clear()
            if self._under_way:
                async with self._exchanging, asyncio.timeout(ANSWER_S):
                    await self._exchange(self._connections[0], self._under_way)

    def _next_batch(self) -> list[Request]:
        batch: list[Request] = []
        logs = 0
        while self._waiting and len(batch) < MOST_REQUESTS and logs < MOST_LOGS:
            batch.append(self._waiting.popleft())
            logs += batch[-1].log is not None
        return batch

    async def _exchange(self, connection: Connection, batch: list[Request]) -> None:
        """Send a batch, and settle its requests when all are answered."""
        commands = [self._command(request) for request in batch]
        replicas = self._options.wait_replicas
        waits = replicas > 0 and any(request.replicated for request in batch)
        if waits:
            commands.append(("WAIT", replicas, _WAIT_MS))
        if not connection.is_connected:
            raise NotConnected("the connection has ended")
        await connection.send_packed_command(connection.pack_commands(commands))
        outcomes: list[list[Any] | Exception] = []
        refusal: Exception | None = None
        for _ in batch:
            try:
                outcomes.append(result(await connection.read_response()))
            except ResponseError as error:
                outcomes.append(EngineLost())
                refusal = error
            except SessionEnded as error:
                outcomes.append(error)
                refusal = error
            except (EngineLost, Fenced, KeyReused) as error:
                outcomes.append(error)
        kept = not waits or await connection.read_response() >= replicas
        self._under_way = []
        for request, outcome in zip(batch, outcomes, strict=True):
            if request.log is not None and isinstance(outcome, list):
                self._place(request.log, outcome)
            if request.replicated and not kept and isinstance(outcome, list):
                outcome = EngineLost()
            if isinstance(outcome, Settling):
                self._settling.append(request)
                loop = asyncio.get_running_loop()
                loop.call_later(outcome.left_ms / 1000, self._try_again, request)
            else:
                self._owner.settle(request, outcome)
        if refusal is not None:
            raise refusal

    def _try_again(self, request: Request) -> None:
        if request in self._settling:
            self._settling.remove(request)
            self.submit(request)

    def _place(self, log: bytes, answer: list[Any]) -> None:
        """Read a log from the place that is in the answer; without one, no more."""
        if answer:
            self._places[log] = answer[4]
        else:
            self._places.pop(log, None)

    def _command(self, request: Request) -> tuple[bytes | str | int, ...]:
        keys = self._keys
        digest = self._options.scripts[request.script].digest
        session = (self._generation, self.name, SESSION_MS, new_epoch())
        fixed = (
            "EVALSHA",
            digest,
            2 + len(request.keys),
            keys.generation,
            keys.members,
        )
        return (*fixed, *request.keys, *session, *request.args)

    async def _read_logs(self) -> None:
        connection = self._connections[1]
        wake = self._keys.wake(self.name)
        while True:
            places = self._places
            command = ("XREAD", "COUNT", MOST_ENTRIES, "BLOCK", int(BLOCK_S * 1000))
            async with asyncio.timeout(BLOCK_S + ANSWER_S):
                streams = await ask(
                    connection, *command, "STREAMS", *places.keys(), *places.values()
                )
            found: Read = []
            woken = False
            for key, entries in streams or ():
                if key in places:
                    places[key] = entries[-1][0]
                    woken = woken or key == wake
                    if key != wake:
                        found.append((key, entries))
            if found:
                await self._owner.read(found)
            if woken:
                # The answer with the place of the log that is to be read, too, may
                # still be under way.
                async with self._exchanging:
                    pass

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_MS / 1000)
            # What waits may take longer than the session lasts.
            self._waiting.appendleft(Request("beat", (self._keys.ended,), ()))
            self._more.set()


async def _server(connection: Connection) -> str:
    """
    Name the process of the server, and the history of its data.

    :raises NotConnected: when it is a replica, which cannot be written to.
    """
    facts: dict[str, str] = {}
    for section in ("server", "replication"):
        text = (await ask(connection, "INFO", section)).decode()
        facts |= dict(line.split(":", 1) for line in text.split() if ":" in line)
    if facts.get("role") != "master":
        raise NotConnected("the server is a replica")
    return f"{facts['run_id']}:{facts.get('master_replid', '')}"
