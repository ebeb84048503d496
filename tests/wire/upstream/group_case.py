"""APIs with several endpoints at a real daemon."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections import Counter
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.scripted import Connection, scripted

SHARED = SharedDaemon()
SLOW, RESET, OK, ERROR = "slow", "reset", "ok", "error"
"""What a source does with a request: it does not answer, resets the connection, or
answers with 200 or 500."""


class Sources:
    """
    Sources on one port, by the paths of their requests.

    :param behaviour: by path, what is done with its requests in order; the last entry
        also applies to all further ones.
    """

    def __init__(self, **behaviour: str) -> None:
        self.behaviour = {name: text.split() for name, text in behaviour.items()}
        self.calls: Counter[str] = Counter()
        self.targets: list[str] = []
        self.bodies: list[bytes] = []
        self._lock = threading.Lock()

    def serve(self, connection: Connection) -> None:
        """Serve the requests of a connection."""
        while True:
            head = connection.head()
            target = head.split(b" ")[1].decode()
            name = target.partition("?")[0].split("/")[1]
            if b"Content-Length: 4" in head:
                while len(connection.buffer) < 4:
                    connection.buffer += connection.socket.recv(4)
                body, connection.buffer = connection.buffer[:4], connection.buffer[4:]
                self.bodies.append(body)
            with self._lock:
                number = self.calls[name]
                self.calls[name] += 1
                self.targets.append(target)
            plan = self.behaviour[name]
            done = plan[min(number, len(plan) - 1)]
            if done == SLOW:
                connection.closed_at()
                return
            if done == RESET:
                connection.reset()
                return
            status = b"200 OK" if done == OK else b"500 Internal Server Error"
            text = name.encode()
            connection.send(
                b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(text), text)
            )


class GroupCase(WireCase):
    """APIs with several endpoints, and failover."""

    def open(
        self,
        sources: Sources,
        failover: dict[str, Any],
        endpoints: tuple[str, ...] = ("one",),
        **members: Any,
    ) -> str:
        """
        Publish an API.

        :param endpoints: the paths of the endpoints of its default group.
        :param members: of the definition; ``second`` has the endpoints of a second
            group, ``rule`` is a rule of dynamic-routing, ``weights`` are those of the
            endpoints.
        :return: its id.
        """
        self.daemon = SHARED.get()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.sources = sources
        port, _ = stack.enter_context(scripted(sources.serve))
        self.path = "/" + self.id().rpartition(".")[2]
        body = proxy_api("", self.path)
        (group,) = body["endpointGroups"]
        (endpoint,) = group["endpoints"]

        def listed(paths: tuple[str, ...]) -> list[dict[str, Any]]:
            return [
                endpoint
                | {
                    "name": path.partition("?")[0],
                    "configuration": {"target": f"http://127.0.0.1:{port}/{path}"},
                }
                for path in paths
            ]

        group["endpoints"] = listed(endpoints)
        weights = members.pop("weights", ()) or (1,) * len(endpoints)
        for one, weight in zip(group["endpoints"], weights, strict=True):
            one["weight"] = weight
        group["loadBalancer"] = {"type": members.pop("balancer", "ROUND_ROBIN")}
        if second := members.pop("second", ()):
            other = group | {"name": "second-group", "endpoints": listed(second)}
            body["endpointGroups"].append(other)
        if rule := members.pop("rule", None):
            rules = [{"pattern": rule[0], "url": rule[1]}]
            configuration = {"rules": rules}
            step = {"policy": "dynamic-routing", "configuration": configuration}
            body["flows"] = [{"request": [step]}]
        body["failover"] = {"enabled": True, "perSubscription": False, **failover}
        return self.daemon.publish(body | members)

    def call(
        self,
        path: str = "",
        method: str = "GET",
        body: bytes | None = None,
        **headers: str,
    ) -> tuple[int, str]:
        """Call the API; return the status, with the text of a 200."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        with contextlib.closing(connection):
            connection.request(method, self.path + path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            return response.status, text if response.status == 200 else ""

    def check(
        self, answer: tuple[int, str], expected: tuple[int, str], **calls: int
    ) -> None:
        """Compare an answer, and how often each source was called."""
        self.assertEqual(answer, expected)
        self.assertEqual(dict(self.sources.calls), calls)
