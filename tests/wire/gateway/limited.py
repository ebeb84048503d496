"""APIs whose calls and streams are limited, and crowds of clients of them."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from tests.wire.harness.case import WireCase
from tests.wire.harness.crowd import CLIENTS, Ask, Opened, opened
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.plans.keyed import KeyedApi, Subscription

ATTEMPTS = 450
EXCHANGES = 60
STREAM = EVENT_STREAM.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def limited(_: Path) -> str:
    """Write the settings of a daemon that limits what an address may do."""
    return f"""
        [[gateway.listeners]]
        id = "default"
        endpoint = "tcp:{{port}}:interface=127.0.0.1:backlog=4096"
        trusted_proxies = ["127.0.0.1"]
        [limits]
        max_attempts_per_address = {ATTEMPTS}
        attempt_window_ms = 3600000
        max_exchanges_per_address = {EXCHANGES}
    """


def step(policy: str, **configuration: Any) -> dict[str, Any]:
    """Write a step."""
    return {"policy": policy, "configuration": configuration}


class LimitCase(WireCase):
    """An API of two consumers, whose clients come from addresses of its own."""

    shared: ClassVar[SharedDaemon]
    serial = 0

    def setUp(self) -> None:
        """Run the source."""
        self.daemon: Daemon = self.shared.get()
        type(self).serial += 1
        _, kind, name = self.id().rsplit(".", 2)
        self.path = f"/{kind}-{name}"
        self.network = f"10.{len(kind)}.{self.serial}"
        self.lock = threading.Lock()
        self.asked = 0
        self.streams: list[Connection] = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.source, self.errors = stack.enter_context(scripted(self.serve))

    def serve(self, connection: Connection) -> None:
        """Answer, or hold a stream."""
        while True:
            head = connection.head()
            with self.lock:
                self.asked += 1
                if b"/stream" in head:
                    self.streams.append(connection)
            if b"/stream" in head:
                connection.send(STREAM + chunk(b"data: 1\n\n"))
                connection.closed_at()
                return
            connection.send(OK)

    def publish(
        self, *steps: dict[str, Any], message: bool = False, more: Any = ()
    ) -> None:
        """
        Publish an API with two consumers.

        :param steps: what calls to ``/limited`` pass.
        :param message: whether it is a MESSAGE API.
        :param more: other flows.
        """
        selector = {"type": "HTTP", "path": "/limited"}
        if message:
            selector = {"type": "CHANNEL", "channel": "/limited"}
            definition = topics_api(self.path, {"lingerMs": 0})
        else:
            definition = proxy_api(f"http://127.0.0.1:{self.source}", self.path)
        flow = {"selectors": [selector], "request": list(steps)}
        definition["flows"] = [flow, *more]
        self.api = KeyedApi(self.daemon, definition)
        self.api.start()
        self.consumers = [self.api.subscribe(), self.api.subscribe_another()]
        for one in self.consumers:
            until(partial(self.is_known, one), "the key is known")
        self.asked = 0

    def is_known(self, consumer: Subscription) -> bool:
        """Whether a consumer is let in, where nothing is limited."""
        ask = self.ask(consumer, "/known", f"{self.network}.99")
        return self.daemon.get(ask.path, ask.headers).status == 200

    def ask(
        self,
        consumer: Subscription | None = None,
        path: str = "/limited",
        address: str = "",
        accept: str = "application/json",
    ) -> Ask:
        """Call with a key, from an address."""
        headers = {
            "X-Gravitee-Api-Key": (consumer or self.consumers[0]).key,
            "X-Forwarded-For": address or f"{self.network}.1",
            "Accept": accept,
        }
        return Ask(self.path + path, headers)

    def ended(self, count: int, **members: object) -> list[dict[str, Any]]:
        """Wait for so many lines of the access log."""

        def lines() -> list[dict[str, Any]]:
            wanted = {"kind": "close", "apiId": self.api.api_id, **members}
            return [
                line
                for line in self.daemon.access_lines()
                if all(line.get(name) == value for name, value in wanted.items())
            ]

        until(lambda: len(lines()) >= count, f"{count} lines with {members}")
        return lines()

    def open(self, **by: Any) -> tuple[list[Opened], list[Opened]]:
        """Ask for streams; of two consumers and two addresses in turn."""

        def ask(number: int) -> Ask:
            return self.ask(
                self.consumers[number % 2],
                f"/limited/stream{by.get('suffix', '')}",
                # An address may not call too often.
                f"{self.network}.{by.get('address', 1) + number // 2 % 2}",
                "text/event-stream",
            )

        found = opened(self.daemon.port, ask, by.get("clients", CLIENTS))
        for one in (*found[0], *found[1]):
            self.addCleanup(one.client.close)
        return found
