"""MESSAGE APIs with a scripted source, and the scripts that several tests use."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
)
from tests.wire.messages.test_shared_upstream import message_api

SHARED = SharedDaemon()
FAST = {"reconnect": {"initialMs": 10, "maxMs": 50}}


class Sourced(WireCase):
    """Tests with a scripted source and an API of their own."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def publish(
        self,
        script: Script,
        channel: dict[str, Any] | None = None,
        http: dict[str, Any] | None = None,
        **sse: Any,
    ) -> str:
        """Publish an API whose source runs to the end of the test; give its id."""
        source = scripted(script)
        port, _ = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        self.definition = message_api(
            f"http://127.0.0.1:{port}/", self.path, {**FAST, **(channel or {})}, **sse
        )
        shared = self.definition["endpointGroups"][0]["sharedConfiguration"]
        shared["http"] = http or {}
        return self.daemon.publish(self.definition)

    def subscribe(self, query: str = "", *headers: str) -> RawClient:
        """Open a stream; its head is read with :meth:`RawClient.until`."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path + query, *headers)
        return client


def streaming(*pieces: bytes) -> Script:
    """Make a source that sends some pieces of a stream and then is silent."""

    def script(connection: Connection) -> None:
        connection.head()
        connection.send(EVENT_STREAM)
        for piece in pieces:
            connection.send(chunk(piece))
        connection.closed_at()

    return script


def one_after_another(*scripts: Script) -> Script:
    """Make a source that does something else with each connection."""
    left = list(scripts)

    def script(connection: Connection) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection)

    return script


def answering(response: bytes) -> Script:
    """Make a source that answers once, and closes."""

    def script(connection: Connection) -> None:
        connection.head()
        connection.send(response)

    return script
