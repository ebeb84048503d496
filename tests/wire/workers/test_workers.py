"""A daemon whose clients are served by two processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.harness.subscribers import Subscribers
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.technical import technical
from tests.wire.operate.test_drain import drain, is_refused

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TOML = """
[process]
workers = 2
[[gateway.listeners]]
id = "default"
endpoint = "tcp:{port}:interface=127.0.0.1:backlog=4096"
[[gateway.listeners]]
id = "local"
endpoint = "unix:%s/clients.sock"
"""


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


def workers(daemon: Daemon) -> list[int]:
    """List the processes of the hub and of the workers, in this order at first."""
    listed = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text()
    return [int(one) for one in listed.split()]


class Caller(threading.Thread):
    """Calls on a new connection each time, until it is told to end."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.results: Counter[str] = Counter()
        self._port = port
        self._over = threading.Event()

    def run(self) -> None:
        """Call, and count what comes of it."""
        while not self._over.is_set():
            try:
                self.results[str(call(self._port, "/calls"))] += 1
            except (OSError, http.client.HTTPException) as error:
                self.results[type(error).__name__] += 1

    def end(self) -> Counter[str]:
        """End, and return how often each result came."""
        self._over.set()
        self.join(BOUND_S)
        return self.results


def call(port: int, path: str) -> int:
    """Call on a new connection, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def publish(port: int, number: int) -> int:
    """Publish on a new connection, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
    try:
        headers = {"Content-Type": "text/plain", "Accept": "*/*"}
        connection.request("POST", "/topics/a", str(number), headers)
        return connection.getresponse().status
    finally:
        connection.close()


class WorkersTests(WireCase):
    """Each test has a daemon of its own."""

    def daemon(self) -> Daemon:
        """Start a daemon with two workers."""
        directory = self.new_directory()
        daemon = Daemon(directory, TOML % directory)
        daemon.start()
        self.addCleanup(daemon.kill)
        return daemon

    @contextmanager
    def published(self, daemon: Daemon) -> Iterator[None]:
        """Publish an API on both workers."""
        with scripted(answer) as (source, _):
            target = f"http://127.0.0.1:{source}/"
            api_id = daemon.publish(proxy_api(target, "/"))
            until(
                lambda: daemon.log().count(f"API {api_id}: serving") >= 2,
                "both workers serve the API",
            )
            yield

    def test_a_worker_dies(self) -> None:
        """No connection is refused, and another process takes its place; a Unix socket
        is served by both, and each reports under a name of its own."""
        daemon = self.daemon()
        with self.published(daemon):
            names = [one["id"] for one in daemon.must("GET", "/instances")["data"]]
            self.assertEqual(
                sorted(one.rpartition("/")[2] for one in names), ["1", "2"]
            )
            before = workers(daemon)
            caller = Caller(daemon.port)
            caller.start()
            until(lambda: caller.results["200"] > 10, "calls are answered")
            os.kill(before[1], signal.SIGKILL)
            until(
                lambda: len(workers(daemon)) == 3 and before[1] not in workers(daemon),
                "another process",
            )
            until(
                lambda: daemon.log().count("serves (process") == 3,
                "it serves",
                4 * BOUND_S,
            )
            results = caller.end()
            self.assertEqual(results["ConnectionRefusedError"], 0, results)
            health = technical(daemon, "GET", "/_node/health").json()["workers"]
            self.assertEqual(
                health, {"healthy": True, "workers": 2, "serving": 2, "restarts": 1}
            )
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(BOUND_S)
                client.connect(str(daemon.data_dir / "clients.sock"))
                client.sendall(b"GET /calls HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(client.recv(100)[:13], b"HTTP/1.1 200 ")

    def test_drain_reload_and_stop(self) -> None:
        """As one daemon: a drain that is cancelled, a reload of all or none, and a
        stop that ends the streams of both."""
        daemon = self.daemon()
        with self.published(daemon):
            self.assertEqual(drain(daemon, "POST", {"seconds": 0})["state"], "draining")
            until(lambda: is_refused(daemon.port), "clients are refused")
            until(lambda: drain(daemon)["state"] == "drained", "all are drained")
            self.assertEqual(drain(daemon, "DELETE"), {"state": "serving"})
            until(lambda: not is_refused(daemon.port), "clients are accepted")
            self.assertEqual({call(daemon.port, "/calls") for _ in range(20)}, {200})
            self.reload(daemon)
            streams = Subscribers(daemon.port, "/stream")
            self.addCleanup(streams.leave)
            streams.add(40)
            until(lambda: all(one.numbers for one in streams.clients), "streams run")
            self.assertIn(daemon.stop(), (0, -signal.SIGTERM))
            until(lambda: all(one.ended for one in streams.clients), "all have ended")
            found = re.findall(
                r"worker (\d): draining: (\d+) event streams", daemon.log()
            )
            ended = {number: int(count) for number, count in found}
            self.assertEqual(sorted(ended), ["1", "2"])
            self.assertEqual(sum(ended.values()), 40)
            self.assertNotIn(0, ended.values())

    def reload(self, daemon: Daemon) -> None:
        """Change settings of all workers, and open another listener."""
        path = daemon.data_dir / "relay.toml"
        text = path.read_text()
        path.write_text(text + 'id = "again"\n')
        self.assertEqual(technical(daemon, "POST", "/_node/reload").status, 400)
        third = daemon.data_dir / "third.sock"
        path.write_text(
            f"{text}[[gateway.listeners]]\nid = 'third'\nendpoint = 'unix:{third}'\n"
            "[limits]\nmax_headers = 10\n"
        )
        answer = technical(daemon, "POST", "/_node/reload")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn("limits.max_headers", answer.json()["applied"])

        def status() -> Any:
            connection = http.client.HTTPConnection(
                "127.0.0.1", daemon.port, timeout=BOUND_S
            )
            headers = {f"X-{number}": "1" for number in range(10)}
            try:
                connection.request("GET", "/calls", headers=headers)
                return connection.getresponse().status
            finally:
                connection.close()

        self.assertEqual({status() for _ in range(20)}, {431})
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(BOUND_S)
            client.connect(str(third))
            client.sendall(b"GET /calls HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(client.recv(100)[:13], b"HTTP/1.1 200 ")

    def test_channels(self) -> None:
        """Publications to any worker reach the subscribers of both, in one order, also
        after the hub has died. When the control process dies, all processes end, and
        the next daemon has the address."""
        daemon = self.daemon()
        api_id = daemon.publish(topics_api("/topics", {}))
        until(
            lambda: daemon.log().count(f"API {api_id}: serving") >= 2,
            "both workers serve the API",
        )
        streams = Subscribers(daemon.port, "/topics/a")
        self.addCleanup(streams.leave)
        streams.add(20)
        until(lambda: all(one.status for one in streams.clients), "streams are open")
        for number in range(20):
            self.assertEqual(publish(daemon.port, number), 202)
        published = list(range(20))
        until(
            lambda: all(one.numbers == published for one in streams.clients),
            "all have all",
        )
        hub, *pids = workers(daemon)
        os.kill(hub, signal.SIGKILL)
        until(lambda: publish(daemon.port, 20) == 202, "the next hub")
        published.append(20)
        until(
            lambda: all(one.numbers == published for one in streams.clients),
            "all have what was published since",
        )
        pids = workers(daemon)
        self.assertEqual(len(pids), 3)
        daemon.kill()
        until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids),
            "all processes have ended",
        )
        daemon.start()
        self.assertEqual(len(workers(daemon)), 3)
