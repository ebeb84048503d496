"""One worker of the control process: its process, started again after each end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from relay.workers.child import Child
from relay.workers.line import Message
from relay.workers.restarts import Restarts
from relay.workers.worker_log import write


class Load(NamedTuple):
    """
    What a worker serves.

    :param streams: event streams.
    :param calls: other exchanges.
    :param spread_left_s: the time until a drain has ended the last stream, in seconds.
    :param hard_stop_left_s: the time until a drain cuts what is left.
    :param rate_per_s: how many streams a drain ends in a second.
    """

    streams: int = 0
    calls: int = 0
    spread_left_s: float = 0.0
    hard_stop_left_s: float = 0.0
    rate_per_s: float = 0.0


class Control(Protocol):
    """What a worker asks of the control process."""

    @property
    def restarts(self) -> bool:
        """Whether workers that end are started again."""

    def start_of(self, number: int) -> tuple[Message, Sequence[int]]:
        """Return the first message to a worker, and its sockets."""

    def changed(self) -> None:
        """A worker has become ready, is drained or has ended."""


class Worker:
    """
    A worker.

    :param number: from 1.
    :param count: of all workers.
    """

    log = Logger()

    def __init__(self, reactor: Any, number: int, count: int, control: Control) -> None:
        self.number = number
        self._reactor = reactor
        self._count = count
        self._control = control
        self._child: Child | None = None
        self._timer: IDelayedCall | None = None
        self.restarts = Restarts()
        self.is_ready = False
        """Whether it serves its first route table, or a later one."""
        self.is_drained = False
        self.load = Load()
        """As it has reported last."""
        self._last_end = ""
        self._answer: Deferred[list[str]] | None = None
        self._takes: dict[str, Callable[[Message], None]] = {
            "log": lambda message: write(number, message),
            "ready": self._ready,
            "load": self._loaded,
            "drained": self._drained,
            "prepared": self._prepared,
        }

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """The id of the process; None without one."""
        return None if self._child is None else self._child.pid

    @property
    def problem(self) -> str | None:
        """Why it does not serve; None while it does."""
        if self.is_ready and not self.restarts.is_loop:
            return None
        number, restarts = self.number, self.restarts
        if restarts.is_loop:
            return (
                f"worker {number} has ended {restarts.in_a_row} times in a row, the"
                f" last time {self._last_end}"
            )
        return f"worker {number} starts"

    def start(self) -> None:
        """Start a process, unless there is one or one is about to start."""
        if self._child is not None or self._timer is not None:
            return
        child = Child(self._reactor, self.number, self._received, self._ended)
        try:
            child.spawn(self._count)
        except OSError as error:
            self._last_end = f"before it began: {error.strerror}"
            self._again(0.0)
            return
        self._child = child
        message, sockets = self._control.start_of(self.number)
        child.line.send(message, sockets)

    def send(self, message: Message, sockets: Sequence[int] = ()) -> None:
        """Send a message, if there is a process that serves."""
        if self._child is not None and self.is_ready:
            self._child.line.send(message, sockets)

    def prepare(self, message: Message, sockets: Sequence[int]) -> Deferred[list[str]]:
        """
        Let a process that serves prepare other settings.

        :return: fires with the mistakes that it has found, or none when it ends.
        """
        answer: Deferred[list[str]] = Deferred()
        self._answer = answer
        self.send(message, sockets)
        return answer

    def kill(self) -> None:
        """End the process at once."""
        if self._child is not None:
            self._child.kill()

    def stop_waiting(self) -> None:
        """Start no process later."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _received(self, message: Message, descriptors: list[int]) -> None:
        self._takes[message["kind"]](message)

    def _ready(self, message: Message) -> None:
        self.is_ready, self.is_drained = True, False
        self.log.info(
            "worker {worker} serves (process {pid})", worker=self.number, pid=self.pid
        )
        self._control.changed()

    def _loaded(self, message: Message) -> None:
        self.load = Load(*message["load"])

    def _drained(self, message: Message) -> None:
        self.is_drained = True
        self._control.changed()

    def _prepared(self, message: Message) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.callback(message["mistakes"])

    def _ended(self, reason: str) -> None:
        child, self._child = self._child, None
        assert child is not None
        self.is_ready, self.load, self._last_end = False, Load(), reason
        self._prepared({"mistakes": []})
        if self._control.restarts:
            self.log.error(
                "worker {worker} (process {pid}) has ended {reason}",
                worker=self.number,
                pid=child.pid,
                reason=reason,
            )
            self._again(self._reactor.seconds() - child.begun_s)
        self._control.changed()

    def _again(self, ran_s: float) -> None:
        delay_s = self.restarts.ended(ran_s)
        if self.restarts.is_loop:
            self.log.error(
                "{problem}; it is started again in {delay} s",
                problem=self.problem,
                delay=round(delay_s, 1),
            )
        self._timer = self._reactor.callLater(delay_s, self._start_again)

    def _start_again(self) -> None:
        self._timer = None
        if self._control.restarts:
            self.start()
