"""
The end of any grant ends its streams within a second, for each kind of client.

Two daemons on one store; on each of them streams over TCP, over TLS and over HTTP/2, of
a PROXY API and of a MESSAGE API.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import (
    BACKLOG,
    Daemon,
    proxy_api,
    until,
)
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.http.http2_client import Http2Client
from tests.wire.plans.keyed import KeyedApi, Subscription
from tests.wire.plans.test_grants import ticking_api

AUTHORITY = Authority()
LIMIT_S = 1.0
WAYS = 6
"""Two daemons, and three ways to a client of each."""


class Stream:
    """One stream, and its end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.end = ""
        """``close`` or ``cut``."""
        self.ended_at = 0.0

    def ends(self, how: str) -> None:
        """Note the end."""
        self.end, self.ended_at = how, time.monotonic()


class OneStream(Stream):
    """A stream that has a connection of its own."""

    def __init__(self, client: RawClient, path: str, name: str) -> None:
        super().__init__(name)
        client.get(path, "Accept: text/event-stream", "Connection: close")
        head = client.until(b"\r\n\r\n")
        if b" 200 " not in head:
            raise AssertionError(f"{name}: {head!r}")
        client.until(b"data: ")
        threading.Thread(target=self._read, args=(client,), daemon=True).start()

    def _read(self, client: RawClient) -> None:
        # A test that is over closes what is left.
        with contextlib.suppress(OSError):
            rest, how = client.rest()
            whole = how == "close" and rest.endswith(b"0\r\n\r\n")
            self.ends("close" if whole else "cut")


class Multiplexed:
    """The streams of one HTTP/2 connection."""

    def __init__(self, client: Http2Client) -> None:
        self._client = client
        self._streams: dict[int, Stream] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def open(self, path: str, name: str) -> Stream:
        """Open one."""
        client, stream = self._client, Stream(name)
        with self._lock:
            number = client.get(path)
            self._streams[number] = stream
        until(lambda: b"data: " in client.bodies[number], f"{name} begins", 5.0)
        return stream

    def _read(self) -> None:
        client = self._client
        with contextlib.suppress(OSError, ValueError):
            while not client.closed:
                client.wait()
                with self._lock:
                    client.read()
                for number in client.ended | client.resets.keys():
                    stream = self._streams.pop(number, None)
                    if stream is not None:
                        stream.ends("cut" if number in client.resets else "close")


