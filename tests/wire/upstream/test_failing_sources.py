"""Groups of sources of which some die, hang, answer 500 or say nothing."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.crowd import Ask, Opened, opened
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted

SHARED = SharedDaemon(lambda _: '[gateway]\ntenant = "here"\n')
EVERY_SECOND = {
    "schedule": "* * * * * *",
    "failureThreshold": 1,
    "successThreshold": 1,
    "timeoutMs": 500,
}
FAIL = b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"


class Source:
    """A source with faults that the test sets."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mood = "well"
        """``well``, ``failing`` (500), ``hanging`` (no head), ``silent`` (no event)."""
        self.asked = 0
        self.checked = 0
        self.streams: list[Connection] = []
        self.port = 0
        self._lock = threading.Lock()

    def serve(self, connection: Connection) -> None:
        """Answer a call, and hold the stream."""
        while True:
            head = connection.head()
            with self._lock:
                self.asked += b"/health" not in head
                self.checked += b"/health" in head
            if self.mood == "failing":
                connection.send(FAIL)
                continue
            if self.mood == "hanging":
                connection.closed_at()
                return
            connection.send(EVENT_STREAM)
            if self.mood != "silent":
                connection.send(chunk(b"data: %s\n\n" % self.name.encode()))
            with self._lock:
                if b"/health" not in head:
                    self.streams.append(connection)
            connection.closed_at()
            return


