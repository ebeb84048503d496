"""Tests of :mod:`relay.model.records`."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

from twisted.trial.unittest import SynchronousTestCase

from relay.model.records import ApiRecord, Deployment, PlanRecord, UserRecord

HIDDEN = {"password": "s3cr3t"}


class RecordTests(SynchronousTestCase):
    """The records of the store."""

    def test_reprs(self) -> None:
        """Definitions and hashes stay out of the reprs that logs print."""
        records = [
            ApiRecord("a", "h", HIDDEN, "STOPPED", "CREATED", "PRIVATE", 1, 1, None),
            PlanRecord("p", "a", "h", HIDDEN, "STAGING", 0, 1, 1, None, None),
            Deployment("d", "a", 1, None, HIDDEN, (HIDDEN,), 1),
            UserRecord("admin", "s3cr3t", "ADMIN", 1, 1),
        ]
        for record in records:
            self.assertNotIn("s3cr3t", repr(record))

    def test_frozen(self) -> None:
        """A record never changes under those who hold it."""
        with self.assertRaises(FrozenInstanceError):
            UserRecord("admin", "x", "ADMIN", 1, 1).name = "root"  # type: ignore[misc]
