"""Tests of :mod:`relay.expression.freemarker.reader`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import BadExpression
from relay.expression.freemarker.interpolation import MOST, Interpolation


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

    def test_many_built_ins(self) -> None:
        """A value has two built-ins at most: ``?json_string`` can double a text."""
        Interpolation.read("${a?json_string?json_string}")
        self.assertEqual(
            self.refused("${a" + "?json_string" * 24 + "}"),
            (28, "a value has more than 2 built-ins"),
        )

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
            ("${request.getClass().getProtectionDomain()}", 40),
            ("${request.content.getBytes()}", 26),
            ("${request.getContent(1)}", 21),
            ("${request.clone()}", 17),
            ("${getContent()}", 12),
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
