"""Tests of :mod:`relay.cluster.local.link`, with a hub in the same process."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import TestCase

from tests.cluster.contract import LinkContract
from tests.cluster.direct import Machine
from tests.cluster.engines import Engine, Process


class _Engine:
    """A machine without sockets, on a clock that tests advance."""

    def __init__(self) -> None:
        self._machine = Machine()
        self._machine.start_hub()
        self._machine.settle()

    async def process(self, name: str) -> Process:
        """Start a process."""
        member = self._machine.member(name)
        self._machine.turn()
        return member

    async def until(self, condition: Callable[[], object]) -> None:
        """Advance the clock until a condition is true."""
        for _ in range(100):
            if condition():
                return
            self._machine.advance(0.1)
        raise AssertionError("the condition is still false after ten seconds")

    async def passed(self, seconds: float) -> None:
        """Advance the clock."""
        self._machine.advance(seconds)

    async def lose(self) -> None:
        """End the hub."""
        self._machine.kill_hub()

    async def restart(self) -> None:
        """Start another hub."""
        self._machine.turn()
        self._machine.start_hub()
        self._machine.settle()

    async def close(self) -> None:
        """Leave all to the collector."""


class HubContractTests(LinkContract, TestCase):
    """The contract of links, with the hub in the same process."""

    async def make_engine(self) -> Engine:
        """Start a machine."""
        return _Engine()
