"""The engine as its users in the reactor's thread see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.cluster.link import EngineLost
from relay.cluster.redis.keys import Keys
from relay.cluster.redis.partition import Partition
from relay.cluster.redis.session import Read, Request


class Shard:
    """
    A partition of the engine, and who uses it.

    :param clock: that of the reactor.
    :param changed: called when Redis answers no more, or answers again.
    """

    _log = Logger()

    def __init__(
        self, partition: Partition, clock: IReactorTime, changed: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._partition = partition
        self._changed = changed
        self.session: str | None = None
        """The session of this process; None while there is none."""
        self.problem: str | None = "not connected yet"
        self._told: str | None = self.problem
        self.on_attached: list[Callable[[], None]] = []
        self.on_detached: list[Callable[[], None]] = []
        self.on_read: Callable[[Read], None] = lambda streams: None

    @property
    def keys(self) -> Keys:
        """The names of its keys."""
        return self._partition.keys

    def start(self) -> None:
        """Open sessions from now on."""
        self._partition.start(self)

    def stop(self) -> Deferred[None]:
        """Close the session; fires when it is closed."""
        self.session = None
        stopped: Deferred[None] = Deferred()
        self._partition.stop(lambda: stopped.callback(None))
        return stopped

    def attached(self, session: str) -> None:
        """A session begins."""
        self.session = session
        self.problem = None
        for call in self.on_attached:
            call()
        self._note(None)

    def detached(self, problem: str) -> None:
        """There is no session."""
        self.session, self.problem = None, problem
        for call in self.on_detached:
            call()
        self._note(problem)

    def read(self, streams: Read) -> None:
        """Take what was read."""
        if self.session is not None:
            self.on_read(streams)

    def _note(self, problem: str | None) -> None:
        before, self._told = self._told, problem
        if problem == before:
            return
        if problem is None:
            self._log.info("Redis answers")
        else:
            self._log.warn("Redis does not answer: {problem}", problem=problem)
        if problem is None or before is None:
            self._changed()

    def request(
        self,
        script: str,
        keys: Sequence[bytes],
        args: Sequence[bytes | str | int] = (),
        *,
        log: bytes | None = None,
        replicated: bool = False,
    ) -> Deferred[list[Any]]:
        """
        Run a script.

        The parameters are those of :class:`relay.cluster.redis.session.Request`.

        :return: fires with what it answers. Fails with :class:`EngineLost`.
        """
        if self.session is None:
            return self.lost()
        request = Request(script, keys, args, None, log, replicated)
        return self._partition.request(request)

    def lost(self) -> Deferred[Any]:
        """Fail with :class:`EngineLost`, in a later turn."""
        done: Deferred[Any] = Deferred()
        self.later(done.errback, EngineLost())
        return done

    def later(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function in a later turn of the reactor."""
        self._clock.callLater(0, function, *args)

    def order(
        self,
        script: str,
        keys: Sequence[bytes],
        args: Sequence[bytes | str | int] = (),
        *,
        log: bytes | None = None,
    ) -> None:
        """Run a script whose answer nobody waits for; not while there is no session."""
        if self.session is not None:
            self._partition.order(Request(script, keys, args, None, log))
