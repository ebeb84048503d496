"""Evaluation with a sample."""

from __future__ import annotations

from itertools import count
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.budget import MOST_CPU_S
from relay.model.expression_sample import ExpressionToEvaluate, evaluate
from relay.model.schema.errors import Invalid


def answer(text: str, **members: Any) -> dict[str, Any]:
    return evaluate(ExpressionToEvaluate.read({"text": text, **members}))


REQUEST = {
    "method": "POST",
    "path": "/shop/orders/7",
    "contextPath": "/shop/",
    "headers": {"X-Tenant": "ann", "Accept": ["a", "b"]},
    "params": {"q": "1"},
    "pathParams": {"id": "7"},
}


class ConditionTests(SynchronousTestCase):
    """Conditions."""

    def test_parsed_only(self) -> None:
        """Without a sample the expression is parsed."""
        self.assertEqual(answer("{#request.method == 'GET'}"), {"ok": True})

    def test_bad_expression(self) -> None:
        """The position of the error is counted from 0."""
        found = answer("{#request.methd == 'GET'}", sample={})
        self.assertFalse(found["ok"])
        self.assertEqual(found["position"], 10)
        self.assertIn("#request has no methd", found["reason"])
        self.assertFalse(answer("request.method")["ok"])

    def test_phase(self) -> None:
        """A phase knows the variables of the phases before it."""
        for text, phases in (
            ("{#message.type == 'x'}", ("MESSAGE",)),
            ("{#response.status == 200}", ("RESPONSE", "MESSAGE")),
        ):
            for phase in ("REQUEST", "RESPONSE", "MESSAGE"):
                found = answer(text, phase=phase)
                self.assertEqual(found["ok"], phase in phases, (text, phase))
                if not found["ok"]:
                    self.assertIn("is not known here", found["reason"])

    def test_value(self) -> None:
        """The sample has the members that the expression reads."""
        message = {"type": "order", "content": '{"to": "ann"}', "metadata": {"a": "b"}}
        sample = {
            "request": REQUEST,
            "response": {"status": 404, "headers": {"X": "y"}},
            "message": message,
            "attributes": {"user": {"name": "ann"}},
            "properties": {"limit": "5"},
        }
        for text, value in (
            ("{#request.method == 'POST'}", True),
            ("{#request.headers['x-tenant'][0] == 'ann'}", True),
            ("{#request.headers['accept'][1] == 'b'}", True),
            ("{#request.params['q'][0] == '2'}", False),
            ("{#request.pathInfo == '/orders/7'}", True),
            ("{#request.contextPath == '/shop/'}", True),
            ("{#request.pathParams['id'] == '7'}", True),
            ("{#response.status >= 400}", True),
            ("{#message.jsonContent.to == 'ann'}", True),
            ("{#message.contentLength == 13}", True),
            ("{#context.attributes['user'].name == 'ann'}", True),
            ("{#context.attributes['gravitee.attribute.user'].name == 'x'}", False),
            ("{#properties['limit'] == '5'}", True),
        ):
            found = answer(text, sample=sample)
            self.assertEqual(
                found, {"ok": True, "type": "a boolean", "value": value}, text
            )

    def test_failure(self) -> None:
        """A condition that has no boolean value fails, and may be saved."""
        found = answer("{#request.method}", sample={})
        self.assertEqual(
            found, {"ok": True, "failure": "a text is neither true nor false"}
        )


class TextTests(SynchronousTestCase):
    """Texts with expressions."""

    def test_value(self) -> None:
        """A single expression keeps its type."""
        sample = {"request": REQUEST, "message": {"content": "no JSON"}}
        for text, kind, value in (
            ("to {#request.pathParams['id']}", "a text", "to 7"),
            ("{#request.paths}", "a list", ["", "shop", "orders", "7"]),
            ("{#message.jsonContent.a}", "null", None),
            ("{#request.headers}", "an object", None),
        ):
            found = answer(text, kind="TEXT", sample=sample)
            self.assertEqual(found, {"ok": True, "type": kind, "value": value}, text)


class BudgetTests(SynchronousTestCase):
    """The work that an evaluation may take."""

    def evaluate(self, text: str, kind: str, node_s: float) -> dict[str, Any]:
        """Evaluate a text when each value costs CPU time."""
        spent = count(0.0, node_s)
        asked = ExpressionToEvaluate.read({"text": text, "kind": kind, "sample": {}})
        return evaluate(asked, lambda: next(spent))

    def test_all_expressions_share_one_budget(self) -> None:
        """Sixty expressions take no more than one may."""
        node_s = MOST_CPU_S / 30
        one = "{#request.path.replaceAll('[a-z]?','x').length()}"
        self.assertEqual(self.evaluate(one, "TEXT", node_s)["value"], 3)
        error = self.assertRaises(Invalid, self.evaluate, one * 60, "TEXT", node_s)
        (issue,) = error.issues
        self.assertEqual(issue.location, "text")
        self.assertIn("0.2 s of CPU time", issue.message)

    def test_the_parts_of_one_expression_share_it(self) -> None:
        """A condition with many calls is refused, too."""
        node_s = MOST_CPU_S / 30
        call = "#request.path.replaceAll('[a-z]?','x')"
        chain = "{#request.path" + ".concat('x')" * 20 + " == 'x'}"
        for text in ("{" + " + ".join([call] * 20) + " == 'x'}", chain):
            self.assertRaises(Invalid, self.evaluate, text, "CONDITION", node_s)
        self.assertFalse(
            self.evaluate(f"{{{call} == 'y'}}", "CONDITION", node_s)["value"]
        )
