"""Tests of :mod:`relay.management.automation.reading`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.finding import Finding, Refused
from relay.management.automation.reading import (
    leniently,
    object_of,
    told,
)
from relay.management.resources import bodies
from relay.model.api.lifecycle import ActionRefused
from relay.model.consumers.application import ApplicationDefinition
from relay.model.schema.errors import Invalid, Issue


def application(body: dict[str, Any]) -> ApplicationDefinition:
    """Read an application."""
    return bodies.read(ApplicationDefinition, body)


class ReadingTests(SynchronousTestCase):
    """Bodies with members that Relay leaves out."""

    def test_object(self) -> None:
        """A body is an object with a hrid."""
        self.assertEqual(object_of({"hrid": "a"}), {"hrid": "a"})
        for body, location in (([], ""), ({}, "hrid"), ({"hrid": 1}, "hrid")):
            with self.assertRaises(Invalid) as raised:
                object_of(body)
            self.assertEqual(raised.exception.issues[0].location, location)

    def test_left_out(self) -> None:
        """Unknown members and those of operators, at all levels."""
        body = {
            "id": "x",
            "errors": {},
            "name": "App",
            "contextRef": {"name": "c"},
            "surprise": 1,
            "settings": {"app": {"type": "t", "other": 2}},
        }
        read, warnings = leniently(body, application)
        self.assertEqual(
            read.to_json(), {"name": "App", "settings": {"app": {"type": "t"}}}
        )
        self.assertEqual(
            sorted(one.partition(":")[0] for one in warnings),
            ["contextRef", "settings.app.other", "surprise"],
        )
        self.assertIn("surprise", body)

    def test_refused(self) -> None:
        """What is wrong with a member that has a meaning."""
        with self.assertRaises(Invalid) as raised:
            leniently({"name": "", "surprise": 1}, application)
        places = [one.location for one in raised.exception.issues]
        self.assertIn("name", places)

    def test_told(self) -> None:
        """Severe problems as sentences."""
        findings = [
            Finding("plans[0]", "severe", "is wrong"),
            Finding("labels", "warning", "is odd"),
        ]
        refused = Refused(findings)
        self.assertEqual(told(refused), ["plans[0]: is wrong"])
        invalid = Invalid([Issue("is wrong", "a"), Issue("is no object", "")])
        self.assertEqual(told(invalid), ["a: is wrong", "is no object"])
        self.assertEqual(told(ActionRefused("No.", "a.b")), ["No."])
