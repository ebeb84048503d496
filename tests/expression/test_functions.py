"""Tests of :mod:`relay.expression.functions`."""

from __future__ import annotations

import time

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.compiler import compile_expression
from relay.expression.errors import EvaluationFailed
from relay.expression.functions import json_escape, xml_escape
from relay.expression.template import Template

GIVEN: dict[str, object] = {
    "T(Math).min(2, 1.5)": 1.5,
    "T(Math).round(2.5)": 3,
    "T(Math).round(-2.5)": -2,
    "T(Math).ceil(1.2)": 2.0,
    "T(Math).pow(2, 10)": 1024.0,
    "T(Math).sqrt(9)": 3.0,
    "T(Integer).parseInt('ff', 16)": 255,
    "T(Long).valueOf('-7')": -7,
    "T(Double).parseDouble('1e3')": 1000.0,
    "T(Double).valueOf(2)": 2.0,
    "T(String).valueOf(null)": "null",
    "T(String).join(',', {'a', null, 1})": "a,null,1",
    "T(java.net.URLDecoder).decode('a+b%26', 'UTF-8')": "a b&",
    "T( java.lang.Math ).abs(-1)": 1,
}
FAILING = (
    "T(Math).sqrt(-1)",
    "T(Math).pow(10, 400)",
    "T(Math).abs('a')",
    "T(Integer).parseInt('1.5')",
    "T(Integer).parseInt('1', 99)",
    "T(Integer).parseInt(null)",
    "T(Long).parseLong('99999999999999999999')",
    "T(Double).parseDouble('nan')",
    "T(java.net.URLEncoder).encode('a', 'UTF-16')",
)


class FunctionTests(SynchronousTestCase):
    """Static methods, and escaping."""

    def test_values(self) -> None:
        """The values are those of Java."""
        for text, expected in GIVEN.items():
            value = compile_expression(text).evaluate({})
            self.assertEqual((value, type(value)), (expected, type(expected)), text)

    def test_failures(self) -> None:
        """A method without a value fails in the language's own error."""
        for text in FAILING:
            node = compile_expression(text)
            with self.assertRaises(EvaluationFailed, msg=text):
                node.evaluate({})

    def test_varying_values(self) -> None:
        """Times and random values are not reduced to constants, nor taken for such."""
        for text, kind in {
            "T(Math).random()": float,
            "(T(java.lang.Math).random() * 60).intValue()": int,
            "T(System).currentTimeMillis()": int,
            "T(System).nanoTime()": int,
            "(new java.util.Date()).getTime()": int,
            "T(java.util.UUID).randomUUID().toString()": str,
        }.items():
            node = compile_expression(text)
            self.assertTrue(node.roots, text)
            reduced = node.reduced({"request": {}})
            self.assertEqual(reduced.key, node.key, text)
            values = {reduced.evaluate({}) for _ in range(2)}
            self.assertEqual({type(value) for value in values}, {kind}, text)
        uuid = compile_expression("T(java.util.UUID).randomUUID()").reduced({})
        self.assertNotEqual(uuid.evaluate({}), uuid.evaluate({}))
        for text in ("T(System).currentTimeMillis()", "new java.util.Date().getTime()"):
            now = compile_expression(text).evaluate({})
            assert isinstance(now, int)
            self.assertLess(abs(now / 1000 - time.time()), 60)
        date = Template.read("{(new java.util.Date())}")
        self.assertRaises(EvaluationFailed, date.render, {})

    def test_escaping(self) -> None:
        """A text cannot end the string or the element that it is put into."""
        self.assertEqual(json_escape('"\\/\n\x01é'), '\\"\\\\\\/\\n\\u0001\\u00e9')
        self.assertEqual(xml_escape("a\x00<\tb\ud800>"), "a&lt;\tb&gt;")
        self.assertEqual(json_escape(["a", None, True]), "a  true")
        self.assertEqual((json_escape(None), xml_escape(None)), (None, None))
