"""Load balancing at a real daemon: how the calls are spread over the endpoints."""

from __future__ import annotations

from collections import Counter

from tests.wire.upstream.group_case import OK, GroupCase, Sources


class BalancingTests(GroupCase):
    """Three endpoints, of which each answers with its name."""

    def spread(
        self, balancer: str, calls: int, weights: tuple[int, ...] = ()
    ) -> Counter[str]:
        """Count the calls that each endpoint received."""
        names = ("one", "two", "three")
        self.open(
            Sources(one=OK, two=OK, three=OK),
            {"enabled": False},
            names,
            balancer=balancer,
            weights=weights,
        )
        self.order = [self.call()[1] for _ in range(calls)]
        return Counter(self.order)

    def test_round_robin(self) -> None:
        """Each in turn."""
        self.spread("ROUND_ROBIN", 6)
        self.assertEqual(self.order, ["one", "two", "three"] * 2)

    def test_weighted_round_robin(self) -> None:
        """As many calls as the weights say, whatever their order."""
        spread = self.spread("WEIGHTED_ROUND_ROBIN", 18, (1, 5, 3))
        self.assertEqual(spread, {"one": 2, "two": 10, "three": 6})

    def test_random(self) -> None:
        """Every endpoint is called, and no order is kept."""
        spread = self.spread("RANDOM", 60)
        self.assertEqual(spread.keys(), {"one", "two", "three"})
        self.assertNotEqual(self.order, ["one", "two", "three"] * 20)

    def test_weighted_random(self) -> None:
        """Calls are spread in proportion to the weights."""
        spread = self.spread("WEIGHTED_RANDOM", 60, (1, 98, 1))
        self.assertGreater(spread["two"], 40)