class GroupTests(WireCase):
    """An API for each test."""

    def setUp(self) -> None:
        """Prepare to run sources."""
        self.daemon: Daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def publish(
        self, endpoints: dict[str, dict[str, Any]], group: Any = (), **api: Any
    ) -> dict[str, Source]:
        """
        Publish an API with sources.

        :param endpoints: more members of each, by name.
        :param group: more members of the group.
        :param api: more members of the API.
        """
        sources = {}
        definition = proxy_api("http://127.0.0.1:1/", self.path)
        (made,) = definition["endpointGroups"]
        (one,) = made["endpoints"]
        made["endpoints"] = []
        for name, members in endpoints.items():
            source = sources[name] = Source(name)
            source.port, _ = self.stack.enter_context(scripted(source.serve))
            target = {"target": f"http://127.0.0.1:{source.port}/"}
            made["endpoints"].append(
                {**one, "name": name, "configuration": target, **members}
            )
        made.update(group)
        definition.update(api)
        self.api_id = self.daemon.publish(definition)
        return sources

    def open(self, count: int = 1) -> list[Opened]:
        """Open streams."""
        let_in, refused = opened(self.daemon.port, lambda _: Ask(self.path, {}), count)
        self.assertEqual([one.head for one in refused], [])
        for one in let_in:
            self.addCleanup(one.client.close)
        return let_in

    def names(self, streams: list[Opened]) -> Counter[str]:
        """Count the streams by the names of their sources."""
        names: Counter[str] = Counter()
        for one in streams:
            names[
                one.client.until(b"\n\n").partition(b"data: ")[2].decode().strip()
            ] += 1
        return names

    def states(self) -> dict[str, str]:
        """The states of the endpoints, as one reads them by REST."""
        listed = self.daemon.must("GET", f"/apis/{self.api_id}/health/endpoints")
        return {one["endpoint"]: one["status"] for one in listed["data"]}

    def status(self) -> int:
        """Call, and leave; give the status."""
        client = RawClient(self.daemon.port)
        with contextlib.closing(client):
            client.get(self.path)
            return int(client.until(b"\r\n").split(b" ")[1])

    def test_least_streams(self) -> None:
        """Streams go where the fewest are open, also after some have ended."""
        balancer = {"loadBalancer": {"type": "LEAST_STREAMS"}}
        self.publish({"a": {}, "b": {}, "c": {}}, balancer)
        streams = self.open(30)
        by_source: dict[str, list[Opened]] = {"a": [], "b": [], "c": []}
        for one in streams:
            (name,) = self.names([one])
            by_source[name].append(one)
        self.assertEqual([len(found) for found in by_source.values()], [10] * 3)
        for one in by_source["b"][:9]:
            one.client.close()
        done = {"kind": "close", "path": self.path, "outcome": "client_gone"}

        def have_left() -> bool:
            lines = self.daemon.access_lines()
            return sum(done.items() <= line.items() for line in lines) == 9

        until(have_left, "nine have left")
        self.assertEqual(self.names(self.open(9)), {"b": 9})
        self.assertEqual(self.names(self.open(3)), {"a": 1, "b": 1, "c": 1})

    def test_weights(self) -> None:
        """Each endpoint has the share of its weight, also for concurrent calls."""
        balancer = {"loadBalancer": {"type": "WEIGHTED_ROUND_ROBIN"}}
        self.publish({"a": {"weight": 1}, "b": {"weight": 4}}, balancer)
        self.assertEqual(self.names(self.open(50)), {"a": 10, "b": 40})

    def test_tenants(self) -> None:
        """Sources of other gateways are not dialled, not even as the last resort."""
        sources = self.publish(
            {
                "theirs": {"tenants": ["there"]},
                "ours": {"tenants": ["here"]},
                "all": {},
            },
            failover={"enabled": True},
        )
        self.assertEqual(self.names(self.open(10)), {"ours": 5, "all": 5})
        sources["ours"].mood = sources["all"].mood = "failing"
        self.assertEqual(self.status(), 500)
        self.assertEqual(sources["theirs"].asked, 0)

    def test_a_source_that_hangs(self) -> None:
        """The next one is tried in time; the stream that is open at a source is not
        touched by what others meet there."""
        sources = self.publish(
            {"a": {}, "b": {}},
            failover={
                "enabled": True,
                "maxRetries": 1,
                "slowCallDuration": 1500,
                "forceNextEndpointOnFailure": True,
                "maxFailures": 100,
            },
        )
        before = self.open(2)
        self.assertEqual(self.names(before), {"a": 1, "b": 1})
        sources["a"].mood = "hanging"
        self.assertEqual(self.names(self.open(10)), {"b": 10})
        self.assertGreaterEqual(sources["a"].asked, 2)
        for source in sources.values():
            source.streams[0].send(chunk(b"data: on\n\n"))
        self.assertEqual(self.names(before), {"on": 2})

    def test_a_circuit_breaker(self) -> None:
        """After the configured failures no call is made, until one is tried."""
        sources = self.publish(
            {"a": {}},
            failover={
                "enabled": True,
                "maxRetries": 0,
                "maxFailures": 3,
                "openStateDuration": 4000,
                "failureCondition": "{#response.status >= 500}",
            },
        )
        sources["a"].mood = "failing"
        for _ in range(3):
            self.assertEqual(self.status(), 502)
        opened_at = time.monotonic()
        self.assertEqual(sources["a"].asked, 3)
        while time.monotonic() - opened_at < 0.3:
            self.assertEqual(self.status(), 502)
        self.assertEqual(sources["a"].asked, 3)
        self.daemon.access_line(
            path=self.path, errorKey="GATEWAY_CLIENT_CIRCUIT_OPEN", status=502
        )
        sources["a"].mood = "well"
        until(lambda: self.status() == 200, "it is closed again")
        self.assertGreaterEqual(time.monotonic() - opened_at, 3.5)
        self.assertEqual(sources["a"].asked, 4)

    def test_checked(self) -> None:
        """Health checks find sources that fail, hang, or send no event."""
        check = {**EVERY_SECOND, "target": "/health", "waitFor": "event"}
        service = {"healthCheck": {"type": "http-health-check", "configuration": check}}
        moods = {"a": "failing", "b": "hanging", "c": "silent", "d": "well"}
        sources = self.publish({name: {} for name in moods}, {"services": service})
        until(lambda: all(one.checked for one in sources.values()), "all are checked")
        self.assertEqual(set(self.states().values()), {"UP"})
        for name, source in sources.items():
            source.mood = moods[name]
        down = {
            name: "UP" if mood == "well" else "DOWN" for name, mood in moods.items()
        }
        until(lambda: self.states() == down, "three are down", 5.0)
        self.assertEqual(self.names(self.open(8)), {"d": 8})
        for source in sources.values():
            source.mood = "well"
        until(lambda: set(self.states().values()) == {"UP"}, "all are up", 5.0)
        self.assertEqual(self.names(self.open(8)), dict.fromkeys(moods, 2))

    def test_secondary(self) -> None:
        """A secondary endpoint is called only while no other one is up."""
        check = {**EVERY_SECOND, "target": "/health"}
        service = {"healthCheck": {"type": "http-health-check", "configuration": check}}
        sources = self.publish(
            {"a": {}, "spare": {"secondary": True}}, {"services": service}
        )
        self.assertEqual(self.names(self.open(4)), {"a": 4})
        sources["a"].mood = "failing"
        until(lambda: self.states()["a"] == "DOWN", "it is down", 5.0)
        self.assertEqual(self.names(self.open(4)), {"spare": 4})
        sources["spare"].mood = "failing"
        until(lambda: set(self.states().values()) == {"DOWN"}, "both are down", 5.0)
        self.assertEqual(self.status(), 503)
        self.daemon.access_line(path=self.path, errorKey="NO_ENDPOINT_FOUND")

    def test_a_source_that_dies(self) -> None:
        """The streams of a source that dies are cut, and not repeated."""
        sources = self.publish({"a": {}, "b": {}}, failover={"enabled": True})
        dying = self.open(2)
        until(lambda: all(one.streams for one in sources.values()), "both are called")
        for source in sources.values():
            source.streams[0].reset()
        self.assertEqual([one.client.is_cut() for one in dying], [True] * 2)
        self.daemon.access_line(path=self.path, outcome="upstream_gone", status=200)
        self.assertEqual(self.names(self.open(2)), {"a": 1, "b": 1})
