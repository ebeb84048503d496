"""The vectors of the event-stream format through the ``sse`` endpoint."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from relay.channel import ids
from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api

VECTORS = Path(__file__).parents[2] / "eventstream" / "sse_vectors.json"
END = b"data: end of the vector\n\n"
SHARED = SharedDaemon()


class VectorTests(WireCase):
    """The events are those that the vector lists."""

    def test_whole_and_byte_by_byte(self) -> None:
        """The source ends each vector as a cut does, and comes back for the end."""
        daemon = SHARED.get()
        vectors: list[dict[str, Any]] = json.loads(VECTORS.read_text())["vectors"]
        pieces: dict[bytes, list[bytes]] = {}
        for number, vector in enumerate(vectors):
            whole = b"".join(base64.b64decode(one) for one in vector["chunks"])
            pieces[b"/%d-whole" % number] = [whole]
            pieces[b"/%d-bytes" % number] = [
                whole[at : at + 1] for at in range(len(whole))
            ]
        served: set[bytes] = set()

        def script(connection: Connection) -> None:
            path = connection.head().split(b" ")[1]
            connection.send(EVENT_STREAM)
            if path in served:
                connection.send(chunk(END))
                connection.closed_at()
                return
            served.add(path)
            for piece in pieces[path]:
                connection.send(chunk(piece))

        # The source's own reconnection times would make the test wait.
        channel = {"reconnect": {"initialMs": 10, "maxMs": 20}, "lingerMs": 0}
        with scripted(script) as (port, errors):
            target = f"http://127.0.0.1:{port}"
            daemon.publish(message_api(target, "/vectors", channel))
            for path in pieces:
                vector = vectors[int(path[1:].partition(b"-")[0])]
                events = self.read(daemon.port, "/vectors" + path.decode())
                expected = [(one["type"], one["data"]) for one in vector["events"]]
                self.assertEqual([(e.type, e.data) for e in events], expected, path)
                self.assert_ids(events, vector)
            self.assertTrue(errors.empty())
        print(f"{len(vectors)} vectors, {len(pieces)} streams")

    def read(self, port: int, path: str) -> list[Event]:
        """Read a stream to the mark that ends the vector; gaps are not its events."""
        client = RawClient(port)
        client.get(path, "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        received = client.until(END)
        client.close()
        body = b"".join(re.split(rb"(?:^|\r\n)[0-9a-f]+\r\n", received))
        events = EventParser().feed(body)
        return [event for event in events[:-1] if event.type != "relay.gap"]

    def assert_ids(self, events: list[Event], vector: dict[str, Any]) -> None:
        """An id holds the source's own, where the event had one of its own."""
        in_force = ""
        for event, expected in zip(events, vector["events"], strict=True):
            known = ids.parse(event.id)
            assert known is not None
            own = expected["id"] if expected["id"] != in_force else ""
            in_force = expected["id"]
            self.assertEqual(known.source_id or "", own, vector["name"])
