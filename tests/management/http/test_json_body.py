"""Strict reading of JSON bodies."""

from __future__ import annotations

import json

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.errors import BadRequest
from relay.management.http.json_body import parse
from relay.model.schema.errors import Invalid

_SCALARS = st.none() | st.booleans() | st.integers() | st.text()
_DOCUMENTS = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class ParseTests(SynchronousTestCase):
    """Bodies that are parsed, and bodies that are refused."""

    def test_reads_json(self) -> None:
        """Any JSON value is read, in UTF-8."""
        self.assertEqual(parse('{"ü": [1, 2.5, null]}'.encode()), {"ü": [1, 2.5, None]})
        self.assertEqual(parse(b'"\\ud83d\\ude00"'), "\U0001f600")
        self.assertEqual(parse(b"0"), 0)

    def test_refuses_what_is_not_json(self) -> None:
        """Each refusal states the problem, and the position where there is one."""
        for content, reason in (
            (b"", "Expecting value at line 1 column 1"),
            (b'{"a":1,}', "line 1 column"),
            (b"{'a': 1}", "line 1 column 2"),
            (b"\xff\xfe{}", "byte 0 is not UTF-8"),
            ('{"a":1}'.encode("utf-16"), "byte 0 is not UTF-8"),
            (b"\xef\xbb\xbf{}", "a byte order mark must not precede it"),
            (b"[NaN]", "NaN is not a JSON number"),
            (b"[-Infinity]", "-Infinity is not a JSON number"),
            (b"[1e999]", "a number is out of range"),
            (b'{"a":1,"b":2,"a":3}', 'the member "a" is given twice'),
            (b"[" + b"1" * 5000 + b"]", "Exceeds the limit"),
            (b"[" * 500_000, "it has too many levels"),
        ):
            error = self.assertRaises(BadRequest, parse, content)
            self.assertIn(reason, error.message)
            self.assertEqual(error.code, "json.invalid")

    def test_refuses_what_cannot_be_kept(self) -> None:
        """JSON that no store or reader could take is refused with its place."""
        for content, location in (
            (b'{"a":"\\ud800"}', "a"),
            (b'{"a":["\\u0000"]}', "a[0]"),
        ):
            error = self.assertRaises(Invalid, parse, content)
            self.assertEqual(error.issues[0].location, location)
        self.assertRaises(Invalid, parse, b"[" * 60 + b"]" * 60)

    @given(_DOCUMENTS)
    def test_agrees_with_the_library(self, document: object) -> None:
        """Every document that is accepted has the value that the json module reads."""
        content = json.dumps(document).encode()
        try:
            self.assertEqual(parse(content), document)
        except Invalid:
            # NUL: ASCII escapes make it visible in the text.
            self.assertIn(b"\\u0000", content)

    @given(st.binary(max_size=200))
    def test_any_bytes(self, content: bytes) -> None:
        """Every sequence of bytes is parsed or refused."""
        try:
            parse(content)
        except (BadRequest, Invalid) as error:
            self.assertTrue(str(error))
