"""A daemon with two workers, as operators and publishers see it: as one daemon."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import (
    BOUND_S,
    PASSWORD,
    Daemon,
    SharedDaemon,
    proxy_api,
    until,
)
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.harness.subscribers import Subscribers
from tests.wire.operate.following import Following, listed
from tests.wire.operate.technical import technical
from tests.wire.plans.keyed import KeyedApi
from tests.wire.tryit.trying import Trying

TOML = "[process]\nworkers = 2\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
USER = ("admin", PASSWORD)
DAEMON = SharedDaemon(lambda directory: TOML)


def tearDownModule() -> None:
    """End the daemon."""
    DAEMON.end()


def answer(connection: Connection) -> None:
    """Answer calls, and keep event streams open."""
    with contextlib.suppress(ConnectionError):
        while True:
            head = connection.head()
            if b"/stream" in head.split(b"\r\n")[0]:
                connection.socket.sendall(EVENT_STREAM + chunk(b"data: 1\n\n"))
                connection.socket.recv(1)
                return
            connection.socket.sendall(OK)


class OperatorTests(WireCase):
    """One daemon; each test has an API of its own, with streams on both workers."""

    daemon: Daemon
    api_id: str
    target: str
    path: str

    def setUp(self) -> None:
        """Publish an API, and open streams until both workers have some."""
        super().setUp()
        self.daemon = DAEMON.get()
        source = scripted(answer)
        port, _ = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        self.path = f"/{self.id().rpartition('.')[2]}"
        self.target = f"http://127.0.0.1:{port}/"
        self.api_id = self.daemon.publish(proxy_api(self.target, self.path))
        self.streams = Subscribers(self.daemon.port, f"{self.path}/stream")
        self.addCleanup(self.streams.leave)
        self.streams.add(24)
        until(lambda: all(one.numbers for one in self.streams.clients), "streams run")

    def listed(self, **query: object) -> list[dict[str, Any]]:
        """List the streams of the API."""
        return listed(self.daemon, apiIds=self.api_id, **query)

    def samples(self, family: str, query: str = "") -> dict[str, float]:
        """Scrape a family of the API, by worker where the label is there."""
        scraped = technical(
            self.daemon, "GET", f"/_node/metrics/prometheus?metrics={family}{query}"
        )
        self.assertEqual(scraped.status, 200, scraped.body)
        return {
            one.labels.get("worker", ""): one.value
            for found in text_string_to_metric_families(scraped.body.decode())
            for one in found.samples
            if one.labels.get("api") in (None, self.api_id)
        }

    def test_streams(self) -> None:
        """Listed, shown, followed and ended, whichever worker has them."""
        found = self.listed(perPage=100)
        self.assertEqual(len(found), 24)
        begun = [one["startedAt"] for one in found]
        self.assertEqual(sorted(begun), begun)
        paged = [
            one["id"]
            for page in (1, 2, 3)
            for one in self.listed(perPage=10, page=page)
        ]
        self.assertEqual(paged, [one["id"] for one in found])
        counts = self.samples("relay_streams_open", "&by=worker")
        self.assertEqual(sum(counts.values()), 24)
        self.assertEqual(sorted(counts), ["1", "2"])
        watch = Following(self.daemon, "/streams", apiIds=self.api_id)
        self.addCleanup(watch.close)
        told: list[str] = []
        while len(told) < 24:
            _, part = watch.next("snapshot")
            told += [one["id"] for one in part["data"]]
        self.assertEqual(sorted(told), sorted(paged))
        for one in found[:2]:
            shown = technical(self.daemon, "GET", f"/_node/streams/{one['id']}")
            self.assertEqual(shown.json()["id"], one["id"])
        begun_s = time.monotonic()
        path = f"/_node/streams?apiIds={self.api_id}"
        ended = technical(self.daemon, "DELETE", path)
        self.assertEqual(ended.json(), {"ended": 24})
        until(lambda: all(one.ended for one in self.streams.clients), "all end")
        self.assertLess(time.monotonic() - begun_s, BOUND_S)
        closed = {watch.next("closed")[1]["id"] for _ in range(24)}
        self.assertEqual(closed, set(paged))
        audits = self.daemon.must("GET", "/audits?events=STREAMS_ENDED")["data"]
        self.assertEqual(len([one for one in audits if self.api_id in str(one)]), 1)

    def test_metrics(self) -> None:
        """Sums of both workers, which do not fall when one is started again."""
        self.assertEqual(self.samples("relay_streams_open"), {"": 24})
        opened = self.samples("relay_streams_opened_total", "&by=worker")
        self.assertEqual(sum(opened.values()), 24)
        info = self.samples("relay_build_info", "&by=worker")
        self.assertEqual(info, {"control": 1, "1": 1, "2": 1})
        self.assertEqual(self.samples("relay_streams_opened_total"), {"": 24})
        first, second = self.processes()
        os.kill(first, signal.SIGKILL)
        until(
            lambda: len({first, *self.processes(), second}) == 3,
            "another worker serves",
        )
        self.assertEqual(self.samples("relay_streams_opened_total"), {"": 24})
        left = opened["2"]
        until(lambda: self.samples("relay_streams_open") == {"": left}, "the others")

    def test_health(self) -> None:
        """The results of all processes, and a worker that does not answer."""
        shown = self.node("")
        self.assertEqual(
            [(one["id"], one["pid"]) for one in shown["workers"]],
            [
                (f"{shown['id']}/{number}", pid)
                for number, pid in enumerate(self.processes(), 1)
            ],
        )
        store = self.probe("store")
        self.assertEqual(len(store["processes"]), 3)
        self.assertTrue(store["healthy"])
        self.assertEqual(self.node("/ready"), {"ready": True})
        stopped, process = f"{shown['id']}/2", self.processes()[1]
        os.kill(process, signal.SIGSTOP)
        try:
            begun_s = time.monotonic()
            listing = technical(self.daemon, "GET", "/_node/streams").json()
            self.assertEqual(listing["unreachable"], [stopped])
            health = technical(self.daemon, "GET", "/_node/health")
            self.assertEqual(health.status, 503)
            self.assertIn(f"{stopped}: no answer", health.json()["store"]["message"])
            missing = technical(self.daemon, "GET", "/_node/streams/nobody")
            self.assertEqual(missing.status, 503)
            self.assertEqual(self.node("/ready"), {"ready": True})
            self.assertLess(time.monotonic() - begun_s, 4 * BOUND_S)
        finally:
            os.kill(process, signal.SIGCONT)
        until(lambda: self.probe("store")["healthy"], "it answers")
        self.assertEqual(
            technical(self.daemon, "GET", "/_node/streams/nobody").status, 404
        )

    def test_publishers(self) -> None:
        """Try it, flight records, deployments and health: of both workers."""
        calls = 20
        for _ in range(calls):
            self.assertEqual(self.daemon.get(f"{self.path}/calls").status, 200)
        logs = self.daemon.must("GET", f"/apis/{self.api_id}/logs?perPage=100")["data"]
        ended = [one for one in logs if one["uri"].endswith("/calls")]
        self.assertEqual(len(ended), calls)
        trying = Trying(self.daemon, self.api_id, {"path": f"{self.path}/stream"}, USER)
        self.addCleanup(trying.connection.close)
        request_id = trying.next("head")["requestId"]
        at = f"/apis/{self.api_id}/_try/{request_id}"
        self.assertEqual(self.daemon.manage("DELETE", at).status, 204)
        trying.next("end")
        current = self.daemon.must("GET", f"/apis/{self.api_id}/deployments/current")
        self.assertEqual(
            [one["deploymentNumber"] for one in current["gateways"]], [1, 1]
        )
        self.daemon.must("POST", f"/apis/{self.api_id}/_stop")
        self.assertEqual(self.statuses(f"{self.path}/calls"), {404})

    def test_revoked(self) -> None:
        """A key is revoked: its streams end in both workers within a second."""
        port = self.daemon.port
        definition = proxy_api(self.target, f"{self.path}-keyed")
        api = KeyedApi(self.daemon, definition)
        api.start()
        key = api.subscribe()
        query = f"?api-key={key.key}"
        path = f"{self.path}-keyed/stream{query}"
        begun_s = time.monotonic()
        until(lambda: self.statuses(f"{self.path}-keyed/x{query}") == {200}, "its key")
        print(f"a key was known to 2 workers after {time.monotonic() - begun_s:.3f} s")
        streams = Subscribers(port, path)
        self.addCleanup(streams.leave)
        streams.add(24)
        until(lambda: all(one.numbers for one in streams.clients), "streams run")
        begun_s = time.monotonic()
        key.act_on_key("_revoke")
        until(lambda: all(one.ended for one in streams.clients), "all end", 1.0)
        print(f"24 streams of 2 workers ended {time.monotonic() - begun_s:.3f} s after")
        self.assertEqual(self.statuses(f"{self.path}-keyed/x{query}"), {401})

    def test_history(self) -> None:
        """A sample of the daemon is that of both workers."""

        def newest() -> list[float | None]:
            found = self.node(f"/history?series=streams&apis={self.api_id}")
            columns = found["apis"][self.api_id]
            return [] if columns is None else columns["streams"][-1:]

        until(lambda: newest() == [24], "a sample of both", 40.0)

    def statuses(self, path: str) -> set[int]:
        """Call on new connections, so that both workers are reached."""
        return {self.daemon.get(path).status for _ in range(20)}

    def node(self, path: str) -> dict[str, Any]:
        """Call the technical API, which answers with 200."""
        answered = technical(self.daemon, "GET", f"/_node{path}")
        self.assertEqual(answered.status, 200, answered.body)
        shown: dict[str, Any] = answered.json()
        return shown

    def probe(self, name: str) -> dict[str, Any]:
        """Return the result of a probe."""
        shown: dict[str, Any] = technical(
            self.daemon, "GET", f"/_node/health?probes={name}"
        ).json()[name]
        return shown

    def processes(self) -> list[int]:
        """List the processes of the workers that answer, by their numbers."""
        return [one["pid"] for one in self.node("")["workers"] if "pid" in one]