class EndTests(WireCase):
    """A PROXY API and a MESSAGE API, whose streams end at the same time."""

    def setUp(self) -> None:
        """Start them."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        root = self.new_directory()
        source, _ = stack.enter_context(scripted(self.serve))
        toml = self.settings(root)
        self.daemons = [self.start_daemon(root / name, toml) for name in ("one", "two")]
        self.tls_ports = [daemon.ports["tls"] for daemon in self.daemons]
        self.context = ssl.create_default_context(cadata=AUTHORITY.pem)
        self.http2 = []
        for port in self.tls_ports:
            context = ssl.create_default_context(cadata=AUTHORITY.pem)
            client = Http2Client(port, context)
            self.addCleanup(client.close)
            self.http2.append(Multiplexed(client))
        one = self.daemons[0]
        proxied = proxy_api(f"http://127.0.0.1:{source}/", "/proxied")
        self.apis = [KeyedApi(one, proxied), KeyedApi(one, ticking_api("/ticks"))]
        self.paths = ["/proxied", "/ticks"]

    def settings(self, root: Path) -> str:
        """Write the settings of a daemon."""
        written = AUTHORITY.server("localhost").write(str(root))
        return f"""
            [store]
            url = "sqlite:///{root}/shared.db"
            [[gateway.listeners]]
            id = "default"
            endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"
            [[gateway.listeners]]
            id = "tls"
            endpoint = "tcp:0:interface=127.0.0.1{BACKLOG}"
            [gateway.listeners.tls]
            certificate = "{written.certificate}"
            key = "{written.key}"
            http2 = true
        """

    def serve(self, connection: Connection) -> None:
        """Begin an event stream, and hold it."""
        connection.head()
        connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        connection.closed_at()

    def opened(self, path: str, key: str) -> list[Stream]:
        """Open a stream on each way to a client."""
        if key:
            path = f"{path}?api-key={key}"
        streams = []
        for daemon, port, http2 in zip(
            self.daemons, self.tls_ports, self.http2, strict=True
        ):
            where = daemon.data_dir.name
            until(partial(self.is_known, daemon, path), "the key is known")
            plain, tls = RawClient(daemon.port), RawClient(port, self.context)
            for client in (plain, tls):
                self.addCleanup(client.close)
            streams += [
                OneStream(plain, path, f"{where}, TCP"),
                OneStream(tls, path, f"{where}, TLS"),
                http2.open(path, f"{where}, HTTP/2"),
            ]
        return streams

    def is_known(self, daemon: Daemon, path: str) -> bool:
        """Ask for a stream, and leave it."""
        client = RawClient(daemon.port)
        with contextlib.closing(client):
            client.get(path, "Accept: text/event-stream")
            return b" 200 " in client.until(b"\r\n")

    def check(
        self,
        api: int,
        subscription: Subscription,
        end: Callable[[], object],
        outcome: str,
    ) -> None:
        """
        End streams on both daemons, and assert that they end in time.

        :param api: the number of the API.
        :param subscription: what they come by.
        :param end: makes them end; gives when they should, unless that is now.
        :param outcome: what the access logs say.
        """
        path = self.paths[api]
        streams = self.opened(path, subscription.key)
        due = end()
        begun = due if isinstance(due, float) else time.monotonic()

        def are_over() -> bool:
            return all(stream.end for stream in streams)

        bound_s = begun + 3 - time.monotonic()
        until(are_over, f"{path}, {outcome}: the end of all", bound_s)
        for stream in streams:
            took = stream.ended_at - begun
            self.assertLess(took, LIMIT_S, (path, outcome, stream.name))
            self.assertGreater(took, -0.1 if due is begun else -5, stream.name)
            # Nothing may be added to a PROXY API's stream: it must not look finished.
            self.assertEqual(stream.end, ("cut", "close")[api], stream.name)
        expected = [outcome] * (WAYS // 2)
        for daemon in self.daemons:
            until(
                partial(self.has_said, daemon, subscription.id, expected),
                f"the access log says so: {outcome}",
                5.0,
            )

    def has_said(
        self, daemon: Daemon, subscription_id: str, expected: list[str]
    ) -> bool:
        """Whether the last streams of a subscription have ended so, leavers aside."""
        said = [
            line["outcome"]
            for line in daemon.access_lines()
            if line["subscriptionId"] == subscription_id
            and line["kind"] == "close"
            and line["outcome"] != "client_gone"
        ]
        return said[-len(expected) :] == expected

    def soon(self, act: Callable[[str], object]) -> Callable[[], float]:
        """Set an end in the near future, and return its time."""

        def end() -> float:
            # To a millisecond, as it is kept.
            left_s = 0.8
            at = datetime.now(UTC) + timedelta(seconds=left_s)
            due = time.monotonic() + left_s
            act(at.isoformat(timespec="milliseconds"))
            return due

        return end

    def ends_of(self, number: int) -> None:
        """End all grants of an API's streams, one after the other."""
        api, must = self.apis[number], self.daemons[0].must
        second_plan, keyless = api.plan("API_KEY"), api.plan("KEY_LESS")
        api.start()
        stays = api.subscribe()
        witnesses = self.opened(self.paths[number], stays.key)

        one = api.subscribe_another()
        self.check(number, one, lambda: one.act("_pause"), "revoked")
        one.act("_resume")
        self.check(number, one, lambda: one.act_on_key("_revoke"), "revoked")
        two = api.subscribe_another()

        def key_ends(at: str) -> None:
            must("PUT", two.key_at, {"expireAt": at})

        self.check(number, two, self.soon(key_ends), "expired")
        three = api.subscribe_another()

        def subscription_ends(at: str) -> None:
            must("PUT", three.at, {"endingAt": at})

        self.check(number, three, self.soon(subscription_ends), "expired")
        four = api.subscribe_another()
        self.check(number, four, lambda: four.act("_close"), "revoked")
        five = api.subscribe_another()
        archived = f"/applications/{api.application_id}"
        self.check(number, five, lambda: must("DELETE", archived), "revoked")
        first_plan, api.plan_id = api.plan_id, second_plan
        six = api.subscribe_another()
        closed = f"{api.at}/plans/{second_plan}/_close"
        self.check(number, six, lambda: must("POST", closed), "revoked")
        api.plan_id = first_plan
        self.keyless_ends(number, keyless)
        self.assertEqual([one.end for one in witnesses], [""] * WAYS)
        seven = api.subscribe_another()
        self.check(number, seven, lambda: must("POST", f"{api.at}/_stop"), "stopped")

    def keyless_ends(self, number: int, plan_id: str) -> None:
        """Close the plan of those who came without a key."""
        streams = self.opened(self.paths[number], "")
        begun = time.monotonic()
        self.daemons[0].must("POST", f"{self.apis[number].at}/plans/{plan_id}/_close")
        until(lambda: all(one.end for one in streams), "the end of the keyless", 2.0)
        took = max(one.ended_at for one in streams) - begun
        self.assertLess(took, LIMIT_S)

    def test_whatever_ends(self) -> None:
        """Streams of PROXY APIs are cut, and those of MESSAGE APIs are notified."""
        with ThreadPoolExecutor(len(self.apis)) as pool:
            list(pool.map(self.ends_of, range(len(self.apis))))
