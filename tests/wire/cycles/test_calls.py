"""Calls that are no streams leave no reference cycle, answered or refused."""

from __future__ import annotations

from typing import Any

from tests.wire.cycles.case import CycleCase, finish, reset, wait_for_end
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import proxy_api, until
from tests.wire.harness.ports import refusing_port
from tests.wire.plans.keyed import KeyedApi


def adding(scope: str, value: str) -> dict[str, Any]:
    """Write a step that adds a header."""
    headers = [{"name": "X-Added", "value": value}]
    configuration = {"scope": scope, "addHeaders": headers}
    return {"policy": "transform-headers", "configuration": configuration}


class CallTests(CycleCase):
    """A PROXY API, its flows and its plan; requests that no API is given."""

    def test_a_head_that_does_not_come(self) -> None:
        """The read clock refuses it."""
        self.proxy(readTimeout=50)
        self.leaves_none(self.clients("silent", finish, b"504"))

    def test_an_answer_that_is_no_answer(self) -> None:
        """A malformed head leaves no cycle."""
        self.proxy()
        self.leaves_none(self.clients("broken", finish, b"502"))

    def test_a_source_that_cannot_be_reached(self) -> None:
        """A refused connection leaves no cycle."""
        with refusing_port() as port:
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            self.leaves_none(self.clients("", finish, b"502"))

    def test_an_answer_of_known_length(self) -> None:
        """A call that is no stream."""
        self.proxy()
        self.leaves_none(self.clients("whole", finish, b"ok"))

    def test_an_upload(self) -> None:
        """A request with a body."""
        self.proxy()
        self.leaves_none(self.clients("whole", finish, b"ok", request=self.post(b"x")))

    def test_an_upload_that_is_cut(self) -> None:
        """The client resets amid its body."""
        self.proxy()
        cut = self.post(b"x" * 100)[:-50]
        self.leaves_none(self.clients("whole", reset, b"", request=cut))

    def test_no_api(self) -> None:
        """A refusal by the gateway itself."""
        self.leaves_none(self.clients("", finish, b"404"))

    def test_no_http(self) -> None:
        """A request that cannot be understood."""
        self.leaves_none(self.clients("", wait_for_end, b"400", request=b"?\r\n\r\n"))

    def test_a_head_that_is_not_finished(self) -> None:
        """The head clock refuses it."""
        some = self.clients("", wait_for_end, b"408", request=b"GET / HTTP/1.1\r\n")
        self.leaves_none(some)

    def test_a_connection_without_a_request(self) -> None:
        """A connection that is closed at once leaves no cycle."""
        self.leaves_none(self.clients("", finish, b"", request=b"\r\n"))

    def test_flows(self) -> None:
        """Steps on the way in and out, and a step that answers."""
        definition = self.proxied()
        everywhere = {"type": "HTTP", "path": "/", "pathOperator": "STARTS_WITH"}
        mocked = {"type": "HTTP", "path": "/mocked", "pathOperator": "EQUALS"}
        definition["flows"] = [
            {
                "enabled": True,
                "selectors": [everywhere],
                "request": [adding("REQUEST", "{#request.id}")],
                "response": [adding("RESPONSE", "{#response.status}")],
            },
            {
                "enabled": True,
                "selectors": [mocked],
                "request": [{"policy": "mock", "configuration": {"content": "pong"}}],
            },
        ]
        self.daemon.publish(definition)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("silent", reset, b""))
        self.leaves_none(self.clients("mocked", finish, b"pong"))

    def test_a_plan(self) -> None:
        """Clients that it does not let in, and clients that it does."""
        api = KeyedApi(self.daemon, self.proxied())
        api.start()
        self.leaves_none(self.clients("stream", finish, b"401"))
        key = api.subscribe().key
        asked = (
            f"GET {self.path}/stream HTTP/1.1\r\nHost: localhost\r\n"
            f"X-Gravitee-Api-Key: {key}\r\n\r\n"
        ).encode()

        def is_known() -> bool:
            client = RawClient(self.daemon.port)
            client.send(asked)
            known = b" 200 " in client.until(b"\r\n")
            client.close()
            return known

        until(is_known, "the key is known")
        self.leaves_none(self.clients("", reset, request=asked))

    def test_a_connection_that_is_kept(self) -> None:
        """Ten calls on each."""
        self.proxy()

        def ten(client: RawClient) -> None:
            for _ in range(9):
                client.get(f"{self.path}/whole")
                client.until(b"ok")
            client.close()

        self.leaves_none(self.clients("whole", ten, b"ok"))
