"""Several daemons on one store."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
)


def answer(body: bytes) -> bytes:
    """Make a response."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class SharedStoreTests(WireCase):
    """One daemon serves what is managed at the other."""

    def test_a_deployment_reaches_the_other_daemon(self) -> None:
        """Start, redeployment and stop arrive within a second."""
        root = self.new_directory()
        toml = f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
        one = self.start_daemon(root / "one", toml)
        two = self.start_daemon(root / "two", toml)
        with (
            scripted(answering(answer(b"first"))) as (first, _),
            scripted(answering(answer(b"second"))) as (second, _),
        ):
            definition = proxy_api(f"http://127.0.0.1:{first}/", "/shared")
            api_id = one.publish(definition)
            self.took("start", lambda: two.get("/shared").body == b"first")
            definition = proxy_api(f"http://127.0.0.1:{second}/", "/shared")
            one.must("PUT", f"/apis/{api_id}", definition)
            self.assertEqual(two.get("/shared").body, b"first")
            one.must("POST", f"/apis/{api_id}/deployments", {})
            self.took("redeployment", lambda: two.get("/shared").body == b"second")
            two.must("POST", f"/apis/{api_id}/_stop")
            self.took("stop", lambda: one.get("/shared").status == 404)

    def test_a_group_reaches_the_other_daemon(self) -> None:
        """A shared policy group that is deployed at one daemon acts at both, and the
        open stream goes on."""
        root = self.new_directory()
        toml = f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
        one = self.start_daemon(root / "one", toml)
        two = self.start_daemon(root / "two", toml)
        more = Event()

        def script(connection: Connection) -> None:
            if b"/stream" in connection.head().split(b"\r\n")[0]:
                connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
                more.wait(BOUND_S)
                connection.send(chunk(b"data: 2\n\n"))
            else:
                connection.send(answer(b"hello"))

        def header(value: str) -> dict[str, Any]:
            added = {"name": "X-Group", "value": value}
            configuration = {"addHeaders": [added]}
            step = {"policy": "transform-headers", "configuration": configuration}
            return {"steps": [step]}

        with scripted(script) as (port, _):
            kind = {"name": "G", "apiType": "PROXY", "phase": "RESPONSE"}
            sent = {"crossId": "group-1", **kind, **header("first")}
            group = one.must("POST", "/shared-policy-groups", sent)
            path = f"/shared-policy-groups/{group['id']}"
            definition = proxy_api(f"http://127.0.0.1:{port}/", "/grouped")
            configuration = {"sharedPolicyGroupId": "group-1"}
            use = {
                "policy": "shared-policy-group-policy",
                "configuration": configuration,
            }
            api_id = one.publish(definition | {"flows": [{"response": [use]}]})

            def seen(value: str | None) -> Callable[[], bool]:
                return lambda: all(
                    daemon.get("/grouped/x").headers.get("X-Group") == value
                    for daemon in (one, two)
                )

            self.took("start", lambda: two.get("/grouped/x").body == b"hello")
            self.assertTrue(seen(None)())
            client = RawClient(two.port)
            self.addCleanup(client.socket.close)
            client.get("/grouped/stream")
            client.until(b"data: 1")
            one.must("POST", f"{path}/_deploy")
            self.took("deployment", seen("first"))
            one.must("PUT", path, header("second"))
            self.assertTrue(seen("first")())
            two.must("POST", f"{path}/_deploy")
            self.took("next deployment", seen("second"))
            one.must("POST", f"{path}/_undeploy")
            self.took("end of the deployment", seen(None))
            more.set()
            client.until(b"data: 2")
            current = one.must("GET", f"/apis/{api_id}/deployments/current")
            self.assertEqual(current["deploymentNumber"], 1)

    def took(self, what: str, state: object) -> None:
        """Wait for a state, a second at the most."""
        begun = time.monotonic()
        until(state, what, bound_s=1.0)  # type: ignore[arg-type]
        print(f"{what}: served after {(time.monotonic() - begun) * 1000:.0f} ms")
