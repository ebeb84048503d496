"""Health and readiness of a real daemon."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from typing import Any

from relay.store.database import Database
from relay.store.transaction import Transaction
from tests.store.databases import api, create
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import (
    BOUND_S,
    Answer,
    Daemon,
    SharedDaemon,
    proxy_api,
    until,
)
from tests.wire.harness.ports import accepts, fixed_port
from tests.wire.operate.technical import ADMIN, technical

PROBES = [
    "store",
    "listeners",
    "follower",
    "loopLag",
    "memory",
    "openFiles",
    "certificates",
]
MANY = 500
"""APIs of a store, for a first route table that takes more than a moment."""
DAEMON = SharedDaemon()


class HealthTests(WireCase):
    """A daemon that works."""

    def test_every_probe(self) -> None:
        """All probes are healthy, with their figures."""
        answer = technical(DAEMON.get(), "GET", "/_node/health")
        self.assertEqual(answer.status, 200)
        found = answer.json()
        self.assertEqual(list(found), PROBES)
        self.assertTrue(all(one["healthy"] for one in found.values()))
        self.assertLess(found["follower"]["lateMs"], 10_000)
        self.assertGreater(found["memory"]["residentBytes"], 10_000_000)
        self.assertIn("technical", found["listeners"]["listeners"])

    def test_chosen_probes(self) -> None:
        """``?probes=`` selects; an unknown name is refused and the names are listed."""
        daemon = DAEMON.get()
        answer = technical(daemon, "GET", "/_node/health?probes=store,loopLag")
        self.assertEqual(list(answer.json()), ["store", "loopLag"])
        answer = technical(daemon, "GET", "/_node/health?probes=store,disk")
        self.assertEqual(answer.status, 400)
        self.assertIn(", ".join(sorted(PROBES)), answer.json()["message"])

    def test_the_management_api_has_the_same_probes(self) -> None:
        """``GET /management/v2/health`` runs them, too."""
        daemon = DAEMON.get()
        connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.management_port, timeout=BOUND_S
        )
        self.addCleanup(connection.close)
        headers = {"Authorization": ADMIN}
        connection.request("GET", "/management/v2/health", headers=headers)
        answer = Answer(connection.getresponse())
        self.assertEqual((answer.status, answer.json()["healthy"]), (200, True))
        self.assertEqual(list(answer.json()["checks"]), PROBES)

    def test_without_credentials(self) -> None:
        """Probes of an orchestrator see names and states, and nothing else is open."""
        daemon = DAEMON.get()

        def ask(path: str, authorization: str | None = None) -> Any:
            return technical(daemon, "GET", path, authorization=authorization)

        answer = ask("/_node/health")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json(), {name: {"healthy": True} for name in PROBES})
        self.assertEqual(ask("/_node/ready").json(), {"ready": True})
        for path in ("/_node", "/_node/", "/_node/health/", "/_node/nothing"):
            self.assertEqual(ask(path).status, 401, path)
        self.assertEqual(ask("/_node/health", "Bearer wrong-wrong-wrong").status, 401)

    def test_closed_probes(self) -> None:
        """With ``open_probes = false`` they require credentials, as the rest does."""
        daemon = self.start_daemon(toml="[technical]\nopen_probes = false\n")
        for path in ("/_node/health", "/_node/ready"):
            answer = technical(daemon, "GET", path, authorization=None)
            self.assertEqual(answer.status, 401)
            self.assertEqual(technical(daemon, "GET", path).status, 200)

    def test_a_lost_store(self) -> None:
        """The daemon is unhealthy, and stays ready: it serves what it has."""
        daemon = self.start_daemon()
        database = daemon.data_dir / "relay.db"
        database.rename(f"{database}.aside")

        def health() -> Any:
            return technical(daemon, "GET", "/_node/health?probes=store")

        answer = until(lambda: (a := health()).status == 503 and a, "it is unhealthy")
        self.assertIn("deleted or replaced", answer.json()["store"]["message"])
        self.assertEqual(technical(daemon, "GET", "/_node/ready").status, 200)


class StartTests(WireCase):
    """A daemon that is still building its first route table."""

    def test_unready_until_the_first_route_table_is_there(self) -> None:
        """The technical API answers before the gateway accepts a connection."""
        directory = self.new_directory()
        self.fill(directory)
        daemon = Daemon(directory)
        daemon.technical_port = port = fixed_port()
        daemon.launch()
        self.addCleanup(daemon.discard)
        until(lambda: accepts(port), "the technical API listens", failed=daemon.log)
        first = technical(daemon, "GET", "/_node/ready", authorization=None)
        self.assertEqual(first.status, 503)
        self.assertEqual(first.json(), {"ready": False, "reasons": ["starting"]})
        health = technical(daemon, "GET", "/_node/health", authorization=None)
        self.assertEqual(health.status, 503)
        self.assertFalse(health.json()["follower"]["healthy"])
        self.assertTrue(health.json()["loopLag"]["healthy"])
        self.assertNotIn("ready: listening", daemon.log())
        begun = time.monotonic()
        until(
            lambda: (
                technical(daemon, "GET", "/_node/ready", authorization=None).status
                == 200
            ),
            "it is ready",
            failed=daemon.log,
        )
        print(f"ready {time.monotonic() - begun:.1f} s after the first answer")
        self.assertIn("ready: listening", daemon.log())

    def fill(self, directory: Path) -> None:
        """Make a store with many deployed APIs."""
        path = directory / "relay.db"
        create(str(path))
        database = Database(f"sqlite:///{path}", 1, lambda: 1_000)
        database.open()

        def deploy(tx: Transaction) -> None:
            for number in range(MANY):
                api_id = f"00000000-0000-4000-8000-{number:012}"
                definition = {
                    **proxy_api("http://127.0.0.1:1/", f"/a{number}/"),
                    "id": api_id,
                }
                tx.apis.add(api(api_id, definition=definition, state="STARTED"))
                tx.deployments.add(api_id, definition, (), None)

        database.write(deploy)
        database.close()
