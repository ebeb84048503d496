"""``relay doctor`` asks the server of an engine."""

from __future__ import annotations

from pathlib import Path

from relay.cli.doctor.engine import check_engine
from relay.cli.doctor.finding import Finding
from relay.settings.cluster import ClusterSettings
from tests.servers.redis import MISSING, RedisServer
from tests.wire.harness.case import WireCase
from tests.wire.harness.ports import fixed_port

PASSWORD = "wr1tten-in-a-file"
PAGE = Path(__file__).resolve().parents[3] / "docs/operations/cluster.md"


class DoctorTests(WireCase):
    """A server of the test's own."""

    skip = MISSING

    def server(self, *options: str) -> RedisServer:
        """Start a server."""
        server = RedisServer(self.new_directory(), *options)
        self.addCleanup(server.kill)
        return server.start()

    def found(self, settings: ClusterSettings) -> list[Finding]:
        """Check an engine; neither its password nor a second line is shown."""
        found = list(check_engine(settings))
        for one in found:
            self.assertNotIn(PASSWORD, one.found)
            self.assertNotIn("\n", one.found)
        return found

    def test_a_server(self) -> None:
        """What is wrong with it, and that nothing is left on it."""
        server = self.server("--appendonly", "yes", "--appendfsync", "always")
        found = self.found(ClusterSettings(url=server.url))
        self.assertEqual({one.level for one in found}, {"ok"}, found)
        self.assertIn("appendonly yes, with appendfsync always", found[-1].found)
        self.assertEqual(server.ask("DBSIZE"), "0")
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        found = self.found(ClusterSettings(url=server.url, wait_replicas=1))
        wrong = [one.found.partition(" has ")[2] for one in found if one.level != "ok"]
        self.assertEqual(
            wrong,
            [
                "maxmemory-policy allkeys-lru",
                "0 replicas, cluster.wait_replicas is 1",
            ],
        )

    def test_a_user(self) -> None:
        """The user of the documentation has all rights; another one lacks some."""
        text = PAGE.read_text().partition("\nuser relay on ")[2].partition("```")[0]
        rights = text.replace(">PASSWORD", f">{PASSWORD}").split()
        server = self.server()
        server.ask("ACL", "SETUSER", "relay", "on", *rights)
        password = self.new_directory() / "password"
        password.write_text(PASSWORD)
        settings = ClusterSettings(
            url=server.url.replace("//", "//relay@"), password_file=str(password)
        )
        self.assertEqual({one.level for one in self.found(settings)}, {"ok"})
        for right in (word for word in rights if word.startswith("+")):
            with self.subTest(right):
                server.ask("ACL", "SETUSER", "relay", f"-{right[1:]}")
                levels = {one.level for one in self.found(settings)}
                self.assertIn("error", levels)
                server.ask("ACL", "SETUSER", "relay", right)
        server.ask("ACL", "SETUSER", "relay", "resetkeys", "~other:*")
        wrong = [one for one in self.found(settings) if one.level != "ok"]
        self.assertIn("refuses a command to this user", wrong[0].found)
        password.write_text("wrong")
        (refused,) = self.found(settings)
        self.assertEqual(refused.level, "error")

    def test_no_server(self) -> None:
        """Nothing listens there."""
        place = f"127.0.0.1:{fixed_port()}"
        (found,) = self.found(ClusterSettings(url=f"redis://{place}"))
        self.assertEqual(found.level, "error")
        self.assertIn(place, found.found)
