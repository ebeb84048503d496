"""Leases: rows of nodes that count their renewals, and no instants."""

from __future__ import annotations

from tests.store.databases import DatabaseTestCase, api


class LeasesTests(DatabaseTestCase):
    """The rows of one API."""

    def setUp(self) -> None:
        """Add an API, and two nodes."""
        super().setUp()
        self.write(lambda tx: tx.apis.add(api()))
        self.renew("a")
        self.renew("b")

    def renew(self, node: str) -> bool:
        """Count a renewal."""
        return self.write(lambda tx: tx.leases.renew(node))

    def take(self, node: str, api_id: str = "api-1") -> bool:
        """Ask for the lease."""
        return self.write(lambda tx: tx.leases.take(api_id, node))

    def bury(self, node: str, renewals: int | None = None) -> None:
        """Bury a node; with the count that it has, if none is given."""
        if renewals is None:
            renewals = self.read(lambda tx: tx.leases.nodes())[node]
        self.write(lambda tx: tx.leases.bury(node, renewals))

    def holds(self, node: str) -> bool:
        """Whether the lease is a node's."""
        return self.read(lambda tx: tx.leases.holds("api-1", node))

    def test_one_node_at_a_time(self) -> None:
        """The lease stays with its node at every time of day."""
        self.assertTrue(self.take("a"))
        for wall_ms in (5_000, 10**15, 0):
            self.now_ms = wall_ms
            self.assertFalse(self.take("b"))
            self.assertTrue(self.take("a"))

    def test_a_lease_given_back(self) -> None:
        """A node frees its own lease at once, and cannot free another node's."""
        self.take("a")
        self.write(lambda tx: tx.leases.give_back("api-1", "b"))
        self.assertFalse(self.take("b"))
        self.write(lambda tx: tx.leases.give_back("api-1", "a"))
        self.assertTrue(self.take("b"))

    def test_a_node_that_renewed_since_is_not_buried(self) -> None:
        """The observation is out of date."""
        self.take("a")
        observed = self.read(lambda tx: tx.leases.nodes())["a"]
        self.assertTrue(self.renew("a"))
        self.bury("a", observed)
        self.assertFalse(self.take("b"))

    def test_a_buried_node(self) -> None:
        """A buried node has no lease, and registers again."""
        self.take("a")
        self.assertTrue(self.holds("a"))
        self.bury("a")
        self.assertFalse(self.holds("a"))
        self.assertFalse(self.renew("a"))
        self.assertTrue(self.take("b"))
        self.assertEqual(self.read(lambda tx: tx.leases.of("b")), {"api-1"})
        self.assertFalse(self.take("a"))

    def test_an_owner_that_is_not_registered(self) -> None:
        """A node that is not registered does not hold a lease."""
        self.take("c")
        self.assertTrue(self.take("b"))

    def test_an_api_that_is_gone(self) -> None:
        """Has no owner, and takes its lease along."""
        self.assertFalse(self.take("a", "api-2"))
        self.take("a")
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.read(lambda tx: tx.leases.of("a")), frozenset())
