"""The sessions of a member on one partition, one after the other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, Protocol

from redis.exceptions import RedisError
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.cluster.link import EngineLost
from relay.cluster.redis.keys import Keys
from relay.cluster.redis.locating import Locator, NoServer
from relay.cluster.redis.scripts import SessionEnded
from relay.cluster.redis.session import Options, Read, Request, Session
from relay.cluster.redis.thread import LoopThread

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 1.0
OPEN_S = 3.0
"""How long it may take to find the server and to open a session."""
CLOSE_S = 1.0
"""How long the closing of a session may take."""
_LONGEST_PROBLEM = 200
_EXPECTED = (RedisError, NoServer, SessionEnded, OSError, TimeoutError)
_log = Logger()


class Listener(Protocol):
    """Who uses a partition; called in the reactor's thread."""

    def attached(self, session: str) -> None:
        """A session begins; nothing of an earlier one is left."""

    def detached(self, problem: str) -> None:
        """There is no session: the last one has ended, or none could be opened."""

    def read(self, streams: Read) -> None:
        """Take what was read."""


class Partition:
    """
    A partition of the engine.

    :param thread: in which its sessions run.
    """

    def __init__(
        self, keys: Keys, options: Options, locator: Locator, thread: LoopThread
    ) -> None:
        self.keys = keys
        self._options = options
        self._locator = locator
        self._thread = thread
        self._listener: Listener | None = None
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._unread: asyncio.Future[None] | None = None
        self._closed = asyncio.Event()

    # In the reactor's thread.

    def start(self, listener: Listener) -> None:
        """Open sessions from now on."""
        self._listener = listener
        self._thread.post(self._begin)

    def request(self, request: Request) -> Deferred[list[Any]]:
        """
        Run a script.

        :return: fires with what it answers. Fails with :class:`EngineLost`.
        """
        request.done = done = Deferred[list[Any]]()
        self._thread.post(self._submit, request)
        return done

    def order(self, request: Request) -> None:
        """Run a script whose answer nobody waits for."""
        self._thread.post(self._submit, request)

    def stop(self, stopped: Callable[[], object]) -> None:
        """
        Close the session.

        :param stopped: called when it is closed.
        """
        self._thread.post(self._end, stopped)

    # In the loop.

    def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    def _submit(self, request: Request) -> None:
        if self._session is None:
            self.settle(request, EngineLost())
        else:
            self._session.submit(request)

    def settle(self, request: Request, outcome: list[Any] | Exception) -> None:
        """Take the outcome of a request."""
        if request.done is not None:
            self._thread.hand(_fire, request.done, outcome)
        elif request.script == "close":
            self._closed.set()

    async def read(self, streams: Read) -> None:
        """Hand over what was read, once the reactor has taken what was read before."""
        if self._unread is not None:
            await self._unread
        self._unread = asyncio.get_running_loop().create_future()
        self._thread.hand(self._deliver, streams, self._unread)

    def _deliver(self, streams: Read, taken: asyncio.Future[None]) -> None:
        assert self._listener is not None
        try:
            self._listener.read(streams)
        finally:
            self._thread.post(_take, taken)

    async def _run(self) -> None:
        former, failed = "", 0
        while True:
            session = Session(self.keys, self._options, self)
            try:
                async with asyncio.timeout(OPEN_S):
                    await session.open(self._locator, former)
                former, failed = session.name, 0
                await self._serve(session)
            except Exception as error:
                problem = _described(error)
                if not isinstance(error, _EXPECTED):
                    self._thread.hand(
                        _log.failure, "the Redis client failed", Failure()
                    )
            finally:
                self._session = self._unread = None
                await session.close()
            assert self._listener is not None
            self._thread.hand(self._listener.detached, problem)
            delay_s = min(FIRST_DELAY_S * 2**failed, LONGEST_DELAY_S)
            failed += 1
            await asyncio.sleep(delay_s * random.uniform(0.5, 1))

    async def _serve(self, session: Session) -> None:
        assert self._listener is not None
        self._session = session
        self._thread.hand(self._listener.attached, session.name)
        await session.serve()

    def _end(self, stopped: Callable[[], object]) -> None:
        asyncio.ensure_future(self._stop()).add_done_callback(
            lambda _: self._thread.hand(stopped)
        )

    async def _stop(self) -> None:
        if self._session is not None:
            self._session.submit(Request("close", (self.keys.ended,), ()))
            try:
                async with asyncio.timeout(CLOSE_S):
                    await self._closed.wait()
            except TimeoutError:
                pass
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def _fire(done: Deferred[list[Any]], outcome: list[Any] | Exception) -> None:
    if isinstance(outcome, Exception):
        done.errback(Failure(outcome))
    else:
        done.callback(outcome)


def _take(taken: asyncio.Future[None]) -> None:
    if not taken.done():
        taken.set_result(None)


def _described(error: Exception) -> str:
    if isinstance(error, SessionEnded):
        return "the session has ended"
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return str(error)[:_LONGEST_PROBLEM] or type(error).__name__
