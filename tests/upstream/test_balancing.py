"""The choice of the endpoint for a call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.balancing import _CHOICES, Balancer


@dataclass(eq=False)
class Place:
    """An endpoint with a letter for a name."""

    name: str
    available: bool = True
    exchanges: int = 0


def places(**weights: int) -> list[tuple[Place, int]]:
    """Endpoints with their weights."""
    return [(Place(name), weight) for name, weight in weights.items()]


def turns(balancer: Balancer[Place], count: int) -> str:
    """The first choices, one letter each."""
    chosen = (balancer.next() for _ in range(count))
    return "".join(one.name if one is not None else "-" for one in chosen)


class BalancerTests(SynchronousTestCase):
    """Endpoints that are all available."""

    def test_round_robin(self) -> None:
        """Each endpoint in turn; weights do not count."""
        balancer = Balancer("ROUND_ROBIN", places(a=5, b=1, c=1), [])
        self.assertEqual(turns(balancer, 7), "abcabca")

    def test_weighted_round_robin(self) -> None:
        """Turns follow the weights, and are spread evenly."""
        balancer = Balancer("WEIGHTED_ROUND_ROBIN", places(a=5, b=1, c=1), [])
        self.assertEqual(turns(balancer, 14), "aabacaa" * 2)

    def test_random(self) -> None:
        """Every endpoint comes up, whatever its weight."""
        balancer = Balancer("RANDOM", places(a=1000, b=1), [])
        seen = Counter(turns(balancer, 400))
        self.assertGreater(min(seen["a"], seen["b"]), 100)

    def test_weighted_random(self) -> None:
        """A heavier endpoint comes up more often."""
        balancer = Balancer("WEIGHTED_RANDOM", places(a=9, b=1), [])
        seen = Counter(turns(balancer, 1000))
        self.assertGreater(seen["a"], 4 * seen["b"])
        self.assertGreater(seen["b"], 0)

    def test_least_streams(self) -> None:
        """The endpoint with the fewest exchanges for its weight, else each in turn."""
        (a, _), (b, _), (c, _) = three = places(a=1, b=1, c=2)
        balancer = Balancer("LEAST_STREAMS", three, [])
        self.assertEqual(turns(balancer, 4), "abca")
        a.exchanges, b.exchanges, c.exchanges = 3, 2, 5
        self.assertEqual(turns(balancer, 2), "bb")
        c.exchanges = 3
        self.assertEqual(turns(balancer, 2), "cc")

    def test_a_weight_below_one_counts_as_one(self) -> None:
        """No weight takes an endpoint out."""
        for kind in ("WEIGHTED_ROUND_ROBIN", "WEIGHTED_RANDOM", "LEAST_STREAMS"):
            balancer = Balancer(kind, places(a=0, b=-3), [])
            self.assertEqual(set(turns(balancer, 200)), {"a", "b"}, kind)

    def test_nothing_to_choose(self) -> None:
        """A group without endpoints gives none, for every kind."""
        for kind in _CHOICES:
            balancer: Balancer[Place] = Balancer(kind, [], [])
            self.assertIsNone(balancer.next(), kind)

    def test_unknown_kind(self) -> None:
        """An unknown kind is refused when the deployment is made ready."""
        self.assertRaises(ValueError, Balancer, "LEAST_CONNECTIONS", places(a=1), [])


class AvailabilityTests(SynchronousTestCase):
    """Endpoints of which some are not available."""

    def test_left_out(self) -> None:
        """An unavailable endpoint is skipped, and is chosen again when it returns."""
        for kind in _CHOICES:
            (a, _), (b, _) = both = places(a=1, b=1)
            balancer = Balancer(kind, both, [])
            a.available = False
            self.assertEqual(turns(balancer, 20), "b" * 20, kind)
            a.available = True
            self.assertEqual(set(turns(balancer, 200)), {"a", "b"}, kind)
            a.available = b.available = False
            self.assertEqual(turns(balancer, 2), "--", kind)

    def test_no_stampede(self) -> None:
        """
        An endpoint that returns has its normal share, and not the calls that it missed.
        """
        (a, _), (b, _) = both = places(a=1, b=1)
        balancer = Balancer("WEIGHTED_ROUND_ROBIN", both, [])
        a.available = False
        turns(balancer, 100)
        a.available = True
        self.assertEqual(Counter(turns(balancer, 10)), {"a": 5, "b": 5})
        self.assertFalse(b.exchanges)

    def test_secondary_endpoints_wait(self) -> None:
        """Secondary endpoints are used only while there is no other."""
        primary, secondary = places(a=1), places(y=1, z=1)
        balancer = Balancer("ROUND_ROBIN", primary, secondary)
        self.assertEqual(turns(balancer, 3), "aaa")
        primary[0][0].available = False
        self.assertEqual(turns(balancer, 3), "yzy")
        primary[0][0].available = True
        self.assertEqual(turns(balancer, 3), "aaa")
        self.assertEqual(turns(Balancer("ROUND_ROBIN", [], places(z=1)), 2), "zz")
