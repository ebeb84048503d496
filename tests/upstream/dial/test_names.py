"""Names of hosts: one lookup for all, remembered, renewed, and bounded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.dial.names import (
    MOST_NAMES,
    MOST_OF_OWNER,
    MOST_WAITING,
    NEGATIVE_S,
    RECHECK_S,
    STALE_WAIT_S,
    Found,
    Names,
    Unresolved,
    look_up,
)

ONE, TWO = [("192.0.2.1", 0)], [("192.0.2.2", 0)]
DOWN = Unresolved("temporary failure", is_known=False)
UNKNOWN = Unresolved("no such name", is_known=True)


class Receiver:
    """Receives the result of a lookup."""

    def __init__(self, owner: object = None) -> None:
        self.owner = owner
        self.addresses: list[Any] = []
        self.reason: str | None = None
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None:
        """Note it."""
        self.resolution = resolution

    def addressResolved(self, address: Any) -> None:
        """Note an address."""
        self.addresses.append(address)

    def resolution_failed(self, reason: str) -> None:
        """Record the reason."""
        self.reason = reason

    def resolutionComplete(self) -> None:
        """Note the end."""
        assert not self.complete
        self.complete = True

    @property
    def hosts(self) -> list[str]:
        """The addresses."""
        return [one.host for one in self.addresses]


class Reactor(Clock):
    """A clock that threads can call."""

    def callFromThread(self, call: Any, *args: Any) -> None:
        """Call at once."""
        call(*args)


class NamesTests(SynchronousTestCase):
    """A name server in the test's hands."""

    def setUp(self) -> None:
        """Begin with an empty cache."""
        self.reactor = Reactor()
        self.asked: list[str] = []
        self.answers: dict[str, Found] = {}
        self.threads: list[Callable[[], None]] = []
        self.names = Names(
            self.reactor, 10_000, 60_000, 5_000, 8, self.look_up, self.threads.append
        )

    def look_up(self, name: str) -> Found:
        """Answer."""
        self.asked.append(name)
        return self.answers.get(name, ONE)

    def ask(self, name: str = "a.example", owner: object = None, **more: Any) -> Any:
        """Ask for a name."""
        receiver = Receiver(owner)
        self.names.resolveHostName(receiver, name, 443, **more)  # type: ignore[arg-type]
        return receiver

    def answer(self) -> None:
        """Complete all lookups under way."""
        threads, self.threads[:] = list(self.threads), []
        for work in threads:
            work()

    def test_other_limits(self) -> None:
        """They apply to the lookups that begin from then on."""
        self.ask()
        self.answer()
        self.names.limit(1_000, 60_000, 2_000, 4)
        self.reactor.advance(10)
        self.ask()
        self.answer()
        self.reactor.advance(1)
        self.ask()
        self.assertEqual(len(self.asked), 2)
        self.answer()
        self.assertEqual(len(self.asked), 3)
        late = self.ask("b.example")
        self.reactor.advance(2)
        self.assertTrue(late.complete)
        for number in range(8):
            self.ask(f"{number}.example")
        self.assertEqual(len(self.threads), 4)

    def test_all_who_ask_share_one_lookup(self) -> None:
        """
        Requests for one name share a lookup, independently of case and a final dot.
        """
        waiting = [self.ask(), self.ask("A.Example."), self.ask()]
        self.assertEqual([one.complete for one in waiting], [False] * 3)
        self.answer()
        self.assertEqual(self.asked, ["a.example"])
        for one in waiting:
            self.assertEqual(one.addresses, [IPv4Address("TCP", "192.0.2.1", 443)])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_what_is_known_is_told_at_once_for_a_while(self) -> None:
        """A known name is answered from the cache until its time is over."""
        self.ask()
        self.answer()
        self.reactor.advance(9.9)
        self.assertEqual(self.ask().hosts, ["192.0.2.1"])
        self.assertEqual(self.threads, [])
        self.reactor.advance(0.1)
        self.answers["a.example"] = TWO
        renewed = self.ask()
        self.assertFalse(renewed.complete)
        self.answer()
        self.assertEqual(renewed.hosts, ["192.0.2.2"])

    def test_addresses_of_before_serve_while_the_name_server_hangs(self) -> None:
        """
        Expired addresses are used after a short wait while the name server does not
        answer.
        """
        self.ask()
        self.answer()
        self.reactor.advance(10)
        first = self.ask()
        self.reactor.advance(STALE_WAIT_S)
        self.assertEqual(first.hosts, ["192.0.2.1"])
        self.assertEqual(self.ask().hosts, ["192.0.2.1"])
        self.reactor.advance(RECHECK_S)
        again = self.ask()
        self.assertFalse(again.complete)
        self.reactor.advance(STALE_WAIT_S)
        self.assertEqual(again.hosts, ["192.0.2.1"])
        self.assertEqual(len(self.threads), 1)

    def test_addresses_of_before_serve_while_the_name_server_fails(self) -> None:
        """Expired addresses are used for a bounded time while the name server fails."""
        self.ask()
        self.answer()
        self.answers["a.example"] = DOWN
        self.reactor.advance(10)
        stale = self.ask()
        self.answer()
        self.assertEqual(stale.hosts, ["192.0.2.1"])
        self.reactor.advance(60)
        over = self.ask()
        self.answer()
        self.assertEqual((over.hosts, over.reason), ([], "temporary failure"))

    def test_a_name_that_is_no_more_is_not_used_any_more(self) -> None:
        """The name server's word counts."""
        self.ask()
        self.answer()
        self.answers["a.example"] = UNKNOWN
        self.reactor.advance(10)
        gone = self.ask()
        self.answer()
        self.assertEqual((gone.hosts, gone.reason), ([], "no such name"))
        self.assertEqual(self.ask().reason, "no such name")
        self.reactor.advance(NEGATIVE_S)
        self.assertFalse(self.ask().complete)

    def test_nobody_waits_longer_than_the_bound(self) -> None:
        """A late answer serves those who come later."""
        waiting = self.ask()
        self.reactor.advance(5)
        self.assertTrue(waiting.complete)
        self.assertEqual(waiting.reason, "the name server does not answer")
        self.answer()
        self.assertEqual(waiting.hosts, [])
        self.assertEqual(self.ask().hosts, ["192.0.2.1"])

    def test_the_names_of_one_owner_hold_up_nobody_else(self) -> None:
        """Each owner has a share of the threads, and its further lookups wait."""
        own = [self.ask(f"hang{n}", owner="api-1") for n in range(MOST_OF_OWNER + 2)]
        self.assertEqual(len(self.threads), MOST_OF_OWNER)
        other = self.ask("fine", owner="api-2")
        self.assertEqual(len(self.threads), MOST_OF_OWNER + 1)
        self.threads.pop()()
        self.assertEqual(other.hosts, ["192.0.2.1"])
        self.answer()
        self.answer()
        self.assertTrue(all(one.complete for one in own))

    def test_lookups_are_bounded(self) -> None:
        """Beyond the threads they wait, and beyond that they are refused."""
        waiting = [self.ask(f"n{n}") for n in range(8 + MOST_WAITING)]
        self.assertEqual(len(self.threads), 8)
        self.assertEqual(self.ask("one more").reason, "too many names at once")
        for one in waiting[8:]:
            one.resolution.cancel()
        self.answer()
        self.assertEqual(self.threads, [])
        self.assertTrue(all(one.complete for one in waiting[:8]))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_what_is_remembered_is_bounded(self) -> None:
        """The name that was looked up longest ago is forgotten first."""
        for number in range(MOST_NAMES + 1):
            self.ask(f"n{number}")
            self.answer()
        self.assertEqual(self.ask("n1").hosts, ["192.0.2.1"])
        self.assertFalse(self.ask("n0").complete)

    def test_only_the_types_that_are_wanted(self) -> None:
        """
        Only the requested types of addresses are returned, with the scope of an IPv6
        address.
        """
        self.answers["six"] = [*ONE, ("fe80::1", 0, 0, 2)]
        both = self.ask("six")
        self.answer()
        self.assertEqual(both.addresses[1:], [IPv6Address("TCP", "fe80::1", 443, 0, 2)])
        four = self.ask("six", addressTypes=[IPv4Address])
        self.assertEqual(four.hosts, ["192.0.2.1"])

    def test_a_lookup_that_raises_is_an_answer(self) -> None:
        """A lookup that raises is a failure of the resolution."""

        def broken(name: str) -> Found:
            raise KeyError(name)

        self.names._look_up = broken
        waiting = self.ask()
        self.answer()
        self.assertEqual(waiting.reason, "KeyError")


