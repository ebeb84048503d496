"""How plans are kept."""

from dataclasses import replace

from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, plan


class PlansTests(DatabaseTestCase):
    """Plans come back as they went in and belong to one API."""

    def setUp(self) -> None:
        """Have an API to add plans to."""
        super().setUp()
        self.write(lambda tx: tx.apis.add(api()))

    def test_round_trip(self) -> None:
        """All fields come back."""
        record = plan(
            definition={"security": {"type": "KEY_LESS"}},
            status="CLOSED",
            order=7,
            published_at_ms=2_000,
            closed_at_ms=4_102_444_800_000,
        )
        self.write(lambda tx: tx.plans.add(record))
        self.assertEqual(self.read(lambda tx: tx.plans.get("api-1", "plan-1")), record)

    def test_of_another_api(self) -> None:
        """A plan is not found, saved or deleted through another API."""

        def fill(tx: Transaction) -> None:
            tx.apis.add(api("api-2"))
            tx.plans.add(plan())

        self.write(fill)
        self.assertIsNone(self.read(lambda tx: tx.plans.get("api-2", "plan-1")))
        self.assertEqual(self.read(lambda tx: tx.plans.list("api-2")), [])
        self.write(lambda tx: tx.plans.delete("api-2", "plan-1"))
        with self.assertRaises(StoreError) as raised:
            self.write(lambda tx: tx.plans.save(plan(api_id="api-2")))
        self.assertEqual(str(raised.exception), "plan plan-1 is not in the store")
        self.assertEqual(self.read(lambda tx: tx.plans.list("api-1")), [plan()])

    def test_list_by_order(self) -> None:
        """The order counts first, then the creation."""

        def add(tx: Transaction) -> None:
            for id, order in [("c", 2), ("b", 1), ("a", 1), ("d", 0)]:
                tx.plans.add(plan(id, order=order))

        self.write(add)
        ids = [record.id for record in self.read(lambda tx: tx.plans.list("api-1"))]
        self.assertEqual(ids, ["d", "b", "a", "c"])

    def test_needs_its_api(self) -> None:
        """A plan of an API that is not there is refused."""
        with self.assertRaises(StoreError) as raised:
            self.write(lambda tx: tx.plans.add(plan(api_id="nobody")))
        self.assertRegex(str(raised.exception), "(?i)foreign key")

    def test_save(self) -> None:
        """A saved plan is returned with a later time for each save."""
        self.write(lambda tx: tx.plans.add(plan()))
        record = plan(status="PUBLISHED", order=3, published_at_ms=4_000)
        first = self.write(lambda tx: tx.plans.save(record))
        self.assertEqual(first, replace(record, updated_at_ms=5_000))
        self.now_ms = 3
        second = self.write(lambda tx: tx.plans.save(record))
        self.assertEqual(second.updated_at_ms, 5_001)
        self.assertEqual(self.read(lambda tx: tx.plans.get("api-1", "plan-1")), second)

    def test_delete(self) -> None:
        """A deleted plan is gone."""
        self.write(lambda tx: tx.plans.add(plan()))
        self.write(lambda tx: tx.plans.delete("api-1", "plan-1"))
        self.assertEqual(self.read(lambda tx: tx.plans.list("api-1")), [])

    def test_drafts_are_not_announced(self) -> None:
        """No change of a plan concerns gateways before it is deployed."""
        self.write(lambda tx: tx.plans.add(plan()))
        self.write(lambda tx: tx.plans.save(plan(status="PUBLISHED")))
        self.write(lambda tx: tx.plans.delete("api-1", "plan-1"))
        self.assertEqual(self.changed(), [])
