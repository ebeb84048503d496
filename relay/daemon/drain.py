"""
The drain of the daemon: it takes no new clients, and those that it has end.

A drain begins by a request of an operator or by a stop. After ``drain.delay_ms``, in
which load balancers notice that the daemon is not ready, the listeners for clients are
closed, and event streams end evenly over a time. Requests on connections that are still
open are answered until that time is over, and are refused then. A drain that an
operator began can be cancelled; the daemon then accepts clients again.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.observability.drain_progress import DrainProgress
from relay.observability.readiness import DRAINING, Readiness


class DrainState(Enum):
    """What the daemon does with clients."""

    SERVING = "serving"
    DRAINING = "draining"
    DRAINED = "drained"


class Entrance(Protocol):
    """Where clients of published APIs come in."""

    def close(self) -> None:
        """Accept no new connections, and end each open one with its next response."""

    def refuse(self) -> None:
        """Refuse the requests of open connections."""

    def open(self) -> None:
        """Accept connections and requests again."""


class Draining(Protocol):
    """Ends exchanges; see :class:`relay.gateway.drain.Drain`."""

    def start(self) -> None:
        """Begin."""

    def cancel(self) -> None:
        """End no more exchanges."""

    def progress(self) -> DrainProgress:
        """Count what is left."""


MakeDraining = Callable[[float, float, Callable[[], None]], Draining]
"""Makes a drain of all exchanges, of its spread and hard stop in seconds, and what is
called when it is done."""


class DrainView(NamedTuple):
    """
    A drain, as an operator sees it.

    :param state: ``draining`` or ``drained``.
    :param stopping: whether the daemon stops, so that the drain cannot be changed.
    :param begun_ms: the time of day at which it began.
    :param streams_at_start: the number of event streams at that time.
    :param delay_left_s: the time for which new connections are still accepted.
    :param left: what is left.
    """

    state: str
    stopping: bool
    begun_ms: int
    streams_at_start: int
    delay_left_s: float
    left: DrainProgress


class NodeDrain:
    """
    Drains the daemon, once or several times.

    :param entrance: is closed and opened.
    :param make: makes the drain of all exchanges.
    :param readiness: is blocked while the daemon drains or is drained.
    :param delay_s: the time for which new connections are accepted after the daemon has
        become unready.
    :param spread_s: the spread of a stop, and of requests that give none.
    :param timeout_s: the time from the spread's end to the hard stop, unless a request
        gives the hard stop.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        entrance: Entrance,
        make: MakeDraining,
        readiness: Readiness,
        delay_s: float,
        spread_s: float,
        timeout_s: float,
        wall_ms: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._wall_ms = wall_ms
        self._entrance = entrance
        self._make = make
        self._readiness = readiness
        self._delay_s = delay_s
        self._spread_s = spread_s
        self._timeout_s = timeout_s
        self.state = DrainState.SERVING
        self.stopping = False
        """Whether the daemon stops, so that it does not serve again."""
        self.on_stop: Callable[[float], object] = _nothing
        """Called when the daemon stops, with how long its exchanges may take to end."""
        self._begun_ms = 0
        self._streams_at_start = 0
        self._draining: Draining | None = None
        self._delay: IDelayedCall | None = None
        self._spread: IDelayedCall | None = None
        self._refuses = False
        """Whether requests on open connections are refused."""
        self._waiting: list[Deferred[None]] = []
        self._waiting_for_refusals: list[Deferred[None]] = []

    def take(self, delay_s: float, spread_s: float, timeout_s: float) -> None:
        """
        Take other settings, for the drains that begin from now on.

        :param delay_s: as above.
        :param spread_s: as above.
        :param timeout_s: as above.
        """
        self._delay_s, self._spread_s, self._timeout_s = delay_s, spread_s, timeout_s

    @property
    def longest_s(self) -> float:
        """How long the exchanges and deliveries of a stop that begins now may take."""
        if self._draining is None:
            return self._delay_s + self._spread_s + self._timeout_s
        if self.state is DrainState.DRAINED:
            return self._timeout_s
        left = self._draining.progress()
        # Deliveries to consumers have their time after the spread.
        after_s = max(left.hard_stop_left_s, left.spread_left_s + self._timeout_s)
        return self._delay_left_s + after_s

    @property
    def view(self) -> DrainView | None:
        """The drain, as an operator sees it; None without one."""
        if self._draining is None:
            return None
        return DrainView(
            self.state.value,
            self.stopping,
            self._begun_ms,
            self._streams_at_start,
            self._delay_left_s,
            self._draining.progress(),
        )

    def begin(self, spread_s: float | None, hard_stop_s: float | None) -> None:
        """
        Drain, until :meth:`cancel`. A drain that runs is replaced, unless the daemon
        stops.

        :param spread_s: over which event streams end; None for that of the settings.
        :param hard_stop_s: the time from the end of the delay to the hard stop; None
            for that of the settings.
        """
        if self.stopping:
            return
        self._drop()
        spread_s = self._spread_s if spread_s is None else spread_s
        if hard_stop_s is None:
            hard_stop_s = spread_s + self._timeout_s
        self.state, self._begun_ms = DrainState.DRAINING, self._wall_ms()
        self._readiness.block(DRAINING, "the daemon drains")
        draining = self._draining = self._make(spread_s, hard_stop_s, self._finish)
        left = draining.progress()
        self._streams_at_start = left.streams
        self.log.info(
            "draining: {streams} event streams end over {spread} s, {calls} other calls"
            " have {hard_stop} s to end",
            streams=left.streams,
            spread=round(spread_s, 3),
            calls=left.calls,
            hard_stop=round(hard_stop_s, 3),
        )
        if self._delay_s:
            self._delay = self._clock.callLater(
                self._delay_s, self._close, draining, spread_s
            )
        else:
            self._close(draining, spread_s)

    def cancel(self) -> None:
        """Serve clients again; nothing without a drain, or if the daemon stops."""
        if self.stopping or self._draining is None:
            return
        self._drop()
        self.state, self._refuses = DrainState.SERVING, False
        self._entrance.open()
        self._readiness.clear(DRAINING)
        self.log.info("the drain is cancelled: clients are accepted")

    def stop(self) -> Deferred[None]:
        """
        Drain because the daemon stops. A drain that runs goes on as it was asked for.

        :return: fires when no exchange is left.
        """
        self.on_stop(self.longest_s)
        if self._draining is None:
            self.begin(None, None)
        self.stopping = True
        self._readiness.block(DRAINING, "the daemon stops")
        return self.when_drained()

    def when_drained(self) -> Deferred[None]:
        """Fire when no exchange is left, of this drain or of a later one."""
        over: Deferred[None] = Deferred()
        if self.state is DrainState.DRAINED:
            over.callback(None)
        else:
            self._waiting.append(over)
        return over

    @property
    def _delay_left_s(self) -> float:
        if self._delay is None:
            return 0.0
        return max(0.0, self._delay.getTime() - self._clock.seconds())

    def when_refusing(self) -> Deferred[None]:
        """Fire when the spread is over: no exchange begins from then on."""
        over: Deferred[None] = Deferred()
        if self._refuses:
            over.callback(None)
        else:
            self._waiting_for_refusals.append(over)
        return over

    def _close(self, draining: Draining, spread_s: float) -> None:
        self._delay = None
        self._entrance.close()
        if spread_s:
            self._spread = self._clock.callLater(spread_s, self._refuse)
        else:
            self._refuse()
        draining.start()

    def _refuse(self) -> None:
        self._spread = None
        self._refuses = True
        self._entrance.refuse()
        _fire(self._waiting_for_refusals)

    def _finish(self) -> None:
        if self._spread is not None:
            self._spread.cancel()
            self._refuse()
        self.state = DrainState.DRAINED
        self.log.info("drained: no exchange is open")
        _fire(self._waiting)

    def _drop(self) -> None:
        """Forget the drain before, if there was one."""
        draining, self._draining = self._draining, None
        if draining is not None:
            draining.cancel()
        delay, self._delay = self._delay, None
        spread, self._spread = self._spread, None
        for timer in (delay, spread):
            if timer is not None:
                timer.cancel()


def _fire(waiting: list[Deferred[None]]) -> None:
    while waiting:
        waiting.pop().callback(None)


def _nothing(longest_s: float) -> None:
    """Do nothing."""
