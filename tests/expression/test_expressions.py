"""The values of expressions: :mod:`relay.expression.nodes`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.compiler import compile_expression
from relay.expression.errors import EvaluationFailed
from tests.expression.scopes import EVERYTHING

GIVEN: dict[str, object] = {
    # What definitions ask for most.
    "#request.headers['X-Tenant'][0]": "ann",
    "#request.headers['nobody'][0]": None,
    "#request.headers['nobody'] == null": True,
    "#request.params['limit'][0] == '10'": True,
    "#response.status == 200": True,
    "#context.attributes['plan']": "gold",
    "#context.attributes.plan": "gold",
    "#endpoints['blue'] + '/x'": "blue:/x",
    "#jsonPath(#message.content, '$.items[1].price')": 5,
    "#jsonPath(#message.content, '$.items[*].price')": [3, 5],
    "#jsonPath(#message.content, '$..price')[0]": 3,
    "#jsonPath(#message.content, '$.none')": None,
    "#message.jsonContent.items[0].price + 1": 4,
    # Logic, in its order, and lazily.
    "true || false && false": True,
    "(true or false) and false": False,
    "!#context.attributes['absent']": True,
    "not true == false": True,
    "true || #request.method.nothing.trim() == ''": True,
    "false && #request.method.nothing.trim() == ''": False,
    "'true' && true": True,
    "#request.method == 'GET' ? 'a' : 'b'": "a",
    "false ? 1 : true ? 2 : 3": 2,
    "#request.headers['nobody'][0] ?: 'none'": "none",
    "#request.params['flag'][0] ?: 'empty'": "empty",
    "#request.headers['nobody']?.size()": None,
    "#request.headers['x-tenant']?.size()": 2,
    # Comparison: nothing of one kind is of another.
    "1 == 1.0": True,
    "1 == '1'": False,
    "true == 1": False,
    "null == null": True,
    "{1, 'a'} == {1, 'a'}": True,
    "2 lt 10 AND 'b' GT 'a'": True,
    "null < 1 && 3 >= 3 && 3 le 3 && 4 ne 3": True,
    "#request.path matches '/orders/[0-9]+'": True,
    "#request.path matches '[0-9]+'": False,
    "#request.headers['nobody'][0] matches '.*'": False,
    # Arithmetic is Java's.
    "1 + 2 * 3 - 4": 3,
    "(1 + 2) * 3": 9,
    "7 / 2": 3,
    "-7 / 2": -3,
    "-7 % 3": -1,
    "7 mod -3": 1,
    "7.0 div 2": 3.5,
    "-7.5 % 2": -1.5,
    "1e3": 1000.0,
    "- -1": 1,
    "+1": 1,
    "'a' + 1 + null + true + 1.5": "a1nulltrue1.5",
    # Texts.
    "'it''s'": "it's",
    '"a""b"': 'a"b',
    "'abc'[1]": "b",
    "'abc'[9]": None,
    "'abc'.length()": 3,
    "' a '.trim()": "a",
    "'ab'.toUpperCase().toLowerCase()": "ab",
    "'abc'.substring(1)": "bc",
    "'abc'.substring(1, 2)": "b",
    "'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')": True,
    "'abc'.equalsIgnoreCase('ABC') && 'a'.equals('a')": True,
    "'abcb'.indexOf('b') * 10 + 'abcb'.lastIndexOf('b')": 13,
    "'a.b.c'.replace('.', '/')": "a/b/c",
    "'a1b22'.replaceAll('[0-9]+', '-')": "a-b-",
    "'k=v'.replaceFirst('(.)=(.)', '$2=$1$$')": "v=k$$",
    "'a,b,,'.split(',')": ["a", "b"],
    "'abc'.split('')": ["a", "b", "c"],
    "'abc'.charAt(0).concat('x')": "ax",
    "'abc'.matches('a.c')": True,
    "''.isEmpty() && ' '.isBlank()": True,
    "5.toString() + 1.5.toString()": "51.5",
    # Lists and objects.
    "{'GET', 'POST'}.contains(#request.method)": True,
    "{}.isEmpty()": True,
    "{1, 2}.get(1) + {5}.size() + {7, 8}.indexOf(8)": 4,
    "#request.headers.getFirst('X-Tenant')": "ann",
    "#request.headers.getAll('nobody')": [],
    "#request.headers.containsKey('ACCEPT')": True,
    "#request.params.getOrDefault('page', 1)": 1,
    "#request.params.size() + #request.params.keySet().size()": 4,
    "#request.params.get('limit')[0]": "10",
}
FAILING = (
    "1 / 0",
    "1 % 0",
    "1.5 / 0.0",
    "9223372036854775807 + 1",
    "1e308 * 10",
    "'a' - 1",
    "'a' < 1",
    "-'a'",
    "!1",
    "1 ? 2 : 3",
    "'abc'.substring(7)",
    "'abc'.charAt(-1)",
    "{1}.get(3)",
    "#request.headers['nobody'][0].trim()",
    "true.length()",
    "1.trim()",
    "'a'.matches(1)",
    "1 matches 'a'",
    "'a' matches ('(' + '')",
    "'a'.split('[' + '')",
    "'a'.contains(null)",
    "#jsonPath('{', '$.a')",
    "1[0]",
    "#request[0][0][0] + #request",
)


class ExpressionTests(SynchronousTestCase):
    """Expressions as definitions hold them."""

    def test_values(self) -> None:
        """Each expression has the value that it has in Gravitee."""
        for text, expected in GIVEN.items():
            value = compile_expression(text).evaluate(EVERYTHING)
            if isinstance(value, tuple):
                value = list(value)
            self.assertEqual((value, type(value)), (expected, type(expected)), text)

    def test_failures(self) -> None:
        """An expression without a value raises EvaluationFailed."""
        for text in FAILING:
            node = compile_expression(text)
            with self.assertRaises(EvaluationFailed, msg=text):
                node.evaluate(EVERYTHING)

    def test_no_secret_is_told(self) -> None:
        """An error names kinds of values, and no value."""
        node = compile_expression("#request.headers['x-tenant'][0] - 1")
        error = self.assertRaises(EvaluationFailed, node.evaluate, EVERYTHING)
        self.assertNotIn("ann", str(error))

    def test_long_texts(self) -> None:
        """No text grows without bound, however it is made."""
        long = "'" + "a" * 1000 + "'"
        grown = f"({'+'.join(['#context.attributes.a'] * 3)})"
        scope = {"context": {"attributes": {"a": "a" * 400_000}}}
        for text in (
            grown,
            f"#context.attributes.a.replace('a', {long})",
            f"#context.attributes.a.replaceAll('a', {long})",
            f"#context.attributes.a.replaceAll('', {long})",
            f"#context.attributes.a.replace('', {long})",
            "#context.attributes.a.concat(#context.attributes.a)"
            ".concat(#context.attributes.a)",
        ):
            node = compile_expression(text)
            self.assertRaises(EvaluationFailed, node.evaluate, scope)

    def test_patterns_take_linear_time(self) -> None:
        """A pattern that is exponential in backtracking engines takes linear time."""
        node = compile_expression("#context.attributes.a matches '(a+)+b'")
        scope = {"context": {"attributes": {"a": "a" * 100_000}}}
        self.assertIs(node.evaluate(scope), False)
