"""The properties of a transaction."""

from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, plan


class TransactionTests(DatabaseTestCase):
    """A transaction has one time and all tables, and is atomic."""

    def test_one_instant(self) -> None:
        """All that happens in a transaction happens at its instant, though the clock
        goes on meanwhile."""

        def work(tx: Transaction) -> list[int | None]:
            self.now_ms += 1_000
            tx.apis.add(api())
            tx.plans.add(plan())
            deployment = tx.deployments.add("api-1", {}, [], None)
            return [
                tx.now_ms,
                tx.apis.save(api()).updated_at_ms,
                tx.plans.save(plan()).updated_at_ms,
                deployment.created_at_ms,
            ]

        self.assertEqual(self.write(work), [5_000] * 4)

    def test_sees_itself(self) -> None:
        """A transaction reads what it wrote."""

        def work(tx: Transaction) -> object:
            tx.apis.add(api())
            return tx.apis.get("api-1")

        self.assertEqual(self.write(work), api())

    def test_touch(self) -> None:
        """An API can be announced by name alone."""
        self.write(lambda tx: tx.touch("anything"))
        self.assertEqual(self.changed(), ["anything"])
