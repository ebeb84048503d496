"""Clients of a MESSAGE API leave no reference cycle."""

from __future__ import annotations

from tests.wire.cycles.case import CycleCase, finish, reset, source, wait_for_end
from tests.wire.harness.client import RawClient
from tests.wire.harness.scripted import (
    scripted,
)
from tests.wire.messages.test_topics import topics_api


class MessageTests(CycleCase):
    """Topics and a shared source; event streams, polls, publications and WebSockets."""

    def test_a_subscriber_of_a_topic(self) -> None:
        """Clients that reset and clients that leave."""
        self.topics()
        asked, mark = self.subscribing(), b"\r\n\r\n"
        self.leaves_none(self.clients("", reset, mark, request=asked))
        self.leaves_none(self.clients("", finish, mark, request=asked))
        self.leaves_none(self.clients("", finish, mark, tls=True, request=asked))

    def test_a_publication(self) -> None:
        """An accepted and a refused publication leave no cycle."""
        self.topics(maxEventBytes=1024)
        taken = self.post(b"x", "news")
        self.leaves_none(self.clients("", finish, b"202", request=taken))
        large = self.post(b"x" * 2000, "news")
        self.leaves_none(self.clients("", finish, b"413", request=large))

    def test_a_poll(self) -> None:
        """Answers of ``http-get``."""
        self.topics(lingerMs=0)
        self.leaves_none(self.clients("news", finish, b"\r\n\r\n"))

    def test_a_subscriber_of_a_shared_source(self) -> None:
        """Clients of a shared upstream leave no cycle."""
        self.channel()
        asked = self.subscribing()
        self.leaves_none(self.clients("", reset, b"\r\n\r\n", request=asked))

    def channel(self) -> None:
        """Publish an API with a shared source."""
        running = scripted(source)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        definition = topics_api(self.path, {})
        definition["listeners"][0]["entrypoints"] = [{"type": "sse"}]
        definition["endpointGroups"] = [
            {
                "name": "source",
                "type": "sse",
                "endpoints": [
                    {
                        "name": "one",
                        "type": "sse",
                        "configuration": {"target": f"http://127.0.0.1:{port}/stream"},
                    }
                ],
            }
        ]
        self.daemon.publish(definition)

    def test_a_websocket(self) -> None:
        """Clients that reset, and clients that say goodbye."""
        self.topics()
        asked = (
            f"GET {self.path}/news HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        self.leaves_none(self.clients("", reset, b"\r\n\r\n", request=asked))
        goodbye = b"\x88\x82\0\0\0\0\x03\xe8"

        def leave(client: RawClient) -> None:
            client.send(goodbye)
            wait_for_end(client)

        self.leaves_none(self.clients("", leave, b"\r\n\r\n", request=asked))

        def publish(client: RawClient) -> None:
            text = b'{"data": "1"}'
            client.send(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)
            client.until(b"ack")
            leave(client)

        self.leaves_none(self.clients("", publish, b"\r\n\r\n", request=asked))
