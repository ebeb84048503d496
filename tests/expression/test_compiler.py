"""Refused expressions: :mod:`relay.expression.compiler`."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.compiler import compile_expression
from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.nodes import Node
from relay.expression.template import Condition, Template
from tests.expression.scopes import EVERYTHING, SUBSCRIBER

REFUSED: dict[str, tuple[int, str]] = {
    "#request.method ==": (18, "too early"),
    "": (0, "too early"),
    "#request.method == 'GET": (19, "unexpected"),
    "#nobody.x": (0, "no variable #nobody"),
    "1 + #request.nothing": (13, "#request has no nothing"),
    "#request['nothing']": (8, "#request has no nothing"),
    "#request.content": (9, "hold the body back"),
    "#response.jsonContent": (10, "hold the body back"),
    "T(java.lang.Runtime).getRuntime()": (0, "no type java.lang.Runtime"),
    "new java.io.File('x')": (0, "no constructor java.io.File"),
    "#request.getClass()": (9, "no method getClass"),
    "'a'.substring()": (4, "number of arguments"),
    "#xpath('a', 'b')": (0, "no function #xpath"),
    "#jsonPath('a')": (0, "takes a document and a path"),
    "#jsonPath('a', #request.path)": (0, "must be a text"),
    "#jsonPath('a', 'b.c')": (0, "no JSONPath"),
    "#jsonPath('a', '$..b..c')": (0, "more than 1"),
    "#jsonPath('a', '$[?match(@.b, \"(a+)+\")]')": (0, "no JSONPath"),
    "'a' matches '(?=a)'": (4, "no regular expression"),
    "'a'.split('[')": (4, "no regular expression"),
    "99999999999999999999": (0, "too large"),
    "1e999": (0, "too large"),
    "1 == 2 == 3": (7, "unexpected"),
    "#request.headers = 1": (17, "unexpected"),
    "__import__('os')": (0, "names of variables begin with #"),
    "1 && " + "!" * 100 + "true": (41, "levels deep"),
    "'" + "a" * 5000 + "'": (0, "longer than"),
}

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may have other things to do."""
_leaf = st.sampled_from(
    [
        "#request.method",
        "#request.headers['x-tenant']",
        "#request.params['limit'][0]",
        "#message.jsonContent.items",
        "#message.content",
        "#context.attributes['count']",
        "#context.attributes['ratio']",
        "null",
        "true",
        "'a'",
        "''",
        "2",
        "0",
        "9223372036854775807",
        "1.5",
        "{1, 'a'}",
    ]
)
_operator = st.sampled_from(
    [
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "&&",
        "||",
        "matches",
        "eq",
        "and",
        "or",
        "mod",
        "?:",
    ]
)
_method = st.sampled_from(
    [
        "length()",
        "size()",
        "trim()",
        "getBytes()",
        "contains('a')",
        "get('x')",
        "split('')",
        "x",
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, _operator, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("({}).{}".format, inner, _method),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("!{}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{{{}, {}}}".format, inner, inner),
        st.builds("#jsonPath({}, '$.items[*].price')".format, inner),
    )


def outcome(node: Node, scope: dict[str, object]) -> tuple[object, ...]:
    """Return the value of an expression."""
    try:
        return ("value", repr(node.evaluate(scope)))  # type: ignore[arg-type]
    except EvaluationFailed:
        return ("failed",)


class CompilerTests(SynchronousTestCase):
    """The compiler raises only its own errors, each with a position."""

    def test_refused(self) -> None:
        """An unsupported expression is refused with its position."""
        for text, (position, problem) in REFUSED.items():
            error = self.assertRaises(BadExpression, compile_expression, text)
            self.assertIn(problem, error.problem, text)
            self.assertEqual(error.position, position, text)

    def test_roots(self) -> None:
        """An expression lists the variables that it depends on."""
        node = compile_expression("#request.method + #message.id + 1")
        self.assertEqual(node.roots, {"request", "message"})

    @BUSY
    @given(st.text(max_size=60))
    def test_any_text(self, text: str) -> None:
        """Every text is read, or refused with a position in it."""
        for read in (compile_expression, Template.read, Condition.read):
            try:
                read(text)
            except BadExpression as error:
                self.assertLessEqual(0, error.position)
                self.assertLessEqual(error.position, len(text))

    @BUSY
    @given(st.text("#{}()[]'\".?:!&|=<>+-*/%, 0a1e", max_size=40))
    def test_any_signs(self, text: str) -> None:
        """The same of what looks more like an expression."""
        try:
            node = compile_expression(text)
        except BadExpression:
            return
        outcome(node, dict(EVERYTHING))

    @BUSY
    @given(st.recursive(_leaf, _larger, max_leaves=12))
    def test_any_expression(self, text: str) -> None:
        """Has a value or fails, and evaluated in two steps it comes to the same."""
        node = compile_expression(text)
        whole = outcome(node, dict(EVERYTHING))
        try:
            rest = node.reduced(SUBSCRIBER)
        except EvaluationFailed:
            return
        self.assertLessEqual(rest.roots, {"message"})
        hash(rest.key)
        self.assertEqual(outcome(rest, {"message": EVERYTHING["message"]}), whole)
