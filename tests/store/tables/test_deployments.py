"""How deployments are kept."""

from uuid import UUID

from relay.model.records import Deployment, DeploymentHead
from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api


class DeploymentsTests(DatabaseTestCase):
    """Gateways get the newest snapshot of every started API."""

    def deploy(self, api_id: str = "api-1", name: str = "first") -> Deployment:
        """
        :param api_id: of an API in the store.
        :param name: tells the snapshot from others.
        """
        return self.write(
            lambda tx: tx.deployments.add(
                api_id, {"id": api_id, "name": name}, [{"id": "plan-1"}], "label"
            )
        )

    def test_add(self) -> None:
        """
        A snapshot has a number, a date and an announcement, and is returned unchanged.
        """
        self.write(lambda tx: tx.apis.add(api()))
        deployment = self.deploy()
        self.assertEqual(
            deployment,
            Deployment(
                id=deployment.id,
                api_id="api-1",
                number=1,
                label="label",
                definition={"id": "api-1", "name": "first"},
                plans=({"id": "plan-1"},),
                created_at_ms=5_000,
            ),
        )
        self.assertEqual(str(UUID(deployment.id, version=4)), deployment.id)
        self.assertEqual(
            self.read(lambda tx: tx.deployments.latest("api-1")), deployment
        )
        record = self.read(lambda tx: tx.apis.get("api-1"))
        self.assertEqual(record, api(deployed_at_ms=5_000))
        self.assertEqual(self.changed(), ["api-1"])

    def test_numbers_count_per_api(self) -> None:
        """Numbers go up by one for each API on its own."""

        def fill(tx: Transaction) -> None:
            tx.apis.add(api("api-1"))
            tx.apis.add(api("api-2"))

        self.write(fill)
        order = ["api-1", "api-1", "api-2", "api-1"]
        self.assertEqual([self.deploy(id).number for id in order], [1, 2, 1, 3])

    def test_needs_its_api(self) -> None:
        """An API that is not there cannot be deployed, and nothing is announced."""
        with self.assertRaises(StoreError):
            self.deploy("nobody")
        self.assertEqual(self.changed(), [])

    def test_active(self) -> None:
        """Only the newest snapshot of a started API is active."""
        self.assertIsNone(self.read(lambda tx: tx.deployments.latest("api-1")))
        self.write(lambda tx: tx.apis.add(api()))
        self.deploy(name="first")
        newest = self.deploy(name="second")
        self.assertIsNone(self.read(lambda tx: tx.deployments.active("api-1")))
        self.write(lambda tx: tx.apis.save(api(state="STARTED")))
        self.assertEqual(self.read(lambda tx: tx.deployments.active("api-1")), newest)

    def test_heads(self) -> None:
        """The deployments of an API are listed in pages, the newest first."""
        self.write(lambda tx: tx.apis.add(api("api-1")))
        self.write(lambda tx: tx.apis.add(api("api-2")))
        made = [self.deploy("api-1"), self.deploy("api-2"), self.deploy("api-1")]
        found, total = self.read(lambda tx: tx.deployments.heads("api-1", 0, 10))
        self.assertEqual(
            found,
            [DeploymentHead(one.id, one.number, "label", 5_000) for one in made[::-2]],
        )
        self.assertEqual(total, 2)
        second, total = self.read(lambda tx: tx.deployments.heads("api-1", 1, 10))
        self.assertEqual(([one.number for one in second], total), ([1], 2))

    def test_identified(self) -> None:
        """A deployment is found by its id, of its own API only."""
        self.write(lambda tx: tx.apis.add(api("api-1")))
        made = self.deploy("api-1")

        def find(tx: Transaction) -> list[Deployment | None]:
            names = ("api-1", made.id), ("api-2", made.id), ("api-1", "other")
            return [tx.deployments.identified(*name) for name in names]

        self.assertEqual(self.read(find), [made, None, None])

    def test_all_active(self) -> None:
        """Stopped and never deployed APIs are left out; creation gives the order."""

        def fill(tx: Transaction) -> None:
            for id in ("c", "a", "b", "new"):
                tx.apis.add(api(id, state="STOPPED" if id == "a" else "STARTED"))

        self.write(fill)
        for id in ("a", "b", "c", "b"):
            self.deploy(id)
        running = self.read(lambda tx: tx.deployments.all_active())
        found = [(deployment.api_id, deployment.number) for deployment in running]
        self.assertEqual(found, [("c", 1), ("b", 2)])
