"""Tests of `relay.dialects.document`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.document import MOST_BYTES, read_documents
from relay.dialects.finding import Finding, Refused


class ReadTests(SynchronousTestCase):
    """JSON and YAML, whatever the encoding."""

    def test_encodings(self) -> None:
        """A byte order mark names the encoding; without one it is UTF-8."""
        text = '{"name": "Žižkov"}'
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
            [document] = read_documents(text.encode(encoding))
            self.assertEqual(document.value, {"name": "Žižkov"}, encoding)

    def test_lines_of_json(self) -> None:
        """Tabs and escapes of JSON do not hide the lines."""
        [document] = read_documents(b'{\n\t"a": "\\/",\n\t"b": [\n\t\t{"c": 1}]\n}')
        self.assertEqual(document.line_of("a"), 2)
        self.assertEqual(document.line_of("b[0].c"), 4)
        self.assertEqual(document.line_of("b[0].c.d"), 4)

    def test_several_documents_have_places(self) -> None:
        """The lines of each are found by the location in the file."""
        first, second = read_documents(b"a: 1\n---\nb:\n  c: 2\n")
        self.assertEqual((first.at, second.at), ("[0]", "[1]"))
        self.assertEqual(second.line_of("[1].b.c"), 4)

    def test_a_flow_mapping_of_yaml(self) -> None:
        """A text that begins like JSON may be YAML."""
        [document] = read_documents(b"{a: 1, b: [x]}")
        self.assertEqual(document.value, {"a": 1, "b": ["x"]})


class RefusalTests(SynchronousTestCase):
    """Each refusal is one severe finding about the whole file."""

    def _refused(self, content: bytes) -> Finding:
        refused: Refused = self.assertRaises(Refused, read_documents, content)
        [found] = refused.findings
        self.assertEqual(found.severity, "severe")
        return found

    def test_files(self) -> None:
        """Empty, too long, of no known encoding."""
        self.assertIn("empty", self._refused(b" \n").message)
        self.assertIn(str(MOST_BYTES), self._refused(b"a" * (MOST_BYTES + 1)).message)
        self.assertIn("byte 3", self._refused(b"a: \xff").message)

    def test_json_mistakes_have_lines(self) -> None:
        """Broken JSON, members twice, numbers that JSON has not."""
        self.assertEqual(self._refused(b'{\n"a": 1,\n"b": ]}').line, 3)
        self.assertEqual(self._refused(b'{"a": 1,\n"a": 2}').line, 2)
        self.assertIn("NaN", self._refused(b'{"a": NaN}').message)
        digits = self._refused(b'{"a": ' + b"9" * 100_000 + b"}")
        self.assertIn("more than 1000 digits", digits.message)

    def test_depth_of_json(self) -> None:
        """As deep as YAML, and no deeper."""
        self._refused(b"[" * 52 + b"]" * 52)
        self._refused(b"[" * 100_000 + b"]" * 100_000)

    def test_texts_that_cannot_be_stored(self) -> None:
        """The location of the text is named."""
        found = self._refused(b'{"a": ["\\u0000"]}')
        self.assertEqual((found.path, found.line), ("a[0]", 1))
