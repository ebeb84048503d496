"""How APIs are kept."""

from dataclasses import replace

from relay.model.records import ApiRecord
from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api, plan


class ApisTests(DatabaseTestCase):
    """APIs come back as they went in, and gateways hear of what concerns them."""

    def save(self, record: ApiRecord) -> ApiRecord:
        """
        :param record: saved in a transaction of its own.
        """
        return self.write(lambda tx: tx.apis.save(record))

    def test_round_trip(self) -> None:
        """All fields come back, whatever JSON the definition holds."""
        record = api(
            definition={
                "name": "née 事件 \x00 \ud800",
                "listeners": [{"type": "HTTP", "paths": [{"path": "/a/"}]}],
                "nested": [None, True, 1.5, 2**70, {"z": 1, "a": 2}],
            },
            state="STARTED",
            lifecycle_state="PUBLISHED",
            visibility="PUBLIC",
            deployed_at_ms=4_102_444_800_000,
        )
        self.write(lambda tx: tx.apis.add(record))
        found = self.read(lambda tx: tx.apis.get("api-1"))
        self.assertEqual(found, record)
        assert found is not None
        self.assertEqual(list(found.definition["nested"][4]), ["z", "a"])

    def test_unknown(self) -> None:
        """An id that is not there gives nothing, not an error."""
        self.assertIsNone(self.read(lambda tx: tx.apis.get("api-1")))
        self.assertEqual(self.read(lambda tx: tx.apis.list()), [])

    def test_list_in_order_of_creation(self) -> None:
        """The order is that of the calls even when the clock goes back."""

        def add(tx: Transaction) -> None:
            for number, id in enumerate(["c", "a", "b"]):
                tx.apis.add(api(id, created_at_ms=1_000 - number))

        self.write(add)
        self.write(lambda tx: tx.apis.save(api("c")))
        ids = [record.id for record in self.read(lambda tx: tx.apis.list())]
        self.assertEqual(ids, ["c", "a", "b"])

    def test_add_twice(self) -> None:
        """An id is used once; the second attempt fails and changes nothing."""
        self.write(lambda tx: tx.apis.add(api()))
        with self.assertRaises(StoreError) as raised:
            self.write(lambda tx: tx.apis.add(api(hrid="other")))
        self.assertRegex(str(raised.exception), r"apis\.id|uq_apis_id")
        self.assertEqual(self.read(lambda tx: tx.apis.list()), [api()])

    def test_save_replaces(self) -> None:
        """Saving replaces the record, with the time of the transaction."""
        self.write(lambda tx: tx.apis.add(api()))
        record = api(definition={"name": "new"}, visibility="PUBLIC")
        saved = self.write(lambda tx: tx.apis.save(record))
        self.assertEqual(saved, replace(record, updated_at_ms=5_000))
        self.assertEqual(self.read(lambda tx: tx.apis.get("api-1")), saved)

    def test_save_unknown(self) -> None:
        """Saving does not create."""
        with self.assertRaises(StoreError) as raised:
            self.write(lambda tx: tx.apis.save(api()))
        self.assertEqual(str(raised.exception), "API api-1 is not in the store")

    def test_updated_at_strictly_increases(self) -> None:
        """Every save is later than the one before, even when the clock stands still,
        goes back, or the caller's record is of the future."""
        self.write(lambda tx: tx.apis.add(api()))
        instants = []
        for now_ms, given_ms in [(5_000, 1), (5_000, 1), (10, 9_999), (5_003, 0)]:
            self.now_ms = now_ms
            record = api(updated_at_ms=given_ms)
            instants.append(self.save(record).updated_at_ms)
        self.assertEqual(instants, [5_000, 5_001, 5_002, 5_003])

    def test_save_announces_state_only(self) -> None:
        """Saving a draft does not concern gateways, starting and stopping does."""
        self.write(lambda tx: tx.apis.add(api()))
        self.write(lambda tx: tx.apis.save(api(definition={"name": "draft"})))
        self.assertEqual(self.changed(), [])
        self.write(lambda tx: tx.apis.save(api(state="STARTED")))
        self.write(lambda tx: tx.apis.save(api(state="STOPPED")))
        self.assertEqual(self.changed(), ["api-1", "api-1"])

    def test_delete_takes_all_with_it(self) -> None:
        """An API's plans and deployments go with it, those of others stay."""

        def fill(tx: Transaction) -> None:
            for id in ("api-1", "api-2"):
                tx.apis.add(api(id))
                tx.plans.add(plan(f"plan of {id}", id))
                tx.deployments.add(id, {}, [], None)

        self.write(fill)
        self.write(lambda tx: tx.apis.delete("api-1"))

        def left(tx: Transaction) -> list[object]:
            return [
                [record.id for record in tx.apis.list()],
                [len(tx.plans.list(id)) for id in ("api-1", "api-2")],
                [tx.deployments.latest(id) is None for id in ("api-1", "api-2")],
            ]

        self.assertEqual(self.read(left), [["api-2"], [0, 1], [True, False]])
        self.assertEqual(self.changed(), ["api-1", "api-2", "api-1"])

    def test_delete_unknown(self) -> None:
        """Deleting an unknown API announces no change."""
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.changed(), [])
