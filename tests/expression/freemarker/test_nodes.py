"""Tests of :mod:`relay.expression.freemarker.nodes`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.expression.freemarker.interpolation import Interpolation

SCOPE: dict[str, Any] = {
    "request": {
        "headers": {"X": ["one", "two"], "content-type": ["text/plain"]},
        "content": '<a "q">',
        "jsonContent": {"symbol": "EUR", "list": [1, {"n": 2.5}], "none": None},
    },
    "context": {"attributes": {"number": 1234567, "yes": True, "text": "abc"}},
}


def render(text: str) -> str:
    """Parse a text, and evaluate it."""
    return Interpolation.read(text).render(SCOPE)


class RenderTests(SynchronousTestCase):
    """The texts of interpolations."""

    def test_values(self) -> None:
        """Paths are followed by names and numbers."""
        for text, written in (
            ("", ""),
            ("plain { } $ {x} < /# \\ text", "plain { } $ {x} < /# \\ text"),
            ("${request.headers['X'][0]}/${request.headers.X[1]}", "one/two"),
            ('a ${ request . headers [ "content-type" ] [0] } b', "a text/plain b"),
            ("${request.content}", '<a "q">'),
            ("${request.jsonContent.symbol}${request.jsonContent.list[1].n}", "EUR2.5"),
            ("${context.attributes.number}", "1234567"),
            ("${request.getContent()}", '<a "q">'),
            ("${ request . getJsonContent ( ) . symbol }", "EUR"),
            ("${request.getHeaders()['X'][0]!}", "one"),
            ("${context.attributes['text'][1]}", "b"),
            ("${r'${x} \\n'}", "${x} \\n"),
            ("${'a\\n\\'\\{b}'}", "a\n'{b}"),
        ):
            if written is not None:
                self.assertEqual(render(text), written, text)

    def test_defaults(self) -> None:
        """Replace what the last step does not find; in parentheses, any step."""
        for text, written in (
            ("${request.headers['Y']!'none'}", "none"),
            ("${request.headers['X'][7]!'none'}", "none"),
            ("${request.jsonContent.none!}", ""),
            ("${request.headers['X'][0]!'none'}", "one"),
            ("${(request.headers['Y'][0])!'none'}", "none"),
            ("${(request.a.b.c)!}", ""),
            ("${(request.a.b!'x')?json_string}", None),
        ):
            if written is None:
                self.assertRaises(EvaluationFailed, render, text)
            else:
                self.assertEqual(render(text), written, text)

    def test_built_ins(self) -> None:
        """Texts within JSON strings, and values as programs write them."""
        self.assertEqual(
            render("${request.content?json_string}"), '\\u003Ca \\"q\\"\\u003E'
        )
        self.assertEqual(render("${context.attributes.yes?c}"), "true")
        self.assertEqual(render("${context.attributes.number?c}"), "1234567")
        for text in (
            "${context.attributes.text?c}",
            "${context.attributes.yes?json_string}",
            "${context.attributes.missing?json_string}",
        ):
            self.assertRaises(EvaluationFailed, render, text)

    def test_without_a_text(self) -> None:
        """Missing values, lists, objects and booleans are no texts."""
        for text in (
            "${request.headers['Y']}",
            "${request.headers['Y'][0]}",
            "${request.headers['X']}",
            "${request.jsonContent}",
            "${request.jsonContent.none}",
            "${context.attributes.yes}",
            "${context.attributes.number.x}",
            "${request.jsonContent[0]}",
            "${nothing}",
        ):
            self.assertRaises(EvaluationFailed, render, text)
        names_no_value = self.assertRaises(
            EvaluationFailed, render, "${context.attributes.number.x}"
        )
        self.assertNotIn("1234567", str(names_no_value))
