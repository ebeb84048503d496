"""Tests of :mod:`relay.dialects.writing.export`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.writing.export import write_export
from tests.dialects.bodies import api
from tests.dialects.writing.round_trips import every, facts, facts_read, reread


class RoundTripTests(SynchronousTestCase):
    """An API that is written and read again is the same."""

    @every(write_export)
    def test_same(
        self, api: dict[str, Any], plans: list[dict[str, Any]], text: bytes
    ) -> None:
        """Any API with any plans, in JSON and YAML."""
        (draft,) = read(text)
        self.assertEqual(draft.dialect, "v4-export")
        self.assertEqual(facts_read(reread(text)), facts(api, plans))


class ExportTests(SynchronousTestCase):
    """The members of an export."""

    def test_members(self) -> None:
        """What is beside an API stands beside it."""
        stored = api(
            id="x", picture="p", background="b", pages=[1], _links={}, groups=["g"]
        )
        found = write_export(stored, [{"name": "a"}], export={"date": "d"})
        self.assertEqual(
            list(found),
            ["export", "api", "plans", "pages", "apiPicture", "apiBackground"],
        )
        self.assertEqual(set(found["api"]), {*api(), "id", "groups"})

    def test_exclusions(self) -> None:
        """Parts can be left out."""
        stored = api(pages=[1], members=[2], metadata=[3], groups=["g"])
        excluded = ("groups", "members", "metadata", "pages", "plans")
        self.assertEqual(write_export(stored, [{}], excluded), {"api": api()})
