"""Tests of :mod:`relay.model.schema.unsupported`."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema import unsupported
from relay.model.schema.reading import issues


class UnbuiltTests(SynchronousTestCase):
    """An unsupported member is refused if it is in effect, and kept otherwise."""

    def check(self, kind: Any, fine: list[Any], refused: dict[str, Any]) -> None:
        """Check values of a field.

        :param fine: values that must come back unchanged.
        :param refused: by the locations, joined by spaces, that must be named.
        """
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        for value in (None, *fine):
            self.assertEqual(adapter.validate_python(value), value)
        for locations, value in refused.items():
            with self.assertRaises(ValidationError, msg=repr(value)) as caught:
                adapter.validate_python(value)
            found = issues(caught.exception, "f")
            self.assertEqual(" ".join(issue.location for issue in found), locations)
            for issue in found:
                self.assertRegex(issue.message, "not supported")

    def test_off_by_default(self) -> None:
        """Tracing and log export do nothing until enabled."""
        fine = [{}, {"enabled": False, "maxAge": 3}, {"maxRetries": 2}, [], ""]
        refused = {"f.enabled": {"enabled": True}, "f": ["x"]}
        for kind in (
            unsupported.Tracing,
            unsupported.LogExport,
        ):
            self.check(kind, fine, refused)
        self.check(unsupported.Tracing, [], {"f.enabled": {"enabled": "false"}})

    def test_services(self) -> None:
        """A service is enabled unless it states otherwise, as in Gravitee."""
        self.check(
            unsupported.Services,
            [{}, {"healthCheck": None}, {"discovery": {}}, {"a": {"enabled": False}}],
            {
                "f.healthCheck": {"healthCheck": {"type": "http-health-check"}},
                "f.a f.c": {
                    "a": {"enabled": True},
                    "b": {"enabled": False},
                    "c": {"enabled": None},
                },
                "f": [1],
            },
        )

    def test_logging(self) -> None:
        """Modes and phases are named one by one; content alone logs nothing."""
        self.check(
            unsupported.Logging,
            [
                {},
                {"content": {"headers": True}, "condition": "x"},
                {
                    "mode": {"entrypoint": False, "endpoint": None},
                    "phase": {"request": False},
                },
            ],
            {
                "f.mode.endpoint f.phase.request": {
                    "mode": {"entrypoint": False, "endpoint": True},
                    "phase": {"request": True},
                },
                "f.mode": {"mode": "CLIENT"},
                "f": True,
            },
        )

    def test_anything(self) -> None:
        """Other members are in effect with any content."""
        for kind in (
            unsupported.PlanTags,
            unsupported.ExcludedGroups,
            unsupported.DeadLetterQueue,
            unsupported.KafkaPort,
        ):
            self.check(kind, [[], {}, ""], {"f": ["x"]})
