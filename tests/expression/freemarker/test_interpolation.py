"""Tests of :mod:`relay.expression.freemarker.interpolation`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.expression.freemarker.interpolation import LONGEST, Interpolation, rendered

SCOPE: dict[str, Any] = {"context": {"attributes": {"text": "abc"}}}


class InterpolationTests(SynchronousTestCase):
    """Whole texts."""

    def test_length(self) -> None:
        """A text that grows too long is no text."""
        doubled = Interpolation.read("${a}${a}")
        scope = {"a": "x" * (LONGEST // 2)}
        self.assertEqual(len(doubled.render(scope)), LONGEST)
        longer = {"a": "x" * (LONGEST // 2 + 1)}
        self.assertRaises(EvaluationFailed, doubled.render, longer)

    def test_reduced(self) -> None:
        """Parts that do not depend on a variable are evaluated once."""
        text = Interpolation.read("${context.attributes.text}: ${(message.content)!}")
        parts = text.reduced("message", SCOPE)
        self.assertEqual(parts, text.reduced("message", SCOPE))
        self.assertEqual(hash(parts), hash(text.reduced("message", SCOPE)))
        self.assertEqual(rendered(parts, {"message": {"content": "x"}}), "abc: x")
        other = Interpolation.read("${context.attributes.missing}")
        self.assertRaises(EvaluationFailed, other.reduced, "message", SCOPE)
