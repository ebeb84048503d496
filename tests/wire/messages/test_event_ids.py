"""Ids of events that clients send back, and what of them a source is shown."""

from __future__ import annotations

import base64
import re
from functools import partial
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, SharedDaemon, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api

SHARED = SharedDaemon()
PUBLIC: dict[str, Any] = {"key": {"headers": []}, "lingerMs": 0}


def forged(source_id: bytes) -> str:
    """Return an id in the form that only Relay writes."""
    return "aaaaaaaa-b." + base64.urlsafe_b64encode(source_id).decode().rstrip("=")


class Ticking:
    """A source that records its requests, and sends events until the client leaves."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.given = 0

    def __call__(self, connection: Connection) -> None:
        """Serve one connection."""
        head = connection.head()
        found = re.search(rb"(?im)^last-event-id: *(.*?)\r?$", head)
        self.asked.append(found[1] if found else b"")
        connection.send(EVENT_STREAM)
        for _ in range(2):
            self.given += 1
            connection.send(chunk(b"id: s%d\ndata: tick\n\n" % self.given))
        connection.closed_at()


class ForgedIdTests(WireCase):
    """One client cannot set the place from which others read."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]

    def read(self, daemon: Daemon, path: str, *headers: str) -> str:
        """Read two events, and give the id of the first."""
        client = RawClient(daemon.port)
        self.addCleanup(client.close)
        client.get(path, "Accept: text/event-stream", *headers)
        text = client.until(b"data: tick\n\n")
        client.until(b"data: tick\n\n")
        client.close()
        found = re.search(rb"id: (\S+)", text)
        assert found is not None
        return found[1].decode()

    def has_left(self, number: int) -> bool:
        """Whether the streams of so many clients are over."""
        lines = self.daemon.access_lines()
        ends = [line for line in lines if line["kind"] == "close"]
        return [line["path"] for line in ends].count(self.path) == number

    def attack(self, mode: str, source_ids: tuple[bytes, ...]) -> None:
        """Send forged ids, and see that the source is not shown them."""
        source = Ticking()
        with scripted(source) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            channel = {**PUBLIC, "mode": mode}
            self.daemon.publish(message_api(target, self.path, channel))
            for number, source_id in enumerate(source_ids, 1):
                self.read(self.daemon, self.path, f"Last-Event-ID: {forged(source_id)}")
                self.assertEqual(len(source.asked), number)
                until(partial(self.has_left, number), "the client has left")
            self.read(self.daemon, self.path)
        self.assertEqual(source.asked, [b""] * (len(source_ids) + 1))

    def test_a_forged_id_is_not_sent_to_a_source(self) -> None:
        """A forged id is not sent to the source, whatever its bytes."""
        self.attack("failover", (b"s7", b"a\0b", b"a\x01b", b"x\r\nY: 1"))

    def test_a_forged_id_does_no_harm_to_merged_sources(self) -> None:
        """Half a surrogate pair in JSON does not stop the channel."""
        self.attack("merge", (b'["s7"]', b'["\\ud800"]', b'["\\u0000"]', b"[1]"))

    def test_an_id_of_another_channel_is_not_sent_to_a_source(self) -> None:
        """Each channel knows its own ids only."""
        source = Ticking()
        with scripted(source) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            self.daemon.publish(message_api(target, self.path, PUBLIC))
            held = self.read(self.daemon, self.path + "/one")
            self.read(self.daemon, self.path + "/two", f"Last-Event-ID: {held}")
            until(lambda: len(source.asked) == 2, "the source is asked twice")
        self.assertEqual(source.asked, [b"", b""])

    def test_a_channel_knows_its_ids_after_a_restart_of_the_daemon(self) -> None:
        """The first client that comes back opens the source at its place."""
        directory = self.new_directory()
        daemon = Daemon(directory).start()
        self.addCleanup(daemon.stop)
        source = Ticking()
        with scripted(source) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            daemon.publish(message_api(target, "/kept", PUBLIC))
            held = self.read(daemon, "/kept")
            daemon.stop()
            daemon.start()
            self.read(daemon, "/kept", f"Last-Event-ID: {held}")
        self.assertEqual(source.asked, [b"", b"s1"])
