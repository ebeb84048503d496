"""Tests of :mod:`relay.dialects.v4_gateway`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.checking import check
from relay.dialects.v4_gateway import V4Gateway
from tests.dialects.bodies import api
from tests.installed import CATALOG


class GatewayTests(SynchronousTestCase):
    """Definitions with enums in lower case."""

    def test_recognised(self) -> None:
        """By the marker."""
        self.assertTrue(V4Gateway().recognises(api(gravitee="4.0.0")))
        self.assertFalse(V4Gateway().recognises(api(gravitee="2.0.0")))
        self.assertFalse(V4Gateway().recognises(api()))

    def test_read(self) -> None:
        """The enums become those of the management API."""
        plan = {"id": "a", "name": "a", "mode": "standard", "status": "deprecated"}
        plan["security"] = {"type": "api-key"}  # type: ignore[assignment]
        draft = V4Gateway().read(
            api(gravitee="4.0.0", type="proxy", plans=[plan], state="started")
        )
        self.assertNotIn("state", draft.body)
        checked = check(draft, CATALOG)
        self.assertEqual(checked.definition.type, "PROXY")
        (read,) = checked.plans
        assert read.definition.security is not None
        self.assertEqual(read.definition.security.type, "API_KEY")
        self.assertEqual(read.body["status"], "DEPRECATED")
