"""Which endpoint takes the next call."""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.balancing import Balancer


def turns(balancer: Balancer[str], count: int) -> str:
    """The first choices, one letter each."""
    return "".join(balancer.next() or "-" for _ in range(count))


class BalancerTests(SynchronousTestCase):
    def test_round_robin(self) -> None:
        """Each endpoint in turn; weights do not count."""
        balancer = Balancer("ROUND_ROBIN", [("a", 5), ("b", 1), ("c", 1)], [])
        self.assertEqual(turns(balancer, 7), "abcabca")

    def test_weighted_round_robin(self) -> None:
        """Turns follow the weights, and are spread evenly."""
        balancer = Balancer("WEIGHTED_ROUND_ROBIN", [("a", 5), ("b", 1), ("c", 1)], [])
        self.assertEqual(turns(balancer, 14), "aabacaa" * 2)

    def test_random(self) -> None:
        """Every endpoint comes up, whatever its weight."""
        balancer = Balancer("RANDOM", [("a", 1000), ("b", 1)], [])
        seen = Counter(turns(balancer, 400))
        self.assertGreater(min(seen["a"], seen["b"]), 100)

    def test_weighted_random(self) -> None:
        """A heavier endpoint comes up more often."""
        balancer = Balancer("WEIGHTED_RANDOM", [("a", 9), ("b", 1)], [])
        seen = Counter(turns(balancer, 1000))
        self.assertGreater(seen["a"], 4 * seen["b"])
        self.assertGreater(seen["b"], 0)

    def test_a_weight_below_one_counts_as_one(self) -> None:
        """No weight takes an endpoint out."""
        for kind in ("WEIGHTED_ROUND_ROBIN", "WEIGHTED_RANDOM"):
            balancer = Balancer(kind, [("a", 0), ("b", -3)], [])
            self.assertEqual(set(turns(balancer, 200)), {"a", "b"}, kind)

    def test_secondary_endpoints_wait(self) -> None:
        """Secondary endpoints are used only where there is no other."""
        self.assertEqual(
            turns(Balancer("ROUND_ROBIN", [("a", 1)], [("z", 1)]), 3), "aaa"
        )
        self.assertEqual(
            turns(Balancer("ROUND_ROBIN", [], [("y", 1), ("z", 1)]), 3), "yzy"
        )

    def test_nothing_to_choose(self) -> None:
        """A group without endpoints gives none, for every kind."""
        for kind in (
            "ROUND_ROBIN",
            "RANDOM",
            "WEIGHTED_ROUND_ROBIN",
            "WEIGHTED_RANDOM",
        ):
            balancer: Balancer[str] = Balancer(kind, [], [])
            self.assertIsNone(balancer.next(), kind)

    def test_unknown_kind(self) -> None:
        """An unknown kind is refused when the deployment is made ready."""
        self.assertRaises(ValueError, Balancer, "LEAST_CONNECTIONS", [("a", 1)], [])
