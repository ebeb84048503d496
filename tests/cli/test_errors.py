"""Errors of commands, as a terminal may be sent them."""

from __future__ import annotations

from pathlib import Path

from relay.cli.client import refusal
from relay.cli.errors import ApiError, Failed
from relay.cli.profiles import Profile
from tests.cli.config_case import ConfigCase

EVIL = "\x1b[31mEVIL\x1b]0;t\x07\x9b31m\r\u202e"
HARMLESS = r"\u001b[31mEVIL\u001b]0;t\u0007\u009b31m\u000d\u202e"


class ErrorTests(ConfigCase):
    """Text of servers and names of files in errors."""

    def test_control_characters_of_a_server_are_escaped(self) -> None:
        """In the message and in the mistakes that it lists."""
        detail = {"location": EVIL, "message": EVIL}
        answer = {"message": EVIL, "technicalCode": EVIL, "details": [detail, EVIL]}
        error = refusal(Profile("http://relay.example"), 400, answer)
        self.assertEqual(
            error.format_message(), f"{HARMLESS}\n  {HARMLESS}: {HARMLESS}"
        )
        self.assertEqual(error.to_json()["details"], [detail])

    def test_control_characters_of_names_are_escaped(self) -> None:
        """Of files, of arguments, and with ``--json``, whatever kind the error has."""
        (self.directory / f"{EVIL}.yaml").write_text("[")
        directory = str(self.directory)
        for arguments in (
            ("validate", "-f", directory),
            ("validate", "-f", str(Path(directory, EVIL))),
            ("validate", "-f", directory, "--json"),
            ("profiles", "use", EVIL),
            ("validate", "-f", directory, EVIL),
            (EVIL,),
        ):
            status, out, err = self.call(*arguments)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("EVIL", err)
            for character in "\x1b\x07\x9b\r\u202e":
                self.assertNotIn(character, err, arguments)

    def test_lines(self) -> None:
        """Further lines are indented."""
        self.assertEqual(Failed("a", ["b", "c"]).format_message(), "a\n  b\n  c")
        self.assertEqual(ApiError(500, "a").to_json()["status"], 500)
