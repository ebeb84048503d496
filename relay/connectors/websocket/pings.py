"""
Pings, and what becomes of a client that does not answer them (RFC 6455, 5.5.2).

One sweep looks after all connections of an entrypoint. Those that are quiet and those
that owe an answer each stand in the order of their times, so that a sweep reads no
further than the first whose time has not come.
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
        """Whether it is written to and read from now: else a clock stands still."""

    def ping(self) -> None:
        """Send it a ping."""

    def pong_missing(self) -> None:
        """It has not answered in time: end the connection."""

    def fail(self, outcome: Outcome) -> None:
        """End the connection, since its ping has failed."""


class Pings:
    """
    Looks after the connections of one entrypoint.

    :param interval_ms: how long after a sign of life a ping is sent; 0 for never.
    :param timeout_ms: how long the next sign of life may take then; 0 is for ever.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, interval_ms: int, timeout_ms: int) -> None:
        self._clock = clock
        self._interval_s = interval_ms / 1000.0
        self._timeout_s = timeout_ms / 1000.0
        self._quiet: dict[Pinged, float] = {}
        """Since when each has given no sign of life and was not pinged."""
        self._asked: dict[Pinged, float] = {}
        """Since when each owes an answer."""
        self._sweep = LoopingCall(self._look)
        self._sweep.clock = clock

    def watch(self, client: Pinged) -> None:
        """Begin to look after a client."""
        if self._interval_s:
            self._quiet[client] = self._clock.seconds()
            if not self._sweep.running:
                self._sweep.start(SWEEP_S, now=False)

    def heard(self, client: Pinged) -> None:
        """Note a sign of life of a client that owes one: any byte is."""
        if self._asked.pop(client, None) is not None:
            self._quiet[client] = self._clock.seconds()

    def forget(self, client: Pinged) -> None:
        """Look after a client no more; harmless the second time."""
        self._quiet.pop(client, None)
        self._asked.pop(client, None)
        if not self._quiet and not self._asked and self._sweep.running:
            self._sweep.stop()

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
    """Take out those whose time began no later."""
    due: list[Pinged] = []
    for client, since_s in since.items():
        if since_s > latest_s:
            break
        due.append(client)
    for client in due:
        del since[client]
    return due
