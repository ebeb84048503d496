"""Tests of :mod:`relay.dialects.writing.automation`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.writing.automation import write_automation
from tests.dialects.bodies import api
from tests.dialects.writing.round_trips import every, facts, facts_read, reread


class RoundTripTests(SynchronousTestCase):
    """An API that is written and read again is the same."""

    @every(write_automation)
    def test_same(
        self, api: dict[str, Any], plans: list[dict[str, Any]], text: bytes
    ) -> None:
        """Any API with any plans, in JSON and YAML."""
        (draft,) = read(text)
        self.assertEqual(draft.dialect, "automation")
        self.assertEqual(facts_read(reread(text)), facts(api, plans))


class AutomationTests(SynchronousTestCase):
    """The body of a ``PUT``."""

    def test_members(self) -> None:
        """The hrid is first; the version has its short name."""
        stored = api(id="x", hrid="trams", apiVersion="2", state="STARTED")
        plan = {"id": "p", "hrid": "open", "name": "Open", "status": "STAGING"}
        found = write_automation({**stored, "definitionVersion": "V4"}, [plan])
        self.assertEqual(list(found)[:3], ["hrid", "name", "version"])
        self.assertEqual(found["state"], "STARTED")
        self.assertNotIn("id", found)
        self.assertNotIn("definitionVersion", found)
        self.assertEqual(
            found["plans"], [{"hrid": "open", "name": "Open", "status": "STAGING"}]
        )
