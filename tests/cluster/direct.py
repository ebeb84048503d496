"""Links to a hub in the same process, which can be cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import Clock
from zope.interface import implementer

from relay.cluster.local.durable import Histories
from relay.cluster.local.hub import SETTLE_MS, Hub
from relay.cluster.local.link import LocalLink
from relay.cluster.local.messages import Message
from relay.cluster.local.session import Session

STARTED_MS = 1_700_000_000_000


@implementer(IDelayedCall)
class _Call:
    """A call on the clock of a process."""

    def __init__(self, clock: ProcessClock, call: Callable[[], object]) -> None:
        self._clock = clock
        self._call = call
        self._is_over = False
        self.timer: Any = None
        """The call on the clock of the machine."""

    def run(self) -> None:
        """Make the call; that of a process that is suspended waits."""
        if self._is_over:
            return
        if self._clock.is_stopped:
            self._clock.due.append(self)
            return
        self._is_over = True
        self._call()

    def getTime(self) -> float:
        """Return when the call is due."""
        due_s: float = self.timer.getTime()
        return due_s

    def cancel(self) -> None:
        """Do not make the call."""
        if self.timer.active():
            self.timer.cancel()
        self._is_over = True

    def delay(self, secondsLater: float) -> None:
        """Make the call later."""
        self.timer.delay(secondsLater)

    def reset(self, secondsFromNow: float) -> None:
        """Make the call at another time."""
        self.timer.reset(secondsFromNow)

    def active(self) -> bool:
        """Whether the call is still to be made."""
        return not self._is_over


@implementer(IReactorTime)
class ProcessClock:
    """
    The clock of a process that can be suspended.

    :param clock: of the machine.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self.due: list[_Call] = []
        """Calls that became due while the process was suspended."""
        self.is_stopped = False

    def seconds(self) -> float:
        """Return the time of the machine."""
        return self._clock.seconds()

    def callLater(
        self, delay: float, callable: Callable[..., object], *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        """Call later, when the process runs."""
        call = _Call(self, partial(callable, *args, **kwargs))
        call.timer = self._clock.callLater(delay, call.run)
        return call

    def getDelayedCalls(self) -> Sequence[IDelayedCall]:
        """Return the pending calls of the machine."""
        return self._clock.getDelayedCalls()

    def resume(self) -> None:
        """Let the process run again, and make the calls that are due."""
        self.is_stopped = False
        due, self.due = self.due, []
        for call in due:
            self._clock.callLater(0, call.run)


class _End:
    """
    One end of a connection; what it sends arrives in a later turn, in order.

    :param clock: of the process at the other end.
    :param receive: takes a message at the other end.
    :param closed: called when this end is closed.
    """

    def __init__(
        self,
        clock: IReactorTime,
        receive: Callable[[Message], None],
        closed: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._receive = receive
        self._closed = closed
        self._queue: deque[Message] = deque()
        self._scheduled = False
        self.is_open = True

    def send(self, message: Message) -> None:
        """Send a message to the other end."""
        if not self.is_open:
            return
        self._queue.append(message)
        if not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._deliver)

    def _deliver(self) -> None:
        self._scheduled = False
        queue, self._queue = self._queue, deque()
        while queue and self.is_open:
            self._receive(queue.popleft())

    def close(self) -> None:
        """Close the connection; what has not arrived is lost."""
        if self.is_open:
            self.is_open = False
            self._closed()


class Member:
    """
    A process with a link.

    :param machine: its machine.
    """

    def __init__(self, machine: Machine, name: str) -> None:
        self._machine = machine
        self.clock = ProcessClock(machine.clock)
        """The clock of all that runs in the process."""
        self.link = LocalLink(name, self.clock)
        self._ends: tuple[_End, _End] | None = None
        self._session: Session | None = None

    def connect(self) -> None:
        """Connect to the hub, if it runs and there is no connection."""
        hub = self._machine.hub
        if hub is None or self._ends is not None or self.clock.is_stopped:
            return
        to_link = _End(self.clock, self.link.received, self.cut)
        session = hub.connect(to_link)
        to_hub = _End(
            self._machine.clock, lambda one: hub.received(session, one), self.cut
        )
        self._session, self._ends = session, (to_hub, to_link)
        self.link.connected(to_hub)

    def cut(self) -> None:
        """Cut the connection: what is under way in both directions is lost."""
        if self._ends is None:
            return
        for end in self._ends:
            end.is_open = False
        session, self._session = self._session, None
        if session is not None:
            if self._machine.hub is not None:
                self._machine.hub.disconnected(session)
            self.clock.callLater(0, self._lost)

    def _lost(self) -> None:
        self._ends = None
        self.link.disconnected()

    def lose_answers(self) -> None:
        """Cut the way from the hub only: what is sent is done, and not answered."""
        assert self._ends is not None
        self._ends[1].is_open = False

    def kill(self) -> None:
        """End the process."""
        self._machine.kill(self)

    def stop(self) -> None:
        """Suspend the process: it does nothing until :meth:`resume`."""
        self.clock.is_stopped = True

    def resume(self) -> None:
        """Let the process run again."""
        self.clock.resume()


class Machine:
    """
    A hub, and processes that connect to it again whenever they have no connection.

    :param clock: of all of them.
    :param histories: makes the histories of durable channels, for each hub; None for
        hubs without them.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        histories: Callable[[], Histories] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._histories = histories
        self.hub: Hub | None = None
        self.members: list[Member] = []

    def wall_ms(self) -> int:
        """Return the time of day."""
        return STARTED_MS + round(self.clock.seconds() * 1000)

    def start_hub(self) -> None:
        """Start a hub, without logs, and connect all members to it."""
        histories = None if self._histories is None else self._histories()
        self.hub = Hub(self.clock, self.wall_ms, histories)
        self.hub.start()
        self.connect()

    def kill_hub(self) -> None:
        """End the hub, and all connections to it."""
        assert self.hub is not None
        self.hub.stop()
        self.hub = None
        for member in self.members:
            member.cut()

    def member(self, name: str) -> Member:
        """Start a process."""
        member = Member(self, name)
        self.members.append(member)
        member.connect()
        return member

    def kill(self, member: Member) -> None:
        """End a process."""
        self.members.remove(member)
        member.stop()
        member.cut()

    def connect(self) -> None:
        """Connect the members that have no connection."""
        for member in self.members:
            member.connect()

    def settle(self) -> None:
        """Let a hub that was just started restore its logs."""
        self.turn()
        self.clock.advance(SETTLE_MS / 1000)
        self.turn()

    def turn(self, turns: int = 20) -> None:
        """Let all that is under way arrive."""
        for _ in range(turns):
            self.clock.advance(0)

    def advance(self, seconds: float, step_s: float = 0.1) -> None:
        """Let time pass; members without a connection connect again."""
        left_s = seconds
        while left_s > 1e-9:
            self.clock.advance(min(step_s, left_s))
            left_s -= step_s
            self.connect()
            self.turn()
