"""Tests of :mod:`relay.dialects.v4_export`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.v4_export import V4Export
from tests.dialects.bodies import api


class ExportTests(SynchronousTestCase):
    """An API with what is beside it."""

    def test_recognised(self) -> None:
        """By the member ``api`` that is no version 2."""
        self.assertTrue(V4Export().recognises({"api": api()}))
        self.assertTrue(V4Export().recognises({"api": {}}))
        self.assertFalse(V4Export().recognises({"api": {"proxy": {}}}))
        self.assertFalse(V4Export().recognises({"api": 1}))

    def test_read(self) -> None:
        """Everything stands at its place in the export."""
        picture = "data:image/png;base64,eA=="
        draft = V4Export().read(
            {
                "export": {"date": "2026-01-01"},
                "api": api(state="STARTED"),
                "plans": [{"name": "a"}],
                "apiPicture": picture,
                "apiBackground": None,
                "apiMedia": [{"id": "x"}],
                "pages": [{"name": "Doc"}],
                "metadata": [],
                "planz": [],
            }
        )
        self.assertEqual(draft.body["picture"], picture)
        self.assertNotIn("background", draft.body)
        self.assertNotIn("state", draft.body)
        self.assertEqual(draft.body["pages"], [{"name": "Doc"}])
        of = draft.origins.of
        self.assertEqual(of("name"), "api.name")
        self.assertEqual(of("plans[0].name"), "plans[0].name")
        self.assertEqual(of("picture"), "apiPicture")
        self.assertEqual(
            [(one.path, one.severity) for one in draft.findings],
            [(name, "warning") for name in ("apiMedia", "pages", "planz")],
        )
        self.assertIn("did you mean plans?", draft.findings[2].message)
