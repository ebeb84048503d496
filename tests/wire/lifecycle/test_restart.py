"""The state after a crash and a restart, and their effect on clients."""

from __future__ import annotations

import random
import threading
import time

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import KEYLESS, Daemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
)

CLIENTS = 500
CRASHES = 5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RestartTests(WireCase):
    """Each test has a daemon of its own, and ends it."""

    def daemon(self) -> Daemon:
        """Start a daemon."""
        return self.start_daemon()

    def test_kill_loses_nothing_answered(self) -> None:
        """Every write that was answered with 2xx survives a SIGKILL."""
        daemon = self.daemon()
        answered: list[tuple[str, str]] = []
        with scripted(answering(OK)) as (port, _):
            for crash in range(CRASHES):
                stop = threading.Timer(random.uniform(0.2, 1.0), daemon.kill)
                stop.start()
                self._create_until_it_dies(daemon, port, crash, answered)
                stop.join()
                daemon.start()
                kept = daemon.must("GET", "/apis?perPage=1000")["data"]
                states = {api["id"]: api["state"] for api in kept}
                for api_id, path in answered:
                    self.assertEqual(states.get(api_id), "STARTED")
                    self.assertEqual(daemon.get(path).status, 200)
        print(f"{CRASHES} crashes, {len(answered)} APIs answered and kept")
        self.assertGreater(len(answered), CRASHES)

    def _create_until_it_dies(
        self, daemon: Daemon, port: int, crash: int, answered: list[tuple[str, str]]
    ) -> None:
        number = 0
        try:
            while True:
                number += 1
                path = f"/crash{crash}x{number}"
                body = proxy_api(f"http://127.0.0.1:{port}/", path)
                api_id = daemon.must("POST", "/apis", body)["id"]
                plan_id = daemon.must("POST", f"/apis/{api_id}/plans", KEYLESS)["id"]
                daemon.must("POST", f"/apis/{api_id}/plans/{plan_id}/_publish")
                daemon.must("POST", f"/apis/{api_id}/_start")
                answered.append((api_id, path))
        except (OSError, EOFError):
            pass
        except Exception as error:
            # http.client's names for a connection that breaks off.
            if type(error).__module__ != "http.client":
                raise

    def test_a_restart_under_reconnecting_clients(self) -> None:
        """500 clients that come back at once see no answer but 200."""

        def stream(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()

        daemon = self.daemon()
        with scripted(stream) as (port, _):
            daemon.publish(
                proxy_api(
                    f"http://127.0.0.1:{port}/",
                    "/reconnect",
                    http={"maxConcurrentConnections": CLIENTS},
                )
            )
            clients = [_Reconnecting(daemon.port) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            until(lambda: all(c.streams == 1 for c in clients), "all are subscribed")
            self.assertIn(daemon.stop(), (0, -15))
            daemon.start()
            until(lambda: all(c.streams == 2 for c in clients), "all are back")
            for client in clients:
                client.leave()
            for client in clients:
                client.join()
        statuses = {status for client in clients for status in client.statuses}
        refused = sum(client.refused for client in clients)
        print(f"{CLIENTS} clients, {refused} connections refused, {statuses}")
        self.assertEqual(statuses, {b"200"})


class _Reconnecting(threading.Thread):
    """A client that reconnects at once, until it has had two streams."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._left = threading.Event()
        self._client: RawClient | None = None
        self.statuses: list[bytes] = []
        self.streams = 0
        self.refused = 0

    def leave(self) -> None:
        """Close the stream and come back no more."""
        self._left.set()

    def run(self) -> None:
        """Subscribe, and again when cut."""
        while self.streams < 2:
            try:
                client = RawClient(self._port)
            except OSError:
                self.refused += 1
                time.sleep(random.uniform(0.1, 0.3))
                continue
            try:
                client.get("/reconnect")
                head = client.until(b"\r\n\r\n")
                self.statuses.append(head.split(b" ")[1])
                client.until(b"data: 1\n\n")
                self.streams += 1
                if self.streams < 2:
                    client.rest()
                else:
                    self._left.wait()
            except OSError:
                pass
            finally:
                client.close()
