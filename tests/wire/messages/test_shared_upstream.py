"""One upstream event stream, many clients, and a source that is killed repeatedly."""

from __future__ import annotations

import atexit
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, until
from tests.wire.harness.ports import accepts, fixed_port
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.harness.subscribers import Subscribers

CLIENTS = 1000
KILLS = 10
ROOT = Path(__file__).resolve().parents[3]
SHARED = SharedDaemon()


def message_api(
    target: str, context_path: str, channel: dict[str, Any], **sse: Any
) -> dict[str, Any]:
    """Write the definition of a MESSAGE API with an ``sse`` endpoint and entrypoint."""
    return {
        "definitionVersion": "V4",
        "name": f"message {context_path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": context_path}],
                "entrypoints": [{"type": "sse", "configuration": sse}],
            }
        ],
        "endpointGroups": [
            {
                "name": "source",
                "type": "sse",
                "sharedConfiguration": {"channel": channel},
                "endpoints": [
                    {
                        "name": "upstream",
                        "type": "sse",
                        "inheritConfiguration": True,
                        "configuration": {"target": target},
                    }
                ],
            }
        ],
    }


class LoggedSource:
    """The source of ``logged_source.py``, to be killed and started."""

    def __init__(self, interval_ms: int) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="relay-logged-"))
        atexit.register(shutil.rmtree, self.directory, True)
        self.log = self.directory / "numbers.log"
        self.port = fixed_port()
        self._interval_ms = interval_ms
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.wire.messages.logged_source",
                str(self.port),
                str(self.log),
                str(self._interval_ms),
            ],
            cwd=ROOT,
        )
        until(lambda: accepts(self.port), "the source accepts")

    def kill(self, in_an_event: bool = False) -> None:
        """End it as a crash does; in the midst of an event if that is wanted."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGUSR1 if in_an_event else signal.SIGKILL)
            process.wait()

    def published(self) -> int:
        """How many numbers its log holds."""
        return self.log.stat().st_size // 2

    def most_connections(self) -> int:
        """How many streams it ever had open at once."""
        notes = self.log.with_suffix(".connections").read_text().split()
        return max(map(int, notes))


class SharedUpstreamTests(WireCase):
    """The clients keep their streams, and lose and double nothing."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]

    def test_a_source_that_keeps_dying(self) -> None:
        """Killed ten times: every client gets every number once, on one connection."""
        source = LoggedSource(interval_ms=50)
        source.start()
        self.addCleanup(source.kill)
        channel = {"reconnect": {"initialMs": 50, "maxMs": 500}}
        target = f"http://127.0.0.1:{source.port}/"
        self.daemon.publish(message_api(target, self.path, channel))
        subscribers = Subscribers(self.daemon.port, self.path)
        self.addCleanup(subscribers.leave)
        subscribers.add(CLIENTS)
        clients = subscribers.clients
        until(lambda: all(c.numbers for c in clients), "all are subscribed")
        for turn in range(KILLS):
            source.kill(in_an_event=turn % 2 == 1)
            before = source.published()
            source.start()
            until(
                lambda before=before: clients[0].numbers[-1] > before,  # type: ignore[misc]
                "the stream goes on",
            )
        last = source.published()
        until(lambda: all(c.numbers[-1] >= last for c in clients), "all have the last")
        # What is compared must not grow meanwhile.
        open_to_the_end = [c for c in clients if not c.ended]
        subscribers.leave()
        self.assertEqual(len(open_to_the_end), CLIENTS)
        self.assertEqual({c.status for c in clients}, {b"200"})
        self.assertEqual([c for c in clients if c.gaps], [])
        for client in clients:
            first = client.numbers[0]
            expected = list(range(first, first + len(client.numbers)))
            self.assertEqual(client.numbers, expected)
        self.assertEqual(source.most_connections(), 1)
        print(f"{CLIENTS} clients, {KILLS} kills, {last} numbers, none lost or doubled")

    def test_a_storm_of_returning_clients(self) -> None:
        """All come back at once with an id: one copy of the history serves them all."""
        source = LoggedSource(interval_ms=50)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        channel = {"history": {"maxEvents": 10000}}
        self.daemon.publish(message_api(target, self.path, channel))
        subscribers = Subscribers(self.daemon.port, self.path)
        self.addCleanup(subscribers.leave)
        subscribers.add(1)
        keeper = subscribers.clients[0]
        until(lambda: len(keeper.numbers) > 1, "the first is subscribed")
        early = keeper.last_event_id
        begun = keeper.numbers[-1]
        until(lambda: keeper.numbers[-1] > begun + 100, "there is some history")
        before = self.daemon.rss_bytes()
        subscribers.add(CLIENTS, early)
        storm = subscribers.clients[1:]
        until(lambda: all(len(c.numbers) > 100 for c in storm), "all have caught up")
        growth = self.daemon.rss_bytes() - before
        subscribers.leave()
        for client in storm:
            expected = list(range(begun + 1, begun + 1 + len(client.numbers)))
            self.assertEqual(client.numbers, expected)
        print(f"storm of {CLIENTS}: {growth / CLIENTS / 1024:.1f} KiB more each")
        self.assertLess(growth / CLIENTS, 32 * 1024)

    def test_users_do_not_share(self) -> None:
        """Each set of credentials has an upstream of its own, which gets them."""
        heads: list[bytes] = []

        def script(connection: Connection) -> None:
            head = connection.head()
            heads.append(head)
            user = head.lower().partition(b"authorization: ")[2][:7]
            connection.send(EVENT_STREAM + chunk(b"data: for " + user + b"\n\n"))
            connection.closed_at()

        with scripted(script) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            self.daemon.publish(message_api(target, self.path, {}))
            for user in ("Basic a", "Basic b"):
                client = RawClient(self.daemon.port)
                self.addCleanup(client.close)
                client.get(self.path, f"Authorization: {user}", "Cookie: secret=1")
                client.until(f"data: for {user.lower()}\n\n".encode())
            self.assertEqual(len(heads), 2)
            self.assertNotIn(b"cookie", b"".join(heads).lower())

    def test_a_public_stream(self) -> None:
        """
        Without headers in the key all clients share one upstream, which receives no
        credentials.
        """
        heads: list[bytes] = []

        def script(connection: Connection) -> None:
            heads.append(connection.head())
            connection.send(EVENT_STREAM)
            connection.closed_at()

        with scripted(script) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            channel: dict[str, Any] = {"key": {"headers": []}}
            definition = message_api(target, self.path, channel, allowFilter=True)
            shared = definition["endpointGroups"][0]["sharedConfiguration"]
            shared["headers"] = [{"name": "X-Key", "value": "ours"}]
            self.daemon.publish(definition)
            for user in ("Basic a", "Basic b"):
                client = RawClient(self.daemon.port)
                self.addCleanup(client.close)
                client.get(
                    self.path + "?x=1&lastEventId=7&filter=a", f"Authorization: {user}"
                )
                client.until(b"\r\n\r\n")
            until(lambda: heads, "the upstream is open")
        self.assertEqual(len(heads), 1)
        self.assertIn(b"GET /?x=1 HTTP/1.1", heads[0])
        self.assertNotIn(b"authorization", heads[0].lower())
        self.assertIn(b"X-Key: ours", heads[0])
