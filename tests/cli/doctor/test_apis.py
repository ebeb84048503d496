"""The sources of APIs."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.apis import heartbeat, hosts_of, targets

API: dict[str, Any] = {
    "name": "Orders",
    "endpointGroups": [
        {
            "type": "http-proxy",
            "sharedConfiguration": {"http": {"idleTimeout": 5}},
            "endpoints": [
                {
                    "name": "a",
                    "inheritConfiguration": True,
                    "configuration": {"target": "https://a.example/x"},
                },
                {
                    "name": "b",
                    "type": "http-proxy",
                    "configuration": {"target": "https://b.example:1/x"},
                    "sharedConfigurationOverride": {"http": {"idleTimeout": 7}},
                },
                {"name": "c", "configuration": {"target": "https://{#x}/y"}},
            ],
        },
        {"type": "mock", "endpoints": [{"name": "m", "configuration": {}}]},
    ],
}


class ApiTests(SynchronousTestCase):
    """What is asked, and what is concluded."""

    def test_targets(self) -> None:
        """Each endpoint with a URL, with the configuration in force."""
        found = dict(targets(API))
        self.assertEqual(list(found), ["a", "b", "c"])
        self.assertEqual(found["a"]["sharedConfiguration"]["http"]["idleTimeout"], 5)
        self.assertEqual(found["b"]["sharedConfiguration"]["http"]["idleTimeout"], 7)

    def test_hosts(self) -> None:
        """Expressions have none before a call."""
        self.assertEqual(hosts_of(API), {"a.example", "b.example"})

    def test_heartbeats(self) -> None:
        """The proposal of the server decides."""
        for changes, measured, level in (
            (True, True, "error"),
            (False, True, "ok"),
            (False, False, "warning"),
        ):
            proposal = {
                "idleTimeout": 70_000,
                "changes": changes,
                "measured": measured,
                "reason": "Because.",
            }
            found = heartbeat("Orders, endpoint a", {"proposal": proposal})
            self.assertEqual(found.level, level)
            self.assertEqual(found.found, "Orders, endpoint a: Because")
        found = heartbeat("Orders, endpoint a", {"message": "no stream"})
        self.assertEqual(found.level, "error")
