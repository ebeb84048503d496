"""Tests of :mod:`relay.dialects.v4_flat`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.v4_flat import V4Flat, is_v4
from tests.dialects.bodies import api


class FlatTests(SynchronousTestCase):
    """The body of ``POST /apis``."""

    def test_recognised(self) -> None:
        """By its members, or by its version if it is not of version 2."""
        self.assertTrue(is_v4(api()))
        self.assertTrue(is_v4({"definitionVersion": "V4"}))
        self.assertFalse(is_v4({"definitionVersion": "V4", "proxy": {}}))
        self.assertFalse(is_v4({"name": "x"}))
        self.assertFalse(is_v4(["listeners"]))

    def test_read(self) -> None:
        """The state is that of a server, and left aside."""
        draft = V4Flat().read(api(state="STARTED"), "[1]")
        self.assertEqual((draft.kind, draft.dialect), ("api", "v4-flat"))
        self.assertNotIn("state", draft.body)
        self.assertEqual(draft.origins.of("name"), "[1].name")
