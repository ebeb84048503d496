"""The reports of gateways about the deployments that they serve."""

from relay.model.records import GatewayReport, ServingReport
from relay.store.tables.cluster.gateways import GONE_MS, KEPT_MS
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api

SERVES = ServingReport(2, 2, None)
FAILS = ServingReport(2, 1, "no such file")


class GatewaysTests(DatabaseTestCase):
    """Reports of gateways."""

    def setUp(self) -> None:
        """Make an API."""
        super().setUp()
        self.write(lambda tx: tx.apis.add(api()))

    def of_api(self) -> list[GatewayReport]:
        """Return the reports of the API."""
        return self.read(lambda tx: tx.gateways.of_api("api-1"))

    def report(self, gateway_id: str, report: ServingReport | None) -> None:
        """Make a report."""
        self.write(lambda tx: tx.gateways.report(gateway_id, "h", {"api-1": report}))

    def refused(self) -> frozenset[tuple[str, int]]:
        """Return the deployments that running gateways have refused."""
        return self.read(lambda tx: tx.gateways.refused(["api-1"]))

    def test_the_newest_report_of_each_gateway_counts(self) -> None:
        """
        A new report replaces the gateway's previous one; an empty report removes it.
        """
        self.report("a", FAILS)
        self.report("b", SERVES)
        self.report("a", SERVES)
        self.assertEqual(
            [(one.gateway_id, one.report) for one in self.of_api()],
            [("a", SERVES), ("b", SERVES)],
        )
        self.report("a", None)
        self.assertEqual([one.gateway_id for one in self.of_api()], ["b"])

    def test_all_gateways(self) -> None:
        """Those that have reported last first, with what they serve and refuse."""
        self.report("a", SERVES)
        self.now_ms += 1
        self.report("b", FAILS)
        self.write(lambda tx: tx.gateways.report("c", "other", {}))
        found = self.read(lambda tx: tx.gateways.all())
        self.assertEqual(
            [(one.id, one.in_force, one.rejected) for one in found],
            [("b", 0, 1), ("c", 0, 0), ("a", 1, 0)],
        )
        self.assertEqual(found[1].host, "other")
        self.assertEqual(found[0].seen_at_ms - found[2].seen_at_ms, 1)

    def test_one_gateway_that_fails_is_enough_to_refuse(self) -> None:
        """One failure marks the deployment as refused, and no other deployment."""
        self.report("a", SERVES)
        self.assertNotIn(("api-1", 2), self.refused())
        self.report("b", FAILS)
        self.assertIn(("api-1", 2), self.refused())
        self.assertNotIn(("api-1", 1), self.refused())

    def test_a_gateway_that_has_ended_counts_no_more(self) -> None:
        """
        The reports of a gateway that has stopped or is not seen any more are ignored.
        """

        def ends(gateway_id: str) -> None:
            self.write(lambda tx: tx.gateways.left(gateway_id))

        self.report("a", FAILS)
        ends("a")
        self.assertEqual(self.of_api(), [])
        self.assertFalse(self.read(lambda tx: tx.gateways.any_runs()))
        self.assertEqual(self.read(lambda tx: tx.gateways.others("b")), 0)
        self.assertEqual(
            self.read(lambda tx: tx.gateways.made_by("a")), {"api-1": FAILS}
        )
        self.report("b", SERVES)
        self.assertEqual(self.read(lambda tx: tx.gateways.others("b")), 0)
        self.assertEqual(self.read(lambda tx: tx.gateways.others("c")), 1)
        self.now_ms += GONE_MS + 1
        self.assertEqual(self.read(lambda tx: tx.gateways.others("c")), 0)
        self.assertEqual(self.of_api(), [])
        self.now_ms += KEPT_MS
        self.report("c", SERVES)
        self.assertEqual(self.read(lambda tx: tx.gateways.made_by("a")), {})

    def test_a_report_of_an_api_that_was_deleted_is_passed_over(self) -> None:
        """The gateway may be a moment behind."""

        def work(tx: Transaction) -> None:
            tx.gateways.report("a", "h", {"gone": SERVES, "api-1": SERVES})

        self.write(work)
        self.assertEqual(
            self.read(lambda tx: tx.gateways.made_by("a")), {"api-1": SERVES}
        )
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.read(lambda tx: tx.gateways.made_by("a")), {})
