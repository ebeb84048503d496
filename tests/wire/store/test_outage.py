"""A store that goes away under a daemon that serves, or is away when it starts."""

from __future__ import annotations

import stat
import time
from contextlib import ExitStack

from relay.channel.ownership import LEASE_MS, RENEW_S
from tests.servers.postgres import PostgresServer, missing
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Answer, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.technical import technical
from tests.wire.plans.keyed import KeyedApi
from tests.wire.store.test_ownership import post

NEWS = "/t/news"
TOKEN = "5e1f0c7a2b9d4e38"


class SqliteOutageTests(WireCase):
    """An SQLite store in a directory of its own, which the test takes away."""

    workers = 1
    processes = 1
    """How many serve the last route table, or refuse requests."""

    def setUp(self) -> None:
        """Start a daemon with an API behind keys, and one of topics."""
        self.root = self.new_directory()
        self.sources: list[Connection] = []
        stack = ExitStack()
        self.addCleanup(stack.close)
        port, _ = stack.enter_context(scripted(self._answer))
        toml = f'[store]\nurl = "{self.store_url()}"\n'
        toml += f'[technical]\ntoken = "{TOKEN}"\n'
        toml += f"[process]\nworkers = {self.workers}\n"
        self.daemon = self.start_daemon(self.root / "daemon", toml)
        self.api = KeyedApi(
            self.daemon, proxy_api(f"http://127.0.0.1:{port}/", "/keyed")
        )
        self.api.start()
        self.key = self.api.subscribe().key
        self.daemon.publish(topics_api("/t", {}))
        until(lambda: post(self.daemon, "first").status == 202, "topics take events")
        self.stream = self.open_stream("/keyed", self.key)

    def store_url(self) -> str:
        """Return where the store is."""
        return f"sqlite:///{self.root}/store/relay.db"

    def _answer(self, connection: Connection) -> None:
        """Begin a stream that the test goes on with."""
        connection.head()
        connection.send(EVENT_STREAM + chunk(b"data: begin\n\n"))
        self.sources.append(connection)
        connection.closed_at()

    def open_stream(self, path: str, key: str = "") -> RawClient:
        """Open an event stream, and read its head."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.socket.close)
        client.get(path, "Accept: text/event-stream", f"X-Gravitee-Api-Key: {key}")
        self.assertIn(b" 200 ", client.until(b"\r\n\r\n"))
        if path == "/keyed":
            client.until(b"data: begin\n\n")
        return client

    def take_away(self) -> None:
        """Make the store unusable: a file is where its directory was."""
        (self.root / "store").rename(self.root / "aside")
        (self.root / "store").write_text("no directory")

    def bring_back(self) -> None:
        """Make the store usable again."""
        (self.root / "store").unlink()
        (self.root / "aside").rename(self.root / "store")

    def create(self) -> Answer:
        """Create an application."""
        return self.daemon.manage("POST", "/applications", {"name": "more"})

    def ask(self, path: str) -> Answer:
        """Call the technical API, with credentials that need no store."""
        return technical(
            self.daemon, "GET", f"/_node{path}", authorization=f"Bearer {TOKEN}"
        )

    def metric(self, name: str) -> str:
        """Return the value of a metric without labels."""
        page = self.ask("/metrics/prometheus").body.decode()
        lines = [one for one in page.splitlines() if one.startswith(f"{name} ")]
        return lines[0].rpartition(" ")[2]

    def refused(self) -> None:
        """Assert that REST is refused for now."""
        answer = self.create()
        self.assertEqual(answer.status, 503)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def served(self, stream: RawClient) -> None:
        """Assert that all that is deployed is served, to open and to new clients."""
        self.sources[0].send(chunk(b"data: more\n\n"))
        stream.until(b"data: more\n\n")
        self.open_stream("/keyed", self.key).socket.close()
        wrong = self.daemon.get("/keyed", {"X-Gravitee-Api-Key": "wrong"})
        self.assertEqual(wrong.status, 401)
        reader = self.open_stream(NEWS)
        self.assertEqual(post(self.daemon, "during").status, 202)
        reader.until(b"data: during\n")
        reader.socket.close()

    def test_all_that_is_deployed_is_served_while_the_store_is_away(self) -> None:
        """REST calls get 503, and succeed without a restart when the store is back."""
        self.take_away()
        self.refused()
        self.served(self.stream)
        self.bring_back()
        until(lambda: self.create().status == 201, "REST calls succeed")
        self.served(self.stream)
        self.assertNotIn("Traceback", self.daemon.log())

    def test_a_start_without_the_store_serves_the_last_route_table(self) -> None:
        """It joins when the store is back, and no stream is cut."""
        saved = "relay_route_table_saved_timestamp_seconds"
        until(lambda: self.metric(saved) != "0.0", "the table is saved")
        self.daemon.stop()
        kept = self.root / "daemon" / "route-table"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertNotIn(self.key, kept.read_text())
        self.take_away()
        self.sources.clear()
        self.daemon.start()
        stream = self.open_stream("/keyed", self.key)
        self.served(stream)
        self.refused()
        self.assertEqual(self.ask("/ready").status, 200)
        health = self.ask("/health")
        self.assertEqual(health.status, 503)
        self.assertIs(health.json()["follower"]["stale"], True)
        self.assertFalse(health.json()["store"]["healthy"])
        self.assertEqual(self.metric("relay_store_up"), "0.0")
        self.assertEqual(self.metric("relay_route_table_stale"), "1.0")
        told = self.daemon.log().count("The route table of")
        self.assertEqual(told, self.processes)

        self.bring_back()
        until(lambda: self.create().status == 201, "REST calls succeed")
        until(lambda: self.metric("relay_route_table_stale") == "0.0", "it has joined")
        self.served(stream)
        self.assertEqual(self.ask("/health").status, 200)
        self.daemon.must("POST", f"{self.api.at}/_stop")
        until(lambda: self.daemon.get("/keyed").status == 404, "changes are followed")
        self.assertNotIn("Traceback", self.daemon.log())


class PostgresOutageTests(SqliteOutageTests):
    """A PostgreSQL server of the test's own, which is stopped and started."""

    skip = missing()

    def store_url(self) -> str:
        """Start the server, and return the URL of a database."""
        self.server = PostgresServer()
        self.addCleanup(self.server.remove)
        self.server.start()
        return self.server.url(self.server.create())

    def take_away(self) -> None:
        """Stop the server."""
        self.server.stop()

    def bring_back(self) -> None:
        """Start it again."""
        self.server.start()

    def test_all_that_is_deployed_is_served_while_the_store_is_away(self) -> None:
        """Longer than a lease lasts; the log has one line at each end."""
        reader = self.open_stream(NEWS)
        self.take_away()
        away = "What is deployed goes on being served"
        until(lambda: away in self.daemon.log(), "the log tells")
        until(lambda: self.metric("relay_store_up") == "0.0", "the metric tells")
        until(lambda: self.ask("/health").status == 503, "the probes tell")
        away_until = time.monotonic() + LEASE_MS / 1000 + 2 * RENEW_S
        while time.monotonic() < away_until:
            self.assertEqual(post(self.daemon, "x").status, 202)
            reader.until(b"data: x\n")
            time.sleep(0.2)
        self.refused()
        self.served(self.stream)
        self.bring_back()
        until(lambda: self.create().status == 201, "REST calls succeed")
        until(lambda: "the store answers again" in self.daemon.log(), "the log tells")
        until(lambda: self.ask("/health").status == 200, "the probes tell")
        self.served(self.stream)
        self.daemon.must("POST", f"{self.api.at}/_stop")
        until(lambda: self.daemon.get("/keyed").status == 404, "changes are followed")
        log = self.daemon.log()
        self.assertEqual(log.count(away), 1)
        self.assertNotIn("no longer serves", log)
        self.assertNotIn("Traceback", log)
