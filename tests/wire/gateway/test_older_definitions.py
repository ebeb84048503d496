"""Definitions of versions 1 and 2 and descriptions by OpenAPI, served by a daemon."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon, until
from tests.wire.harness.scripted import echoing, scripted

SHARED = SharedDaemon()


def rule(name: str, *methods: str, value: str = "yes") -> dict[str, Any]:
    """Write a rule of version 1 that adds a header to the request."""
    headers = [{"name": name, "value": value}]
    configuration = {"scope": "REQUEST", "addHeaders": headers}
    return {"methods": list(methods), "transform-headers": configuration}


class OlderDefinitionTests(WireCase):
    """What a client gets of an imported file."""

    def setUp(self) -> None:
        """Start the daemon and the source."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.port, _ = stack.enter_context(scripted(echoing))

    def publish(self, definition: dict[str, Any]) -> None:
        """Import a definition, and start its API."""
        made = self.daemon.must("POST", "/apis/_import/definition", definition)
        self.start(made["id"])

    def start(self, api_id: str) -> None:
        """Start an API."""
        self.daemon.must("POST", f"/apis/{api_id}/_start")
        until(lambda: f"API {api_id}: serving" in self.daemon.log(), "it is served")

    def seen(self, path: str, method: str = "GET", **headers: str) -> dict[str, str]:
        """Return the headers that the source receives."""
        answer = self.daemon.get(self.path + path, headers, method)
        self.assertEqual(answer.status, 200, answer.body)
        seen: dict[str, str] = {k.lower(): v for k, v in answer.json().items()}
        return seen

    def test_rules_of_version_1(self) -> None:
        """All rules of the best path run that have the method, and no others."""
        self.publish(
            {
                "name": "Rules",
                "version": "1",
                "gravitee": "1.0.0",
                "proxy": {
                    "context_path": self.path,
                    "endpoints": [
                        {"name": "one", "target": f"http://127.0.0.1:{self.port}"}
                    ],
                },
                "paths": {
                    "/": [rule("X-All"), rule("X-Get", "GET")],
                    "/boats/:boat": [
                        rule("X-Boat", "GET", value="{#request.pathParams['boat']}")
                    ],
                },
                "plans": [{"name": "Open", "security": "KEY_LESS"}],
            }
        )
        for path, method, wanted in (
            ("/", "GET", {"x-all": "yes", "x-get": "yes"}),
            ("/ships", "PUT", {"x-all": "yes"}),
            ("/boats/7", "GET", {"x-boat": "7"}),
            ("/boats/7/crew", "GET", {"x-boat": "7"}),
            ("/boats/7", "PUT", {}),
        ):
            seen = self.seen(path, method)
            found = {
                name: seen[name]
                for name in ("x-all", "x-get", "x-boat")
                if name in seen
            }
            self.assertEqual(found, wanted, (path, method))

    def test_version_2(self) -> None:
        """The host of the client is kept, and flows select by path and condition."""
        target = f"http://127.0.0.1:{self.port}"
        step = {
            "policy": "transform-headers",
            "configuration": {"addHeaders": [{"name": "X-Flow", "value": "yes"}]},
        }
        self.publish(
            {
                "name": "Flows",
                "version": "1",
                "gravitee": "2.0.0",
                "proxy": {
                    "virtual_hosts": [{"path": self.path}],
                    "preserve_host": True,
                    "groups": [
                        {
                            "name": "group",
                            "endpoints": [
                                {"name": "one", "target": target, "inherit": True}
                            ],
                            "headers": {"X-Group": "yes"},
                        }
                    ],
                },
                "flows": [
                    {
                        "path-operator": {"path": "/only", "operator": "EQUALS"},
                        "condition": "{#request.headers['X-Tier'][0] == 'gold'}",
                        "pre": [step],
                        "post": [],
                    }
                ],
                "plans": [{"name": "Open", "security": "KEY_LESS"}],
            }
        )
        self.assertNotIn("x-flow", self.seen("/only", **{"X-Tier": "tin"}))
        seen = self.seen("/only", **{"Host": "sea.example", "X-Tier": "gold"})
        self.assertEqual(
            (seen["host"], seen["x-group"], seen["x-flow"]),
            ("sea.example", "yes", "yes"),
        )
        self.assertNotIn("x-flow", self.seen("/only/more", **{"X-Tier": "gold"}))

    def test_a_description(self) -> None:
        """Its API is served once the proposed plan is published."""
        url = f"http://127.0.0.1:{self.port}{self.path}"
        document = {
            "openapi": "3.1.0",
            "info": {"title": "Tides", "version": "1"},
            "servers": [{"url": url}],
        }
        sent = {"payload": json.dumps(document)}
        made = self.daemon.must("POST", "/apis/_import/swagger", sent)
        plans = f"/apis/{made['id']}/plans"
        (plan,) = self.daemon.must("GET", f"{plans}?statuses=STAGING")["data"]
        self.daemon.must("POST", f"{plans}/{plan['id']}/_publish")
        self.start(made["id"])
        self.assertIn("host", self.seen("/any"))

    def test_a_url_that_is_guarded(self) -> None:
        """A description at an address of the own network is not fetched."""
        sent = {"payload": f"http://127.0.0.1:{self.port}/tides.yaml", "type": "URL"}
        answer = self.daemon.manage("POST", "/apis/_import/swagger", sent)
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json()["technicalCode"], "definition.url.refused")