STOPS = """
import time
from twisted.internet import reactor
from relay.upstream.dial.names import Names

def hangs(name):
    time.sleep(60)

Names(reactor, 1, 1, 60_000, 4, hangs).install()

def ask():
    from twisted.internet.endpoints import HostnameEndpoint
    from twisted.internet.protocol import Factory
    HostnameEndpoint(reactor, "hang.example", 80).connect(Factory()).addErrback(print)
    reactor.callLater(0.1, reactor.stop)

reactor.callWhenRunning(ask)
reactor.run()
"""


class ProcessTests(SynchronousTestCase):
    """A process of its own."""

    def test_a_stop_is_not_held_up_by_a_name_server_that_hangs(self) -> None:
        """The threads end with the process."""
        command = [sys.executable, "-c", STOPS]
        done = subprocess.run(command, timeout=30, check=False)
        self.assertEqual(done.returncode, 0)


class LookUpTests(SynchronousTestCase):
    """The system's resolver."""

    def test_localhost(self) -> None:
        """``localhost`` has a loopback address."""
        found = look_up("localhost")
        assert not isinstance(found, Unresolved)
        self.assertIn(found[0][0], ("127.0.0.1", "::1"))

    def test_what_is_no_name(self) -> None:
        """Invalid names have no address."""
        for name in ("a" * 64 + ".example", "\ud800"):
            self.assertIsInstance(look_up(name), Unresolved, ascii(name))
