"""Tests of :mod:`relay.expression.template`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.template import Condition, Template
from tests.expression.scopes import EVERYTHING, MESSAGE, SUBSCRIBER


class TemplateTests(SynchronousTestCase):
    """Texts with expressions in them."""

    def test_rendered(self) -> None:
        """Braces without an expression are text."""
        for text, expected in {
            "": "",
            "plain {text} {": "plain {text} {",
            "{#request.method}": "GET",
            "a {#request.method} b{#response.status}": "a GET b200",
            '{"m": "{#request.method}"}': '{"m": "GET"}',
            "{#request.headers['nobody'][0]}": None,
            "[{#request.headers['nobody'][0]}]": "[]",
            "{#request.headers['x-tenant']}": "ann,bob",
            "{#message.jsonContent.items}": '{"price":3},{"price":5}',
            "{#request.method + '}'}": "GET}",
            "{(#request.method)}!": "GET!",
            "{#request.method == 'GET'}": "true",
        }.items():
            self.assertEqual(Template.read(text).render(EVERYTHING), expected, text)

    def test_a_lone_expression_keeps_its_kind(self) -> None:
        """A template of one expression keeps the type of the value."""
        self.assertEqual(Template.read("{#response.status}").evaluate(EVERYTHING), 200)

    def test_refused(self) -> None:
        """The position is that in the whole text."""
        for text, position in {
            "abc {#request.method": 4,
            "abc {#request.nope}": 14,
            "{#request.method} {#a}": 19,
            "{#request.id}" * 65: 64 * 13,
        }.items():
            error = self.assertRaises(BadExpression, Template.read, text)
            self.assertEqual(error.position, position, text)

    def test_objects_have_no_text(self) -> None:
        """Headers as a whole are no text."""
        template = Template.read("{#request.headers}")
        self.assertRaises(EvaluationFailed, template.render, EVERYTHING)

    def test_reduced(self) -> None:
        """Subscribers with the same values are left with the same text."""
        template = Template.read("{#request.method}-{#message.id}")
        rest = template.reduced(SUBSCRIBER)
        self.assertEqual(template.roots, {"request", "message"})
        self.assertEqual(rest.roots, {"message"})
        self.assertEqual(rest.render({"message": MESSAGE}), "GET-7")
        self.assertEqual(rest.key, template.reduced(SUBSCRIBER).key)
        self.assertNotEqual(rest.key, template.key)


class ConditionTests(SynchronousTestCase):
    """Conditions that hold, and conditions that do not."""

    def test_holds(self) -> None:
        """An expression, or a plain yes or no."""
        for text, expected in {
            " {#request.method == 'GET'} ": True,
            "{!#request.method.isEmpty()}": True,
            "{'a' == 'b'}": False,
            "{#context.attributes['absent']}": False,
            "true": True,
            "false": False,
        }.items():
            condition = Condition.read(text)
            self.assertIs(condition.holds(EVERYTHING), expected, text)

    def test_refused(self) -> None:
        """A text that is no expression would never hold."""
        for text, position in {
            "": 0,
            "#request.method == 'GET'": 0,
            "{#request.method == 'GET'} && {true}": 26,
            "{true": 0,
            " {#nope}": 2,
        }.items():
            error = self.assertRaises(BadExpression, Condition.read, text)
            self.assertEqual(error.position, position, text)

    def test_neither_true_nor_false(self) -> None:
        """A value that is no boolean is an error."""
        condition = Condition.read("{#response.status}")
        self.assertRaises(EvaluationFailed, condition.holds, EVERYTHING)

    def test_reduced(self) -> None:
        """The parts that depend on the subscriber are evaluated once."""
        condition = Condition.read(
            "{#message.jsonContent.to == #request.headers['x-tenant'][0]}"
        )
        rest = condition.reduced(SUBSCRIBER)
        self.assertEqual(rest.roots, {"message"})
        self.assertTrue(rest.holds({"message": MESSAGE}))
        self.assertEqual(rest.key, condition.reduced(SUBSCRIBER).key)
