"""Texts as a terminal may be sent them."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.text import json_text, shown

EVIL = "\x1b[31mEVIL\x1b]0;t\x07\x9b31m\r\x7f\u202e\u2066\udc9b"


class TextTests(SynchronousTestCase):
    """Control characters, and those that turn the order of text."""

    def test_shown(self) -> None:
        """Lines and tabs stay."""
        self.assertEqual(shown("a\tb\nc\x00\x9b"), "a\tb\nc\\u0000\\u009b")
        self.assertEqual(
            shown(EVIL),
            r"\u001b[31mEVIL\u001b]0;t\u0007\u009b31m\u000d\u007f\u202e\u2066\udc9b",
        )

    def test_json_is_the_same_with_characters_escaped(self) -> None:
        """A parser gets the text of the server."""
        for value in (EVIL, {EVIL: [EVIL, "é\n"]}):
            for indent in (None, 2):
                text = json_text(value, indent)
                self.assertEqual(shown(text), text)
                self.assertEqual(json.loads(text), value)
