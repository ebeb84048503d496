"""Tests of :mod:`relay.dialects.writing.crd`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.writing.crd import write_crd
from tests.dialects.bodies import api
from tests.dialects.writing.round_trips import every, facts, facts_read, reread


class RoundTripTests(SynchronousTestCase):
    """An API that is written and read again is the same."""

    @every(write_crd)
    def test_same(
        self, api: dict[str, Any], plans: list[dict[str, Any]], text: bytes
    ) -> None:
        """Any API with any plans, in JSON and YAML."""
        (draft,) = read(text)
        self.assertEqual(draft.dialect, "crd-api-v4")
        self.assertEqual(facts_read(reread(text)), facts(api, plans))


class CrdTests(SynchronousTestCase):
    """The resource."""

    def test_names(self) -> None:
        """A hrid that is no name of a resource stands in the ``spec``, too."""
        found = write_crd(api(hrid="trams"), [{"hrid": "open", "name": "Open"}])
        self.assertEqual(found["metadata"], {"name": "trams"})
        self.assertNotIn("hrid", found["spec"])
        self.assertEqual(found["spec"]["plans"], {"open": {"name": "Open"}})
        found = write_crd(api(hrid="Trams_1"), [])
        self.assertEqual(found["metadata"], {"name": "trams-1"})
        self.assertEqual(found["spec"]["hrid"], "Trams_1")
