"""Definitions in the spellings of gateways and operators, from POST to traffic."""

from __future__ import annotations

import json
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import KEYLESS, SharedDaemon, until

SHARED = SharedDaemon()


def answering(text: str) -> dict[str, Any]:
    """Write a step that answers the call."""
    configuration = {"status": "200", "content": text}
    return {"policy": "mock", "configuration": json.dumps(configuration)}


class SpellingTests(WireCase):
    """Each test deploys one definition."""

    def setUp(self) -> None:
        """Start the daemon, once."""
        self.daemon = SHARED.get()

    def deploy(self, definition: dict[str, Any]) -> dict[str, Any]:
        """
        Create an API, save it again as it is shown, and start it.

        :returns: the API as it is shown.
        """
        shown: dict[str, Any] = self.daemon.must("POST", "/apis", definition)
        api_id = shown["id"]
        again = self.daemon.must("PUT", f"/apis/{api_id}", shown)
        self.assertEqual(
            {**shown, "updatedAt": None}, {**again, "updatedAt": None}, "PUT of GET"
        )
        plan = {
            "name": "open",
            "definitionVersion": "4.0.0",
            "mode": "standard",
            "security": {"type": "key-less"},
            "comment_required": False,
            "status": "published",
        }
        plans = f"/apis/{api_id}/plans"
        made = self.daemon.must("POST", plans, {**KEYLESS, **plan})
        self.daemon.must("POST", f"{plans}/{made['id']}/_publish")
        self.daemon.must("POST", f"/apis/{api_id}/_start")
        until(lambda: f"API {api_id}: serving" in self.daemon.log(), "it is served")
        return shown

    def test_proxy(self) -> None:
        """Selectors, templates, properties and texts in place of objects act."""
        shown = self.deploy(
            {
                "definitionVersion": "4.0.0",
                "id": "shop",
                "name": "Shop",
                "apiVersion": "7",
                "type": "proxy",
                "state": "stopped",
                "definitionContext": {"origin": "kubernetes"},
                "listeners": [
                    {
                        "type": "http",
                        "paths": [{"path": "spelt", "host": ""}],
                        "entrypoints": [{"type": "http-proxy", "qos": "auto"}],
                    }
                ],
                "endpointGroups": [
                    {
                        "name": "all",
                        "type": "http-proxy",
                        "loadBalancer": {"type": "round-robin"},
                        "sharedConfiguration": '{"http": {"readTimeout": "700"}}',
                        "endpoints": [
                            {
                                "name": "one",
                                "type": "http-proxy",
                                "inheritConfiguration": True,
                                "configuration": '{"target": "http://127.0.0.1:9"}',
                            }
                        ],
                    }
                ],
                "properties": [{"key": "limit", "value": 30, "encryptable": False}],
                "flows": [
                    {
                        "name": "exact",
                        "pre": [],
                        "selectors": [
                            {"type": "http", "path": "/a", "path-operator": "EQUALS"}
                        ],
                        "request": [answering("exact {#properties['limit']}")],
                    },
                    {
                        "name": "below",
                        "selectors": [{"type": "http", "path": "/b"}],
                        "request": [answering("below")],
                    },
                ],
                "responseTemplates": {
                    "DEFAULT": {"*/*": {"status": 599, "body": "{#error.key}"}}
                },
            }
        )
        self.assertEqual(shown["state"], "STOPPED")
        self.assertEqual(shown["listeners"][0]["paths"][0]["path"], "/spelt/")
        self.assertEqual(self.daemon.get("/spelt/a").body, b"exact 30")
        self.assertEqual(self.daemon.get("/spelt/a/b").status, 599)
        self.assertEqual(self.daemon.get("/spelt/b/c").body, b"below")
        failed = self.daemon.get("/spelt/c")
        self.assertEqual(failed.status, 599)
        self.assertEqual(failed.body, b"GATEWAY_CLIENT_CONNECTION_REFUSED")

    def test_message(self) -> None:
        """Operations and operators of channels, and the number of events, act."""
        header = {"addHeaders": [{"name": "X-Flow", "value": "books"}]}
        books = {"policy": "transform-headers", "configuration": header}
        self.deploy(
            {
                "name": "Books",
                "apiVersion": "1",
                "type": "message",
                "listeners": [
                    {
                        "type": "http",
                        "paths": [{"path": "/spelt-events"}],
                        "entrypoints": [{"type": "sse"}],
                    }
                ],
                "endpointGroups": [
                    {
                        "name": "all",
                        "type": "mock",
                        "endpoints": [
                            {
                                "name": "one",
                                "type": "mock",
                                "configuration": {
                                    "messageInterval": 1,
                                    "messageContent": "hello",
                                    "messagesCount": 2,
                                },
                            }
                        ],
                    }
                ],
                "flows": [
                    {
                        "condition": "",
                        "selectors": [
                            {
                                "type": "channel",
                                "channel": "/books",
                                "channel-operator": "EQUALS",
                                "operation": ["SUBSCRIBE"],
                            }
                        ],
                        "response": [books],
                    }
                ],
            }
        )
        found = self.daemon.get("/spelt-events/books")
        self.assertEqual(found.body.count(b"data: hello"), 2)
        self.assertEqual(found.headers["X-Flow"], "books")
        other = self.daemon.get("/spelt-events/books/1")
        self.assertNotIn("X-Flow", other.headers)
