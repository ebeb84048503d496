"""Masks that a server has put in place of secrets."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.masks import masks


class MasksTests(SynchronousTestCase):
    """Where they are found."""

    def test_found(self) -> None:
        """Values, and parts of URLs; not texts that have asterisks."""
        document = {
            "a": ["********", "x"],
            "b": {"c": "https://********@a.example/", "d": "/sse?x=********&y=1"},
            "e": "the password=******** is masked",
            "f": {"key": "a", "value": "********", "encrypted": True},
        }
        self.assertEqual(
            list(masks(document, "plans")), ["plans.a[0]", "plans.b.c", "plans.b.d"]
        )
