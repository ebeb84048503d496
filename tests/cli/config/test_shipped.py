"""The files that come with Relay."""

from __future__ import annotations

import os
import sys

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.config.shipped import shipped_directory, shipped_files, text_of


class ShippedTests(SynchronousTestCase):
    """The files of the checkout that the tests run in."""

    def test_the_unit_has_the_paths_of_this_installation(self) -> None:
        """The command of the unit exists."""
        text = text_of("relay.service")
        self.assertIn(f"\nExecStart={os.path.join(sys.prefix, 'bin', 'twistd')} ", text)
        self.assertNotIn("=/opt/relay/bin/", text)

    def test_comments_of_the_unit_stay(self) -> None:
        """The steps of an installation name one directory."""
        text = text_of("relay.service")
        self.assertIn("python3 -m venv /opt/relay && /opt/relay/bin/pip install", text)
        self.assertNotIn(f"#   {sys.prefix}", text)

    def test_the_list(self) -> None:
        """Every file is listed, and can be printed."""
        names = shipped_files()
        self.assertLessEqual({"relay.toml", "relay.service"}, set(names))
        for name in names:
            self.assertTrue(text_of(name), name)

    def test_other_files_are_as_they_are(self) -> None:
        """Only units have paths of an installation."""
        text = (shipped_directory() / "relay.toml").read_text(encoding="utf-8")
        self.assertEqual(text_of("relay.toml"), text)
