"""Dry runs on a real daemon: the gateway serves what it served before."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon
from tests.wire.messages.test_topics import topics_api

SHARED = SharedDaemon()


class DryRunTests(WireCase):
    """What reaches beyond the store."""

    def setUp(self) -> None:
        """Publish an API."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.api_id = self.daemon.publish(topics_api(self.path, {}))

    def dry(self, method: str, path: str, body: object = None) -> Any:
        """Make a dry run that must succeed."""
        return self.daemon.must(method, f"/apis/{self.api_id}{path}?dryRun=true", body)

    def deployed(self) -> tuple[int, str]:
        """Return the number of the deployment in force, and the state of the API."""
        current = self.daemon.must("GET", f"/apis/{self.api_id}/deployments/current")
        api = self.daemon.must("GET", f"/apis/{self.api_id}")
        return current["deploymentNumber"], api["state"]

    def test_the_gateway_goes_on(self) -> None:
        """No deployment, stop or deletion that is tried reaches the gateway."""
        url = f"{self.path}/t?timeoutMs=0"
        headers = {"Accept": "application/json"}
        self.assertEqual(self.daemon.get(url, headers).status, 200)
        before = self.deployed()
        self.daemon.must("PATCH", f"/apis/{self.api_id}", {"name": "changed"})
        for method, path, event in (
            ("POST", "/deployments", "API_DEPLOYED"),
            ("POST", "/_stop", "API_STOPPED"),
        ):
            changes = self.dry(method, path)["changes"]
            self.assertEqual([one["event"] for one in changes], [event])
            self.assertEqual(self.deployed(), before)
            self.assertEqual(self.daemon.get(url, headers).status, 200)
        self.daemon.must("POST", f"/apis/{self.api_id}/deployments")
        self.assertEqual(self.deployed(), (before[0] + 1, "STARTED"))
