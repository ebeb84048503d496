"""A user who calls an API through the management API of a real daemon."""

from __future__ import annotations

import base64
import http.client
import json
import time
from typing import Any

from relay.eventstream.parser import EventParser
from tests.wire.harness.daemon import BOUND_S, Daemon

Told = tuple[str, dict[str, Any]]
"""The type and the data of an event."""


class Trying:
    """
    One call, and its report as it comes.

    :param body: the members of the call.
    :param user: who makes it: name and password.
    """

    def __init__(
        self,
        daemon: Daemon,
        api_id: str,
        body: dict[str, Any],
        user: tuple[str, str],
    ) -> None:
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.management_port, timeout=BOUND_S
        )
        credentials = base64.b64encode(":".join(user).encode()).decode()
        self.connection.request(
            "POST",
            f"/management/v2/environments/DEFAULT/apis/{api_id}/_try",
            json.dumps(body),
            {
                "Authorization": f"Basic {credentials}",
                "Content-Type": "application/json",
            },
        )
        self.response = self.connection.getresponse()
        self.raw = b""
        self._parser = EventParser()
        self._unread: list[Told] = []

    @property
    def status(self) -> int:
        """The status of the management API."""
        return self.response.status

    def next(self, *names: str) -> dict[str, Any]:
        """
        Wait for an event, and pass over others.

        :param names: its type is one of these.
        """
        deadline = time.monotonic() + BOUND_S
        while time.monotonic() < deadline:
            while self._unread:
                name, content = self._unread.pop(0)
                if name in names:
                    return content
            data = self.response.read1(65_536)
            assert data, f"the report has ended: {self.raw!r}"
            self.raw += data
            self._unread += [
                (event.type, json.loads(event.data))
                for event in self._parser.feed(data)
            ]
        raise AssertionError(f"none of {names}")

    def received(self, wanted: bytes) -> bytes:
        """Wait until the bytes of the response have some bytes in them."""
        found = b""
        deadline = time.monotonic() + BOUND_S
        while wanted not in found:
            # A heartbeat comes every few seconds.
            assert time.monotonic() < deadline, found
            found += base64.b64decode(self.next("bytes")["base64"])
        return found

    def close(self) -> None:
        """Leave."""
        # The response holds the socket, too.
        self.response.close()
        self.connection.close()


def refused(trying: Trying) -> dict[str, Any]:
    """Return the error of a call that was refused."""
    body: dict[str, Any] = json.loads(trying.response.read())
    return {"status": trying.status, **body}
