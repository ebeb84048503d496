"""Tests of :mod:`relay.dialects.automation`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.automation import Automation
from tests.dialects.bodies import api


class AutomationTests(SynchronousTestCase):
    """Bodies of the Automation API."""

    def test_recognised(self) -> None:
        """By a hrid, without a member of other dialects."""
        self.assertTrue(Automation().recognises(api(hrid="trams")))
        self.assertFalse(Automation().recognises(api()))
        for name in ("apiVersion", "definitionVersion", "gravitee"):
            self.assertFalse(Automation().recognises(api(hrid="trams", **{name: "1"})))

    def test_read(self) -> None:
        """The state is kept, since it is acted upon."""
        draft = Automation().read(api(hrid="trams", version="3", state="started"))
        self.assertEqual(draft.dialect, "automation")
        self.assertEqual(
            [draft.body[name] for name in ("hrid", "apiVersion", "state")],
            ["trams", "3", "STARTED"],
        )
