"""A group of two sources of which one goes away and comes back."""

from __future__ import annotations

import socketserver
import threading
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon, proxy_api, until

SHARED = SharedDaemon()


class Answering(socketserver.ThreadingTCPServer):
    """
    A source that sends one event with its name, and ends.

    :param port: where it listens; 0 for a free port.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, name: str, port: int) -> None:
        class Handler(socketserver.StreamRequestHandler):
            """Answers one request."""

            def handle(self) -> None:
                """Read its head, and answer."""
                while self.rfile.readline() not in (b"", b"\r\n"):
                    pass
                body = f"data: {name}\n\n".encode()
                self.wfile.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    b"Connection: close\r\n\r\n" + body
                )

        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Take no connection any more."""
        self.shutdown()
        self.server_close()


class EndpointGroupTests(WireCase):
    """Clients do not notice changes within an endpoint group."""

    def setUp(self) -> None:
        """Publish an API with two endpoints, which are checked every second."""
        self.daemon = SHARED.get()
        self.one, self.two = Answering("one", 0), Answering("two", 0)
        self.ports = [one.server_address[1] for one in (self.one, self.two)]
        self.addCleanup(self.two.end)
        body = proxy_api("http://127.0.0.1:1/", "/group")
        (group,) = body["endpointGroups"]
        (endpoint,) = group["endpoints"]
        group["endpoints"] = [
            {**endpoint, "name": name, "configuration": {"target": target}}
            for name, port in zip(("one", "two"), self.ports, strict=True)
            for target in (f"http://127.0.0.1:{port}/",)
        ]
        check = {
            "schedule": "* * * * * *",
            "target": "/health",
            "waitFor": "event",
            "failureThreshold": 2,
            "successThreshold": 1,
        }
        group["services"] = {
            "healthCheck": {"type": "http-health-check", "configuration": check}
        }
        body["failover"] = {"enabled": True}
        self.api_id = self.daemon.publish(body)

    def seen(self, times: int) -> set[bytes]:
        """Call so often, always with success; give what came."""
        answers = [self.daemon.get("/group") for _ in range(times)]
        self.assertEqual({answer.status for answer in answers}, {200})
        return {answer.body for answer in answers}

    def states(self) -> dict[str, str]:
        """The states of the endpoints."""
        path = f"/apis/{self.api_id}/health/endpoints"
        listed: list[dict[str, Any]] = self.daemon.must("GET", path)["data"]
        return {one["endpoint"]: one["status"] for one in listed}

    def test_gone_and_back(self) -> None:
        """Calls go on through failover at once, and around it once it is known."""
        both = {b"data: one\n\n", b"data: two\n\n"}
        self.assertEqual(self.seen(4), both)
        self.one.end()
        self.assertEqual(self.seen(4), {b"data: two\n\n"})
        until(lambda: self.states() == {"one": "DOWN", "two": "UP"}, "it is known")
        self.assertEqual(self.seen(4), {b"data: two\n\n"})
        self.one = Answering("one", self.ports[0])
        self.addCleanup(self.one.end)
        until(lambda: set(self.states().values()) == {"UP"}, "it is back")
        self.assertEqual(self.seen(4), both)
        availability = self.daemon.must(
            "GET", f"/apis/{self.api_id}/health/availability"
        )
        self.assertEqual(availability["group"]["two"], 1)
        self.assertLess(availability["group"]["one"], 1)
