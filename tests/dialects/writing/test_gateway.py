"""Tests of :mod:`relay.dialects.writing.gateway`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.writing.gateway import write_gateway
from tests.dialects.bodies import api
from tests.dialects.writing.round_trips import every, facts, facts_read, reread


class RoundTripTests(SynchronousTestCase):
    """An API that is written and read again is the same."""

    @every(write_gateway)
    def test_same(
        self, api: dict[str, Any], plans: list[dict[str, Any]], text: bytes
    ) -> None:
        """Any API with any plans, in JSON and YAML."""
        (draft,) = read(text)
        self.assertEqual(draft.dialect, "v4-gateway")
        self.assertEqual(facts_read(reread(text)), facts(api, plans))


class GatewayTests(SynchronousTestCase):
    """The spelling of gateways."""

    def test_enums(self) -> None:
        """They are in lower case; the stored API stays as it is."""
        stored = api(id="x", createdAt="y", flowExecution={"mode": "BEST_MATCH"})
        plan = {"id": "p", "status": "PUBLISHED", "security": {"type": "API_KEY"}}
        found = write_gateway(stored, [plan])
        self.assertEqual(found["gravitee"], "4.0.0")
        self.assertEqual(found["id"], "x")
        self.assertNotIn("createdAt", found)
        self.assertEqual(found["type"], "proxy")
        self.assertEqual(found["listeners"][0]["type"], "http")
        self.assertEqual(found["flowExecution"], {"mode": "best-match"})
        (written,) = found["plans"]
        self.assertEqual(written["security"], {"type": "api-key"})
        self.assertEqual(written["status"], "published")
        self.assertEqual(stored["listeners"][0]["type"], "HTTP")
        self.assertEqual(plan["security"], {"type": "API_KEY"})
