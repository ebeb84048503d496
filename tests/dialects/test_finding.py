"""Tests of `relay.dialects.finding`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.finding import Finding, Refused


class FindingTests(SynchronousTestCase):
    """Findings for people and for programs."""

    def test_json(self) -> None:
        """The line is a member only where it is known."""
        found = Finding("spec.name", "warning", "is unknown")
        expected = {"path": "spec.name", "severity": "warning", "message": "is unknown"}
        self.assertEqual(found.to_json(), expected)
        found = Finding("", "severe", "the file is empty", 3)
        self.assertEqual(found.to_json()["line"], 3)

    def test_text(self) -> None:
        """The path comes first, unless the whole file is meant."""
        findings = Finding("a", "severe", "is bad"), Finding("", "severe", "is empty")
        self.assertEqual(str(Refused(findings)), "a: is bad; is empty")
