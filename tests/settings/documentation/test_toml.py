"""The settings file that is made from the code; tests/repo compares the shipped one."""

from __future__ import annotations

import tomllib

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.documentation.toml import sentence, settings_file, value


class FileTests(SynchronousTestCase):
    """``etc/relay.toml``."""

    def test_notes(self) -> None:
        """Comments have bounds, choices, the next start, and what has no default."""
        text = " ".join(settings_file().replace("\n# ", " ").split())
        for part in (
            "Number of closed files that are kept. 1 to 1,000. #access_keep = 5",
            'The form of its lines. "text" or "json". #format = "text"',
            "Threads for its transactions. 1 to 64. (next start) #threads = 4",
            "management API shows. No default. #public_url =",
        ):
            self.assertIn(part, text)

    def test_width(self) -> None:
        """Comments fit a terminal."""
        self.assertLessEqual(max(map(len, settings_file().splitlines())), 88)

    def test_values(self) -> None:
        """They are read back as they were."""
        for one in (True, 0, 1.5, 'a "b" \\ c', "ü\n", ["a", "b"], []):
            self.assertEqual(tomllib.loads(f"v = {value(one)}")["v"], one)

    def test_sentences(self) -> None:
        """They begin with a capital letter, except names with signs."""
        self.assertEqual(sentence("the `a`"), "The a.")
        self.assertEqual(sentence("`a_b` is"), "a_b is.")
        self.assertEqual(sentence("one. Two."), "One. Two.")
