"""A stream ends with the grant that let it in, and can be renewed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.harness.subscribers import Subscribers
from tests.wire.plans.keyed import KeyedApi, Subscription

TICK = b"data: tick\n"
STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"
)


def ticking_api(context_path: str, **entrypoint: Any) -> dict[str, Any]:
    """Write the definition of a MESSAGE API that every process can serve."""
    return {
        "definitionVersion": "V4",
        "name": f"ticks {context_path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": context_path}],
                "entrypoints": [
                    {"type": "sse", "configuration": entrypoint},
                    {
                        "type": "websocket",
                        "configuration": {"publisher": {"enabled": False}},
                    },
                ],
            }
        ],
        "endpointGroups": [
            {
                "name": "ticks",
                "type": "mock",
                "endpoints": [
                    {
                        "name": "mock",
                        "type": "mock",
                        "configuration": {
                            "messageInterval": 200,
                            "messageContent": "tick",
                        },
                    }
                ],
            }
        ],
    }


POLL_S = 0.25
"""The default of ``store.poll_ms``."""
CHALLENGING = SharedDaemon(lambda _: "[gateway]\nchallenge_ms = 60000\n")
WARNING = SharedDaemon(lambda _: '[gateway]\nrevocation = "warn"\n')


class SeveralProcessesTests(WireCase):
    """Two daemons on one store."""

    def setUp(self) -> None:
        """Start them."""
        root = self.new_directory()
        toml = f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
        self.one = self.start_daemon(root / "one", toml)
        self.two = self.start_daemon(root / "two", toml)

    def opened(self, daemon: Daemon, path: str, count: int) -> Subscribers:
        """Open streams, and wait until each has its head."""
        until(lambda: self.status(daemon, path) == 200, f"{path} is served")
        subscribers = Subscribers(daemon.port, path, "Connection: close")
        self.addCleanup(subscribers.leave)
        subscribers.add(count)
        until(
            lambda: all(one.status == b"200" for one in subscribers.clients),
            f"{count} streams",
        )
        return subscribers

    def status(self, daemon: Daemon, path: str) -> int:
        """Ask for a stream, and leave it."""
        client = RawClient(daemon.port)
        try:
            client.get(path, "Accept: text/event-stream")
            return int(client.until(b"\r\n").split(b" ")[1])
        finally:
            client.close()

    def test_a_thousand_streams(self) -> None:
        """
        A key is revoked: its streams end on both, a poll of the store later, in less
        time than they took to open; others do not.
        """
        api = KeyedApi(self.one, ticking_api("/ticks"))
        api.start()
        subscription = api.subscribe()
        other_key = self.one.must("POST", f"{subscription.at}/api-keys/_renew", {})
        path = f"/ticks?api-key={subscription.key}"
        begun = time.monotonic()
        here = self.opened(self.one, path, 500)
        there = self.opened(self.two, path, 500)
        opened_s = time.monotonic() - begun
        spared = self.opened(self.two, f"/ticks?api-key={other_key['key']}", 10)
        begun = time.monotonic()
        subscription.act_on_key("_revoke")
        answered = time.monotonic()

        def all_ended() -> bool:
            return all(one.ended for one in (*here.clients, *there.clients))

        until(all_ended, "1,000 streams end", 2 * POLL_S + opened_s)
        print(
            f"1,000 streams on two processes: revoked in {answered - begun:.3f} s, "
            f"ended after {time.monotonic() - begun:.3f} s"
        )
        self.assertEqual([one.ended for one in spared.clients], [False] * 10)
        for daemon in (self.one, self.two):
            self.assertEqual(self.status(daemon, path), 401)
            until(partial(self.has_revoked, daemon, 500), "500 lines")

    def has_revoked(self, daemon: Daemon, count: int) -> bool:
        """Whether the access log has a number of revoked streams."""
        outcomes = [line["outcome"] for line in daemon.access_lines()]
        return outcomes.count("revoked") == count


class OneProcessTests(WireCase):
    """The clients of one daemon."""

    def setUp(self) -> None:
        """Have a path of its own."""
        self.path = "/" + self.id().rpartition(".")[2]

    def streaming(self, daemon: Daemon, path: str, *headers: str) -> RawClient:
        """Open a stream, once it is there."""
        for _ in range(200):
            client = RawClient(daemon.port)
            self.addCleanup(client.close)
            client.get(path, "Accept: text/event-stream", *headers)
            if b" 200 " in client.until(b"\r\n"):
                return client
            client.close()
            time.sleep(0.01)
        raise AssertionError(f"{path} is not served")

    def expire(
        self, daemon: Daemon, subscription: Subscription, seconds: float
    ) -> None:
        """Set the expiry of a key."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        daemon.must("PUT", subscription.key_at, {"expireAt": at.isoformat()})

    def test_passthrough(self) -> None:
        """A stream of a PROXY API is cut, and so is its source's connection."""
        closed: list[float] = []

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(STREAM)
            closed.append(connection.closed_at())

        daemon = CHALLENGING.get()
        with scripted(script) as (port, _):
            api = KeyedApi(daemon, proxy_api(f"http://127.0.0.1:{port}/", self.path))
            api.start()
            subscription = api.subscribe()
            client = self.streaming(daemon, f"{self.path}?api-key={subscription.key}")
            client.until(b"data: 1\n\n")
            subscription.act("_close")
            self.assertTrue(client.is_cut())
            daemon.access_line(outcome="revoked", planId=api.plan_id)
            until(lambda: closed, "the source is let go")

    def test_told_and_renewed(self) -> None:
        """
        A client is notified before its key expires, and continues with another key.
        """
        daemon = CHALLENGING.get()
        api = KeyedApi(daemon, ticking_api(self.path))
        api.start()
        subscription = api.subscribe()
        client = self.streaming(daemon, f"{self.path}?api-key={subscription.key}")
        head = client.until(b"\r\n\r\n").lower()
        request_id = head.partition(b"x-gravitee-request-id: ")[2].split(b"\r\n")[0]
        self.expire(daemon, subscription, 3)
        client.until(b"event: relay.challenge\ndata: ")
        told = json.loads(client.until(b"\n\n"))
        self.assertEqual(told["reason"], "expiring")
        self.assertEqual(told["stream"], request_id.decode())
        self.assertIn("T", told["endsAt"])

        new = daemon.must("POST", f"{subscription.at}/api-keys/_renew", {})["key"]
        stranger = self.another(daemon, api)
        for key, stream, status in (
            (stranger, told["stream"], 403),
            (new, "none", 404),
            ("wrong", told["stream"], 401),
            (new, told["stream"], 204),
        ):
            self.renewed(daemon, key, stream, status)
        until(lambda: self.is_over(daemon, subscription.key), "the old key is over")
        client.until(TICK)
        # Revoking what it rested on before changes nothing any more.
        subscription.act_on_key("_revoke")
        for _ in range(5):
            client.until(TICK)
        subscription.act("_pause")
        rest = client.until(b"\r\n0\r\n\r\n")
        self.assertIn(b'event: error\ndata: {"reason": "revoked"}\n\n', rest)
        self.assertNotIn(b"event: goaway\n", rest)

    def another(self, daemon: Daemon, api: KeyedApi) -> str:
        """Subscribe another application, and return its key."""
        api.application_id = daemon.must("POST", "/applications", {"name": "x"})["id"]
        return api.subscribe().key

    def renewed(self, daemon: Daemon, key: str, stream: str, status: int) -> None:
        """Try to renew a stream; a key takes a moment to be known."""

        def answer() -> bool:
            path = f"{self.path}?api-key={key}&relay.renew={stream}"
            return daemon.get(path, method="POST").status == status

        until(answer, f"{status}", 2.0)

    def is_over(self, daemon: Daemon, key: str) -> bool:
        """Whether a key opens nothing any more."""
        client = RawClient(daemon.port)
        try:
            client.get(f"{self.path}?api-key={key}", "Accept: text/event-stream")
            return b" 401 " in client.until(b"\r\n")
        finally:
            client.close()

    def test_only_the_source(self) -> None:
        """A stream without control events just ends."""
        daemon = CHALLENGING.get()
        api = KeyedApi(daemon, ticking_api(self.path, controlEvents="off"))
        api.start()
        subscription = api.subscribe()
        client = self.streaming(daemon, f"{self.path}?api-key={subscription.key}")
        self.expire(daemon, subscription, 1)
        rest = client.until(b"\r\n0\r\n\r\n")
        self.assertIn(TICK, rest)
        for word in (b"relay.challenge", b"event: error", b"goaway"):
            self.assertNotIn(word, rest)
        daemon.access_line(outcome="expired", path=self.path)

    def test_warned_only(self) -> None:
        """In the warning mode streams continue after a notification."""
        daemon = WARNING.get()
        api = KeyedApi(daemon, ticking_api(self.path))
        api.start()
        subscription = api.subscribe()
        client = self.streaming(daemon, f"{self.path}?api-key={subscription.key}")
        subscription.act_on_key("_revoke")
        client.until(b"event: relay.challenge\ndata: ")
        told = json.loads(client.until(b"\n\n"))
        self.assertEqual(told["reason"], "revoked")
        for _ in range(3):
            client.until(TICK)
        self.assertIn("goes on, though what let it in is revoked", daemon.log())

    def test_keyless_streams_cost_nothing(self) -> None:
        """A stream without a grant cannot be renewed, and is not notified."""
        daemon = CHALLENGING.get()
        daemon.publish(ticking_api(self.path))
        client = self.streaming(daemon, self.path)
        head = client.until(b"\r\n\r\n").lower()
        stream = head.partition(b"x-gravitee-request-id: ")[2].split(b"\r\n")[0]
        path = f"{self.path}?relay.renew={stream.decode()}"
        self.assertEqual(daemon.get(path, method="POST").status, 404)
        client.until(TICK)
