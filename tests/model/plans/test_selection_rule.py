"""Tests of :mod:`relay.model.plans.selection_rule`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import BadExpression
from relay.model.plans.selection_rule import checked, read_rule


class SelectionRuleTests(SynchronousTestCase):
    def test_both_forms(self) -> None:
        """A rule has braces, or none as in older definitions."""
        for text in ("{#request.method == 'GET'}", " #request.method == 'GET' "):
            rule = read_rule(text)
            self.assertTrue(rule.holds({"request": {"method": "GET"}}))
            self.assertFalse(rule.holds({"request": {"method": "POST"}}))

    def test_places(self) -> None:
        """The position of an error is counted in the text that was sent."""
        for text, position in (
            ("{#request.method ==}", 19),
            ("#request.method == $", 19),
            ("{#request.method == 'GET'} or", 26),
            ("{#request.nothing}", 10),
            ("#request.nothing", 9),
            ("{#request.method == #response.status}", 20),
            ("GET", 0),
        ):
            error = self.assertRaises(BadExpression, read_rule, text)
            self.assertEqual(error.position, position, (text, str(error)))

    def test_variables(self) -> None:
        """A rule may use only variables that are known before a plan is chosen."""
        for text in ("#api.name", "#properties['a']", "#context.attributes['jwt']"):
            read_rule(text)
        for name in ("response.status", "plan.id", "message.id", "subscription.id"):
            error = self.assertRaises(BadExpression, read_rule, f"{{#{name} == '1'}}")
            self.assertIn("is not known before a plan is chosen", error.problem)

    def test_empty(self) -> None:
        """An empty rule is no rule."""
        for text in ("", "  "):
            self.assertEqual(checked(text), text)
        self.assertRaises(ValueError, checked, "{")
