"""Tests of :mod:`relay.expression.interpolation`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.interpolation import LONGEST, MOST, Interpolation, rendered

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


class ReadTests(SynchronousTestCase):
    """Interpolations that are refused, with their positions."""

    def refused(self, text: str) -> tuple[int, str]:
        """Return the position and the problem of a text."""
        error = self.assertRaises(BadExpression, Interpolation.read, text)
        assert isinstance(error, BadExpression)
        return error.position, error.problem

    def test_directives(self) -> None:
        """The directives and other interpolations of FreeMarker are refused."""
        for text in (
            "<#if x></#if>",
            "</#list>",
            "<@macro/>",
            "</@macro>",
            "<#-- comment -->",
            '<#assign foo = "com.example.Foo"?new()>',
            "#{number}",
            "{#request.method}",
        ):
            self.assertEqual(self.refused(f"ab {text}")[0], 3, text)

    def test_expressions(self) -> None:
        """Calls, operators, other built-ins and anything unfinished."""
        for text, position in (
            ("${", 2),
            ("${}", 2),
            ("${a", 3),
            ("${a.b", 5),
            ("${a.}", 4),
            ("${a[}", 4),
            ("${a[b]}", 4),
            ("${a['x'}", 7),
            ("${a['x}", 4),
            ("${a + b}", 4),
            ("${a == 'b'}", 4),
            ("${a!b}", 4),
            ("${(a}", 4),
            ("${a)}", 3),
            ("${.vars}", 2),
            ("${1}", 2),
            ("${a?eval}", 4),
            ("${a?api.class}", 4),
            ("${a?new()}", 4),
            ("${request.getClass().getProtectionDomain()}", 18),
            ("${'${a}'}", 2),
            ("${'\\x0041'}", 2),
            ("${" + "(" * 10 + "a" + ")" * 10 + "}", 11),
        ):
            self.assertEqual(self.refused(text)[0], position, text)

    def test_number(self) -> None:
        """A text has a bounded number of interpolations."""
        self.assertEqual(Interpolation.read("${a}" * MOST).render({"a": "x"}), "x" * 64)
        self.assertEqual(self.refused("${a}" * (MOST + 1))[0], 4 * MOST)

    def test_paths(self) -> None:
        """Each path is known with its position."""
        text = Interpolation.read("x ${a.b['c'][0]!'d'} ${(e.f)!}")
        self.assertEqual(
            [(one.root, one.steps, one.text, at) for one, at in text.paths],
            [("a", ("b", "c", 0), "a.b['c'][0]", 4), ("e", ("f",), "e.f", 24)],
        )
        self.assertTrue(text.reads("a", "b"))
        self.assertFalse(text.reads("a", "c"))
