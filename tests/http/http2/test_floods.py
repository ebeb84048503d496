"""Addresses from which floods came are refused."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.http.http2.floods import (
    FORGIVE_S,
    LONGEST_REFUSE_S,
    MOST_ADDRESSES,
    Floods,
)

ADDRESS = "203.0.113.9"


class FloodTests(SynchronousTestCase):
    """The floods of one listener."""

    def setUp(self) -> None:
        """Begin."""
        self.now_s = 100.0
        self.floods = Floods(lambda: self.now_s)

    def flood(self, times: int) -> None:
        """Report floods from the address."""
        for _ in range(times):
            self.floods.note(ADDRESS)

    def test_each_lessens_the_budget(self) -> None:
        """Down to a hundredth; other addresses have all of it."""
        shares = []
        for _ in range(4):
            shares.append(self.floods.share(ADDRESS))
            self.flood(1)
        self.assertEqual(shares, [1.0, 0.1, 0.01, 0.01])
        self.assertEqual(self.floods.share("203.0.113.10"), 1.0)

    def test_who_goes_on_is_refused_for_longer_each_time(self) -> None:
        """From the third flood on each refusal is longer, up to a limit."""
        self.flood(2)
        self.assertFalse(self.floods.refuses(ADDRESS))
        for wait_s in (1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_REFUSE_S, LONGEST_REFUSE_S):
            self.flood(1)
            self.assertTrue(self.floods.refuses(ADDRESS))
            self.now_s += wait_s - 0.001
            self.assertTrue(self.floods.refuses(ADDRESS))
            self.now_s += 0.001
            self.assertFalse(self.floods.refuses(ADDRESS))

    def test_a_calm_minute_is_forgiven(self) -> None:
        """An address has its full budget again, and is forgotten."""
        self.flood(5)
        self.now_s += FORGIVE_S
        self.assertEqual(self.floods.share(ADDRESS), 0.01)
        self.now_s += 0.001
        self.assertEqual(self.floods.share(ADDRESS), 1.0)
        self.assertFalse(self.floods.refuses(ADDRESS))
        self.assertEqual(len(self.floods._records), 0)

    def test_addresses_of_one_ipv6_network(self) -> None:
        """The addresses of one IPv6 network count as one client."""
        self.floods.note("2001:db8::1")
        self.assertEqual(self.floods.share("2001:db8::ffff:1"), 0.1)
        self.assertEqual(self.floods.share("2001:db8:0:1::1"), 1.0)

    def test_the_memory_is_bounded(self) -> None:
        """The address that was calm for the longest is forgotten first."""
        self.flood(1)
        for number in range(MOST_ADDRESSES):
            self.floods.note(f"2001:db8:0:{number:x}::1")
        self.assertEqual(len(self.floods._records), MOST_ADDRESSES)
        self.assertEqual(self.floods.share(ADDRESS), 1.0)
