"""
Pings, and the end of connections that do not answer them (RFC 6455, 5.5.2).

One periodic sweep serves all connections of an entrypoint. The quiet connections and
those that owe an answer are each kept in the order of their times, so that a sweep
stops at the first that is not due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from relay.model.outcome import Outcome

SWEEP_S = 0.25


class Pinged(Protocol):
    """A client's connection."""

    def can_answer(self) -> bool:
        """
        Whether it is written to and read from now; its clocks stand still otherwise.
        """

    def ping(self) -> None:
        """Send a ping."""

    def pong_missing(self) -> None:
        """End the connection: the client has not answered in time."""

    def fail(self, outcome: Outcome) -> None:
        """End the connection: sending the ping has failed."""


class Pings:
    """
    Pings the connections of one entrypoint.

    :param interval_ms: how long after the last received byte a ping is sent; 0 for
        never.
    :param timeout_ms: how long the client may take to answer; 0 for ever.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, interval_ms: int, timeout_ms: int) -> None:
        self._clock = clock
        self._interval_s = interval_ms / 1000.0
        self._timeout_s = timeout_ms / 1000.0
        self._quiet: dict[Pinged, float] = {}
        """The connections that owe no answer, with the time of the last received
        byte."""
        self._asked: dict[Pinged, float] = {}
        """The connections that owe an answer, with the time of the ping."""
        self._sweep = LoopingCall(self._look)
        self._sweep.clock = clock

    def watch(self, client: Pinged) -> None:
        """Add a connection."""
        if self._interval_s:
            self._quiet[client] = self._clock.seconds()
            if not self._sweep.running:
                self._sweep.start(SWEEP_S, now=False)

    def heard(self, client: Pinged) -> None:
        """Note that a client has sent something: any byte answers a ping."""
        if self._asked.pop(client, None) is not None:
            self._quiet[client] = self._clock.seconds()

    def forget(self, client: Pinged) -> None:
        """Remove a connection; does nothing if it is not there."""
        self._quiet.pop(client, None)
        self._asked.pop(client, None)
        if not self._quiet and not self._asked and self._sweep.running:
            self._sweep.stop()

    def clocks(self, client: Pinged) -> dict[str, float | None]:
        """
        Return the seconds until a connection is pinged, or must have answered.

        :return: by the names of the two; empty for a connection that is not watched.
        """
        now_s = self._clock.seconds()
        if (asked_s := self._asked.get(client)) is not None:
            left_s = asked_s + self._timeout_s - now_s if self._timeout_s else None
            return {"pongTimeout": left_s}
        heard_s = self._quiet.get(client)
        if heard_s is None:
            return {}
        return {"heartbeat": heard_s + self._interval_s - now_s}

    def _look(self) -> None:
        now_s = self._clock.seconds()
        if self._timeout_s:
            for client in _until(self._asked, now_s - self._timeout_s):
                if not client.can_answer():
                    self._asked[client] = now_s
                else:
                    self._tell(client, client.pong_missing)
        for client in _until(self._quiet, now_s - self._interval_s):
            if client.can_answer():
                self._asked[client] = now_s
                self._tell(client, client.ping)
            else:
                self._quiet[client] = now_s

    def _tell(self, client: Pinged, what: Callable[[], None]) -> None:
        """Call a client; an exception of it does not affect the others."""
        try:
            what()
        except Exception:
            self._log.failure("a connection's ping failed")
            self.forget(client)
            client.fail(Outcome.INTERNAL_ERROR)


def _until(since: dict[Pinged, float], latest_s: float) -> list[Pinged]:
    """Remove and return the connections whose time is not later."""
    due: list[Pinged] = []
    for client, since_s in since.items():
        if since_s > latest_s:
            break
        due.append(client)
    for client in due:
        del since[client]
    return due
