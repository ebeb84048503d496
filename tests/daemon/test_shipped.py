"""``relay-config``."""

from __future__ import annotations

import os
import sys
import tomllib
from contextlib import redirect_stdout
from io import StringIO

from twisted.trial.unittest import SynchronousTestCase

from relay import __version__
from relay.daemon.shipped import main, shipped_directory, shipped_files


def printed(*arguments: str) -> str:
    """Run the command, and return what it prints."""
    with redirect_stdout(StringIO()) as out:
        main(list(arguments))
    return out.getvalue()


class ShippedTests(SynchronousTestCase):
    """The command, of the checkout that the tests run in."""

    def test_the_settings_file(self) -> None:
        """Without an argument it is printed, and every setting in it is a comment."""
        text = printed()
        self.assertEqual(text, (shipped_directory() / "relay.toml").read_text())
        self.assertEqual(printed("relay.toml"), text)
        self.assertFalse(any(tomllib.loads(text).values()))

    def test_the_unit_has_the_paths_of_this_installation(self) -> None:
        """The command of the unit exists."""
        text = printed("relay.service")
        self.assertIn(f"\nExecStart={os.path.join(sys.prefix, 'bin', 'twistd')} ", text)
        self.assertNotIn("/opt/relay/bin/", text)

    def test_the_list(self) -> None:
        """Every file is listed, and can be printed."""
        names = printed("--list").splitlines()
        self.assertEqual(names, shipped_files())
        self.assertLessEqual({"relay.toml", "relay.service"}, set(names))
        for name in names:
            self.assertTrue(printed(name), name)

    def test_an_unknown_file(self) -> None:
        """It is refused in one line, as is a path out of the directory."""
        for name in ("nope.toml", "../setup.cfg", "/etc/passwd"):
            with self.assertRaises(SystemExit) as caught:
                main([name])
            self.assertEqual(
                str(caught.exception),
                f"relay-config: there is no file {name}; relay-config --list lists the "
                "files",
            )

    def test_the_version(self) -> None:
        """It is that of Relay."""
        with redirect_stdout(StringIO()) as out, self.assertRaises(SystemExit):
            main(["--version"])
        self.assertTrue(out.getvalue().startswith(f"Relay {__version__} ("))
