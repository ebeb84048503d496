"""The Automation API of a real daemon: the same bodies twice, and after a crash."""

from __future__ import annotations

import random
import threading
from typing import Any

from tests.management.automation.harness import BASE, api_spec, plan_spec, vector
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon, SharedDaemon
from tests.wire.harness.scripted import answering, scripted

SHARED = SharedDaemon()
CRASHES = 3
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
KEY = "a-key-that-is-in-a-file"
GROUP = {
    "hrid": "marked",
    "name": "Marked",
    "apiType": "PROXY",
    "phase": "RESPONSE",
    "steps": [
        {
            "policy": "transform-headers",
            "enabled": True,
            "configuration": {"addHeaders": [{"name": "X-Marked", "value": "yes"}]},
        }
    ],
}
USE = {
    "policy": "shared-policy-group-policy",
    "enabled": True,
    "configuration": {"hrid": "marked"},
}
FLOW = {"name": "all", "enabled": True, "response": [USE]}
APPLICATION = {
    "hrid": "reader",
    "name": "Reader",
    "description": "reads events",
    "settings": {"app": {"type": "test"}},
    "metadata": [{"name": "hello", "format": "STRING"}],
}
SUBSCRIPTION = {
    "hrid": "reader-gold",
    "applicationHrid": "reader",
    "planHrid": "gold",
    "endingAt": "2042-12-25T10:12:28+02:00",
    "apiKeys": [{"key": KEY}],
}


def put(daemon: Daemon, path: str, body: object) -> Any:
    """Put a body that is accepted."""
    return daemon.must("PUT", f"{BASE}{path}", body)


def leading(port: int, path: str, **changes: Any) -> dict[str, Any]:
    """Return an API that leads to a port."""
    body = api_spec(path, **changes)
    endpoint = body["endpointGroups"][0]["endpoints"][0]
    endpoint["configuration"]["target"] = f"http://127.0.0.1:{port}/"
    return body


class AutomationTests(WireCase):
    """What gateways serve of bodies."""

    def test_twice(self) -> None:
        """All objects of a directory, twice: the second time nothing changes."""
        daemon = SHARED.get()
        with scripted(answering(OK)) as (port, _):
            plans = [plan_spec("gold", "API_KEY"), plan_spec("old", "MTLS", "STAGING")]
            api = leading(port, "/gold", hrid="golden", plans=plans, flows=[FLOW])
            bodies = (
                ("/shared-policy-groups", GROUP),
                ("/apis", api),
                ("/apis", vector("12-automation-body-with-hrid.json")),
                ("/applications", APPLICATION),
                ("/apis/golden/subscriptions", SUBSCRIPTION),
            )
            first = [put(daemon, path, body) for path, body in bodies]
            trail = daemon.must("GET", "/audits?perPage=1000")
            self.assertEqual(daemon.get("/gold").status, 401)
            headers = {"X-Gravitee-Api-Key": KEY}
            answer = daemon.get("/gold", headers)
            self.assertEqual((answer.status, answer.headers["X-Marked"]), (200, "yes"))
            again = [put(daemon, path, body) for path, body in bodies]
            self.assertEqual(again, first)
            self.assertEqual(daemon.must("GET", "/audits?perPage=1000"), trail)
            for made in first[1:3]:
                at = f"/apis/{made['id']}/deployments/current"
                self.assertEqual(daemon.must("GET", at)["deploymentNumber"], 1)
            self.assertEqual(daemon.get("/gold", headers).status, 200)

    def test_served_when_answered(self) -> None:
        """A response comes when the gateway serves, or no longer serves, the API."""
        daemon = SHARED.get()
        with scripted(answering(OK)) as (port, _):
            for state, status in (("STARTED", 200), ("STOPPED", 404), ("STARTED", 200)):
                put(daemon, "/apis", leading(port, "/state", hrid="state", state=state))
                self.assertEqual(daemon.get("/state").status, status)
            daemon.must("DELETE", f"{BASE}/apis/state")
            self.assertEqual(daemon.get("/state").status, 404)

    def test_killed(self) -> None:
        """A call that a crash interrupted is done or not done, never in part; the same
        call completes it."""
        daemon = self.start_daemon()
        with scripted(answering(OK)) as (port, _):
            number = 0
            for _ in range(CRASHES):
                stop = threading.Timer(random.uniform(0.05, 0.4), daemon.kill)
                stop.start()
                try:
                    while True:
                        number += 1
                        put(daemon, "/apis", self.numbered(port, number))
                except Exception as error:
                    # The connection breaks off, or is refused.
                    if isinstance(error, AssertionError):
                        raise
                stop.join()
                daemon.start()
                self.assert_whole(daemon, number)
                wanted = self.numbered(port, number)
                made = put(daemon, "/apis", wanted)
                self.assertEqual(made["plans"][0]["hrid"], f"plan-{number}")
                self.assertEqual(daemon.get(f"/crash/{number}").status, 200)
                before = daemon.must("GET", "/audits?perPage=1000")
                self.assertEqual(put(daemon, "/apis", wanted), made)
                self.assertEqual(daemon.must("GET", "/audits?perPage=1000"), before)

    def numbered(self, port: int, number: int) -> dict[str, Any]:
        """Return an API with one path and one plan of this number."""
        plans = [plan_spec(f"plan-{number}")]
        path = f"/crash/{number}"
        return leading(port, path, hrid="crash", name=str(number), plans=plans)

    def assert_whole(self, daemon: Daemon, number: int) -> None:
        """Assert that the API is wholly of this number, or of the one before."""
        found = daemon.manage("GET", f"{BASE}/apis/crash")
        if found.status == 404:
            self.assertEqual(number, 1)
            return
        api = found.json()
        kept = int(api["name"])
        self.assertIn(kept, (number - 1, number))
        self.assertEqual([one["hrid"] for one in api["plans"]], [f"plan-{kept}"])
        self.assertEqual(api["state"], "STARTED")
        shown = daemon.must("GET", f"/apis/{api['id']}")
        self.assertEqual(shown["deploymentState"], "DEPLOYED")
        self.assertEqual(daemon.get(f"/crash/{kept}").status, 200)
