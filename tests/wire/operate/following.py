"""The live streams of a daemon, as an operator follows them."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode

from relay.eventstream.parser import EventParser
from tests.wire.harness.daemon import BOUND_S, Answer, Daemon
from tests.wire.operate.technical import ADMIN, technical

Told = tuple[str, dict[str, Any]]
"""The type and the data of an event."""


def call(
    daemon: Daemon,
    method: str,
    path: str,
    authorization: str = ADMIN,
    /,
    **query: object,
) -> Answer:
    """
    Call the technical API, as the administrator unless another is named.

    :param path: below ``/_node``.
    """
    return technical(daemon, method, _url(path, query), authorization=authorization)


def listed(daemon: Daemon, **query: object) -> list[dict[str, Any]]:
    """List live streams."""
    answer = call(daemon, "GET", "/streams", **query)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


class Following:
    """
    A client of an event stream of the technical API: of the changes of the streams,
    unless another path is named.

    :param query: its filters.
    """

    def __init__(
        self, daemon: Daemon, path: str = "/streams", /, **query: object
    ) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.technical_port, timeout=BOUND_S
        )
        self._connection.request(
            "GET",
            _url(path, query),
            headers={"Authorization": ADMIN, "Accept": "text/event-stream"},
        )
        self.response = self._connection.getresponse()
        self._parser = EventParser()
        self._unread: list[Told] = []
        self.raw = b""

    def next(self, *names: str) -> Told:
        """
        Wait for an event, and pass over others.

        :param names: its type is one of these.
        """
        deadline = time.monotonic() + BOUND_S
        while time.monotonic() < deadline:
            while self._unread:
                told = self._unread.pop(0)
                if told[0] in names:
                    return told
            data = self.response.read1(65_536)
            assert data, "the event stream has ended"
            self.raw += data
            self._unread += [
                (event.type, json.loads(event.data))
                for event in self._parser.feed(data)
            ]
        raise AssertionError(f"never came: {names}")

    def close(self) -> None:
        """Leave."""
        self._connection.close()
        self.response.close()


def _url(path: str, query: dict[str, object]) -> str:
    return f"/_node{path}?{urlencode(query)}" if query else f"/_node{path}"
