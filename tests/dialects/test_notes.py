"""Tests of :mod:`relay.dialects.notes`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.draft import Draft, Origins
from relay.dialects.notes import Notes
from relay.dialects.v4_members import read_api
from tests.dialects.bodies import api, flow


def _told(draft: Draft) -> list[tuple[str, str]]:
    return [(one.path, one.severity) for one in draft.findings]


class NotesTests(SynchronousTestCase):
    """What is noted, at its place."""

    def test_findings(self) -> None:
        """A refusal is severe, and may have the line of a text."""
        notes = Notes("spec")
        notes.warn("spec.a", "left out")
        notes.refuse("spec.b", "no JSON", 3)
        self.assertEqual(
            [(one.path, one.severity, one.line) for one in notes.findings],
            [("spec.a", "warning", None), ("spec.b", "severe", 3)],
        )
        notes.put("x", "spec.y")
        self.assertEqual(notes.origins.of("x.z"), "spec.y.z")
        self.assertEqual(notes.origins.of("other"), "spec.other")


class PlaceTests(SynchronousTestCase):
    """Definitions that were converted before."""

    def test_places(self) -> None:
        """Problems and members are told at their places in the file."""
        places = Origins("doc")
        places.put("flows", "doc.the_flows")
        source = api(flows=[flow(methods=[])])
        draft = read_api(source, "", "terraform", places=places)
        self.assertEqual(_told(draft), [("doc.the_flows[0].methods", "warning")])
        self.assertEqual(draft.origins.of("flows[0].name"), "doc.the_flows[0].name")
        self.assertEqual(draft.origins.of("name"), "doc.name")
