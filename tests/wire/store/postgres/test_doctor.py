"""The store on a PostgreSQL server."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.finding import Finding
from relay.cli.doctor.store import check_store
from relay.settings.schema import load
from tests.servers import postgres


class PostgresTests(SynchronousTestCase):
    """What is found on a server."""

    skip = postgres.missing()

    def findings(self, url: str) -> list[Finding]:
        """Check the store, which a setting names."""
        settings = load(None, self.mktemp(), {"RELAY__STORE__URL": url}, {})
        found = list(check_store(settings))
        for one in found:
            self.assertNotIn("password%", one.found)
            self.assertNotIn(postgres.PASSWORD, one.found)
        return found

    def test_a_store(self) -> None:
        """Its version, its size, and enough connections."""
        found = self.findings(postgres.server().url(postgres.template()))
        self.assertEqual([one.level for one in found], ["ok", "ok"])
        self.assertIn("of this Relay", found[0].found)
        self.assertIn("PostgreSQL", found[1].found)

    def test_no_tables(self) -> None:
        """The first start creates them."""
        server = postgres.server()
        name = server.create()
        self.addCleanup(server.drop, name)
        self.assertIn("has no tables yet", self.findings(server.url(name))[0].found)

    def test_refused(self) -> None:
        """A wrong password, told in one line."""
        (found,) = self.findings(postgres.server().url("postgres", "wr0ng"))
        self.assertEqual(found.level, "error")
        self.assertIn("password authentication failed", found.found)
        self.assertNotIn("wr0ng", found.found)
        self.assertNotIn("\n", found.found)
