"""Tests of :mod:`relay.expression.binary`, in expressions."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.compiler import compile_expression
from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template

BASE64 = "T(java.util.Base64)"
GIVEN: dict[str, object] = {
    "'é'.getBytes()": b"\xc3\xa9",
    "'é'.getBytes('iso-8859-1')": b"\xe9",
    "'é'.getBytes('US-ASCII')": b"?",
    "'a'.getBytes().equals('a'.getBytes('UTF-8'))": True,
    "new java.lang.String('é'.getBytes())": "é",
    "new String('é'.getBytes('ISO-8859-1'), 'ISO-8859-1')": "é",
    "new String('é'.getBytes('ISO-8859-1'))": "\ufffd",
    "new String('a') + new String()": "a",
    f"{BASE64}.getEncoder().encodeToString('ann:s3cret'.getBytes())": (
        "YW5uOnMzY3JldA=="
    ),
    f"{BASE64}.getEncoder().encode('?>'.getBytes())": b"Pz4=",
    f"{BASE64}.getUrlEncoder().encodeToString('~~?'.getBytes())": "fn4_",
    f"new String({BASE64}.getDecoder().decode('YW5u'))": "ann",
    f"new String({BASE64}.getDecoder().decode('YW4'))": "an",
    f"new String({BASE64}.getDecoder().decode('YW4='.getBytes()))": "an",
    f"new String({BASE64}.getUrlDecoder().decode('fn4_'))": "~~?",
}
FAILING = (
    "'a'.getBytes('UTF-16')",
    "'a'.getBytes(1)",
    "'a'.getBytes()[0]",
    "'a'.getBytes() + 'b'",
    "'a'.getBytes().length()",
    "new String(1)",
    "new String('a'.getBytes(), 'EBCDIC')",
    f"{BASE64}.getEncoder().encodeToString('a')",
    f"{BASE64}.getEncoder().decode('YQ==')",
    f"{BASE64}.getDecoder().encode('a'.getBytes())",
    f"{BASE64}.getDecoder().decode('YQ=')",
    f"{BASE64}.getDecoder().decode('Y')",
    f"{BASE64}.getDecoder().decode('Y Q==')",
    f"{BASE64}.getDecoder().decode('fn4_')",
    f"{BASE64}.getDecoder().size()",
)


class BinaryTests(SynchronousTestCase):
    """Bytes, character sets and Base64."""

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

    def test_bytes_are_no_text(self) -> None:
        """Bytes and encoders cannot be part of a text."""
        for text in ("{('a'.getBytes())}", f"{{{BASE64}.getEncoder()}}", "{#request}"):
            template = Template.read(text)
            scope = {"request": {"body": b"a"}}
            self.assertRaises(EvaluationFailed, template.render, scope)
