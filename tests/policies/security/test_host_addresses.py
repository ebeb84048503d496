"""Tests of :mod:`relay.policies.security.host_addresses`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.security.host_addresses import FAMILIES, HostAddresses
from relay.upstream.dial.names import Found, Names, Unresolved


class ResolvingClock(Clock):
    """
    A clock with the resolver of the gateway.

    :param hosts: the addresses by name, as name servers know them.
    """

    def __init__(self, hosts: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.asked: list[str] = []
        """The names that were looked up."""
        self._hosts = hosts
        self._started: list[Callable[[], None]] = []
        self.nameResolver = Names(
            self, 60_000, 0, 5_000, 8, self._found, self._started.append
        )

    def _found(self, name: str) -> Found:
        self.asked.append(name)
        return [
            (address, 0) if "." in address else (address, 0, 0, 0)
            for address in self._hosts.get(name, ())
        ] or Unresolved("unknown", is_known=True)

    def callFromThread(self, callable: Callable[..., Any], *args: Any) -> None:
        """Call at once."""
        callable(*args)

    def look_up(self) -> None:
        """Complete all lookups."""
        while self._started:
            self._started.pop()()


class HostAddressesTests(SynchronousTestCase):
    """The addresses of host names."""

    def setUp(self) -> None:
        """Have a resolver."""
        self.reactor = ResolvingClock(
            {"a.example": ["192.0.2.1"], "b.example": ["::1"]}
        )
        self.hosts = HostAddresses(self.reactor, FAMILIES["ALL"], "api-1")

    def test_found(self) -> None:
        """Known addresses are returned at once."""
        names = ["a.example", "b.example", "none.example"]
        waiting = self.hosts.find(names)
        assert isinstance(waiting, Deferred)
        self.assertNoResult(waiting)
        self.reactor.look_up()
        expected = {
            "a.example": {ip_address("192.0.2.1")},
            "b.example": {ip_address("::1")},
            "none.example": frozenset(),
        }
        self.assertEqual(self.successResultOf(waiting), expected)
        self.assertEqual(self.hosts.find(names), expected)
        self.assertEqual(sorted(self.reactor.asked), names)

    def test_no_answer(self) -> None:
        """The wait ends without an address."""
        waiting = self.hosts.find(["a.example"])
        assert isinstance(waiting, Deferred)
        self.reactor.advance(5)
        self.assertEqual(self.successResultOf(waiting), {"a.example": frozenset()})

    def test_cancelled(self) -> None:
        """A cancelled search leaves no timer."""
        waiting = self.hosts.find(["a.example", "b.example"])
        assert isinstance(waiting, Deferred)
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        self.assertEqual(self.reactor.getDelayedCalls(), [])
        self.reactor.look_up()
