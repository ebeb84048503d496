"""The drain of a real daemon: asked for, watched, cancelled, and by signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.harness.subscribers import Subscribers
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.technical import technical

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def drain(daemon: Daemon, method: str = "GET", body: object = None) -> dict[str, Any]:
    """Call ``/_node/drain`` and insist on success."""
    answer = technical(daemon, method, "/_node/drain", body)
    assert answer.status in (200, 202), answer.body
    shape: dict[str, Any] = answer.json()
    return shape


def is_ready(daemon: Daemon) -> bool:
    """Whether load balancers may send clients."""
    return technical(daemon, "GET", "/_node/ready").status == 200


def is_refused(port: int) -> bool:
    """Whether a client that connects is refused."""
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except ConnectionRefusedError:
        return True
    return False


class DrainTests(WireCase):
    """Each test has a daemon of its own."""

    def client(self, daemon: Daemon) -> RawClient:
        """Connect."""
        client = RawClient(daemon.port)
        self.addCleanup(client.close)
        return client

    def await_open(self, streams: Subscribers) -> None:
        """Wait until all have the head of their stream."""
        until(lambda: all(one.status for one in streams.clients), "streams are open")

    def test_drain_and_cancel(self) -> None:
        """Streams end evenly and are told so; then the daemon serves again, at the
        same port."""
        daemon = self.start_daemon()
        daemon.publish(topics_api("/topics", {}))
        streams = Subscribers(daemon.port, "/topics/a")
        self.addCleanup(streams.leave)
        streams.add(40)
        self.await_open(streams)
        self.assertEqual(drain(daemon), {"state": "serving"})

        begun = drain(daemon, "POST", {"seconds": 2, "hardStopSeconds": 30})
        self.assertEqual(begun["state"], "draining")
        self.assertFalse(is_ready(daemon))
        self.assertEqual((begun["streamsAtStart"], begun["calls"]), (40, 0))
        self.assertTrue(begun["lastStreamEndsAt"] < begun["hardStopAt"])
        until(lambda: is_refused(daemon.port), "clients are refused")
        left = until(
            lambda: (now := drain(daemon))["streams"] <= 30 and now, "some have ended"
        )
        self.assertGreater(left["streams"], 0)
        self.assertGreater(left["streamsPerSecond"], 10)
        until(lambda: drain(daemon)["state"] == "drained", "all have ended")
        until(lambda: all(one.ended for one in streams.clients), "all know")
        for one in streams.clients:
            self.assertEqual((one.goaways, one.retry_ms), (1, 1000))
        lines = [one for one in daemon.access_lines() if one["kind"] == "close"]
        self.assertEqual({one["outcome"] for one in lines}, {"drained"})
        daemon.check()

        self.assertEqual(technical(daemon, "GET", "/_node/health").status, 200)
        self.assertEqual(drain(daemon, "DELETE")["state"], "serving")
        self.assertTrue(is_ready(daemon))
        until(lambda: not is_refused(daemon.port), "clients are accepted")
        client = self.client(daemon)
        client.get("/topics/a", "Accept: text/event-stream")
        self.assertNotIn(b"connection: close", client.until(b"\r\n\r\n").lower())
        self.assertIn(daemon.stop(), (0, -signal.SIGTERM))

    def test_calls_may_finish(self) -> None:
        """A call that is no stream ends by itself, and its connection closes; one that
        does not is cut at the hard stop."""
        calls: list[Connection] = []

        def script(connection: Connection) -> None:
            connection.head()
            calls.append(connection)
            connection.closed_at()

        daemon = self.start_daemon()
        with scripted(script) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/slow"))
            quick, slow = self.client(daemon), self.client(daemon)
            quick.get("/slow/quick")
            until(lambda: len(calls) == 1, "a call is open")
            slow.get("/slow/slow")
            until(lambda: len(calls) == 2, "two calls are open")
            begun = drain(daemon, "POST", {"seconds": 0, "hardStopSeconds": 3})
            self.assertEqual((begun["streams"], begun["calls"]), (0, 2))
            calls[0].send(OK)
            head = quick.until(b"\r\n\r\n").lower()
            self.assertTrue(head.startswith(b"http/1.1 200 "), head)
            self.assertIn(b"\r\nconnection: close\r\n", head)
            self.assertEqual(quick.rest(), (b"ok", "close"))
            self.assertEqual(drain(daemon)["calls"], 1)
            self.assertIn(b" 503 ", slow.until(b"\r\n"))
            until(lambda: drain(daemon)["state"] == "drained", "it is drained")

    def test_open_connections_are_served_until_the_spread_is_over(self) -> None:
        """A pool of a proxy may use them; the response closes each. Afterwards requests
        are refused."""

        def script(connection: Connection) -> None:
            while True:
                connection.head()
                connection.send(OK)

        daemon = self.start_daemon()
        daemon.publish(topics_api("/topics", {}))
        streams = Subscribers(daemon.port, "/topics/a")
        self.addCleanup(streams.leave)
        streams.add(2)
        self.await_open(streams)
        with scripted(script) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/ok"))
            kept = [self.client(daemon) for _ in range(2)]
            for one in kept:
                one.get("/ok")
                one.until(b"ok")
            drain(daemon, "POST", {"seconds": 3})
            kept[0].get("/ok")
            self.assertIn(b" 200 ", kept[0].until(b"\r\n"))
            self.assertIn(b"connection: close", kept[0].until(b"\r\n\r\n").lower())
            self.assertEqual(kept[0].rest(), (b"ok", "close"))
            until(lambda: drain(daemon)["state"] == "drained", "it is drained")
            kept[1].get("/ok")
            self.assertIn(b" 503 ", kept[1].until(b"\r\n"))

    def test_http2_connections_are_told(self) -> None:
        """By a GOAWAY; the stream that is open goes on until its turn."""
        authority, directory = Authority(), self.new_directory()
        written = authority.server("localhost").write(str(directory))
        daemon = self.start_daemon(
            toml=f"""
            [[gateway.listeners]]
            id = "default"
            endpoint = "tcp:{{port}}:interface=127.0.0.1"
            [gateway.listeners.tls]
            certificate = "{written.certificate}"
            key = "{written.key}"
            http2 = true
            """
        )
        daemon.publish(topics_api("/topics", {}))
        # The library h2 reads nothing more after a GOAWAY.
        client = subprocess.Popen(
            [
                *("curl", "-sSNv", "--http2", "--cacert", written.ca),
                *("-H", "Accept: text/event-stream"),
                f"https://localhost:{daemon.port}/topics/a",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        until(lambda: technical_streams(daemon) == 1, "the stream is open")
        drain(daemon, "POST", {"seconds": 1})
        shown = client.communicate(timeout=BOUND_S)[0]
        self.assertIn(b"using HTTP/2", shown)
        self.assertIn(b"event: goaway", shown)
        self.assertEqual(client.returncode, 0, shown)

    def test_signal(self) -> None:
        """With settings: not ready, then no new clients, then an even end; operators
        see it to the end, and cannot change it."""
        daemon = self.start_daemon(toml="[drain]\ndelay_ms = 1500\nspread_ms = 2000\n")
        daemon.publish(topics_api("/topics", {}))
        streams = Subscribers(daemon.port, "/topics/a")
        self.addCleanup(streams.leave)
        streams.add(20)
        self.await_open(streams)
        os.kill(daemon.pid, signal.SIGTERM)
        began_s = time.monotonic()
        until(lambda: not is_ready(daemon), "it is not ready")
        self.assertFalse(is_refused(daemon.port))
        self.assertTrue(drain(daemon)["stopping"])
        for method in ("POST", "DELETE"):
            answer = technical(daemon, method, "/_node/drain")
            self.assertEqual(answer.status, 400, answer.body)
        until(lambda: is_refused(daemon.port), "clients are refused")
        self.assertGreater(time.monotonic() - began_s, 1)
        self.assertIn(daemon.ended(), (0, -signal.SIGTERM))
        self.assertGreater(time.monotonic() - began_s, 3)
        for one in streams.clients:
            self.assertEqual(one.goaways, 1)

    def test_second_signal(self) -> None:
        """It ends the daemon at once, whatever is open."""
        daemon = self.start_daemon(toml="[drain]\nspread_ms = 60000\n")
        daemon.publish(topics_api("/topics", {}))
        streams = Subscribers(daemon.port, "/topics/a")
        self.addCleanup(streams.leave)
        streams.add(5)
        self.await_open(streams)
        os.kill(daemon.pid, signal.SIGTERM)
        until(lambda: drain(daemon)["state"] == "draining", "it drains")
        os.kill(daemon.pid, signal.SIGTERM)
        self.assertEqual(daemon.ended(), -signal.SIGTERM)

    def test_stopped_api(self) -> None:
        """The streams of an API that is stopped end over the spread, those of others go
        on."""
        daemon = self.start_daemon(toml="[drain]\nspread_ms = 2000\n")
        api_id = daemon.publish(topics_api("/topics", {}))
        daemon.publish(topics_api("/others", {}))
        streams = Subscribers(daemon.port, "/topics/a")
        others = Subscribers(daemon.port, "/others/a")
        for group in (streams, others):
            self.addCleanup(group.leave)
            group.add(20)
            self.await_open(group)
        daemon.must("POST", f"/apis/{api_id}/_stop")
        began_s = time.monotonic()
        self.assertEqual(daemon.get("/topics/a").status, 404)
        until(lambda: any(one.goaways for one in streams.clients), "one has ended")
        self.assertFalse(all(one.goaways for one in streams.clients))
        until(lambda: all(one.goaways for one in streams.clients), "all have ended")
        self.assertGreater(time.monotonic() - began_s, 1.5)
        self.assertFalse(any(one.goaways for one in others.clients))

    def test_redeployed_with_another_source(self) -> None:
        """The streams of the deployment before end over the spread, and receive events
        until then."""
        daemon = self.start_daemon()
        definition = topics_api("/mock", {})
        definition["endpointGroups"][0] = {
            "name": "group",
            "type": "mock",
            "endpoints": [
                {
                    "name": "mock",
                    "type": "mock",
                    "configuration": {"messageContent": "1", "messageInterval": 100},
                }
            ],
        }
        definition["listeners"][0]["entrypoints"] = [{"type": "sse"}]
        api_id = daemon.publish(definition)
        streams = Subscribers(daemon.port, "/mock")
        self.addCleanup(streams.leave)
        streams.add(20)
        until(lambda: all(one.numbers for one in streams.clients), "all have events")
        definition["redeployment"] = {"runningStreams": "drain", "spreadMs": 3000}
        endpoint = definition["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["messageContent"] = "2"
        daemon.must("PUT", f"/apis/{api_id}", definition)
        daemon.must("POST", f"/apis/{api_id}/deployments", {})
        began_s = time.monotonic()
        seen = [len(one.numbers) for one in streams.clients]
        until(lambda: any(one.goaways for one in streams.clients), "one has ended")
        self.assertFalse(all(one.goaways for one in streams.clients))
        until(lambda: all(one.goaways for one in streams.clients), "all have ended")
        self.assertGreater(time.monotonic() - began_s, 2)
        now = [len(one.numbers) for one in streams.clients]
        more = sum(after > before for after, before in zip(now, seen, strict=True))
        self.assertGreater(more, 10)
        self.assertEqual({n for one in streams.clients for n in one.numbers}, {1})

    def test_what_is_refused(self) -> None:
        """Unknown fields, bad bounds and missing rights, each by name."""
        daemon = self.start_daemon(toml='[technical]\ntoken = "0123456789abcdef-x"\n')
        for body, name in (
            ({"second": 3}, "second"),
            ({"seconds": -1}, "seconds"),
            ({"seconds": "3"}, "seconds"),
            ({"seconds": 100_000}, "seconds"),
            ({"seconds": 3, "hardStopSeconds": 2}, "hardStopSeconds"),
            ({"hardStopSeconds": 2}, "hardStopSeconds"),
            ([], ""),
        ):
            answer = technical(daemon, "POST", "/_node/drain", body)
            self.assertEqual(answer.status, 400, body)
            self.assertIn(name, answer.body.decode())
        token = "Bearer 0123456789abcdef-x"
        for method, status in (("GET", 200), ("POST", 403), ("DELETE", 403)):
            answer = technical(daemon, method, "/_node/drain", authorization=token)
            self.assertEqual(answer.status, status, method)
        self.assertEqual(drain(daemon)["state"], "serving")


def technical_streams(daemon: Daemon) -> int:
    """Count the event streams that have begun, by the access log."""
    return sum(one["kind"] == "open" for one in daemon.access_lines())
