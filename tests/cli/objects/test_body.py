"""The body of a call."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.errors import Failed
from relay.cli.objects.body import from_file, with_options
from relay.cli.objects.family import Member

MEMBERS = (
    Member("--name", "name", "Its name."),
    Member("--client-id", "settings.app.clientId", "Its client id."),
)


class BodyTests(SynchronousTestCase):
    """From a file and from options."""

    def write(self, text: str) -> str:
        """Write a file."""
        path = Path(self.mktemp())
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_options(self) -> None:
        """They come before what the file has, and nothing else is changed."""
        body = {"name": "a", "settings": {"app": {"type": "x"}}}
        given = {"name": None, "client_id": "c", "other": 1}
        self.assertEqual(
            with_options(body, MEMBERS, given),
            {"name": "a", "settings": {"app": {"type": "x", "clientId": "c"}}},
        )

    def test_files(self) -> None:
        """JSON and YAML are read."""
        for text in ('{"name": "a"}', "name: a\n"):
            self.assertEqual(from_file(self.write(text)), {"name": "a"})

    def test_what_is_refused(self) -> None:
        """The file is named, and the line of what cannot be read."""
        for text, message in (
            ("[1]", "{} must have exactly one object"),
            ("a: 1\n---\na: 2\n", "{} must have exactly one object"),
            ("a: 1\na: 2\n", "{} cannot be read\n  line 2: "),
        ):
            path = self.write(text)
            error = self.assertRaises(Failed, from_file, path)
            told = error.format_message()
            self.assertTrue(told.startswith(message.format(path)), told)
        error = self.assertRaises(Failed, from_file, "/nowhere.json")
        self.assertIn("No such file", error.message)
