"""The options of ``twistd relay``."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay import __version__
from relay.daemon.errors import CannotStart
from relay.daemon.options import Options
from relay.settings.schema import Settings


class OptionsTests(SynchronousTestCase):
    """Options become settings before anything is opened."""

    def setUp(self) -> None:
        """Have an environment without settings."""
        settings = {name for name in os.environ if name.startswith("RELAY__")}
        self.patch(
            os, "environ", {n: v for n, v in os.environ.items() if n not in settings}
        )

    def settings(self, *arguments: str) -> Settings:
        """Read a command line."""
        options = Options()
        options.parseOptions(arguments)
        read: Settings = options["settings"]
        return read

    def test_without_options(self) -> None:
        """Every setting has its default, below the data directory of the command."""
        self.assertEqual(
            self.settings(), self.settings("--data-dir", os.path.abspath("var"))
        )

    def test_version(self) -> None:
        """``--version`` shows the version of Relay, and the help says so."""
        with redirect_stdout(StringIO()) as out:
            self.assertRaises(SystemExit, self.settings, "--version")
        self.assertTrue(out.getvalue().startswith(f"Relay {__version__} ("))
        self.assertIn("Display the version of Relay", Options().getUsage())

    def test_listeners(self) -> None:
        """Gateways add up; there is one management listener."""
        settings = self.settings(
            "-g", "tcp:1", "--gateway", "tcp:2", "--management=tcp:3"
        )
        endpoints = [one.endpoint for one in settings.gateway.listeners]
        self.assertEqual(endpoints, ["tcp:1", "tcp:2"])
        self.assertEqual(settings.management.endpoint, "tcp:3")

    def test_an_option_comes_before_the_environment(self) -> None:
        """An option overrides the environment, which overrides the default."""
        os.environ["RELAY__MANAGEMENT__ENDPOINT"] = "tcp:4"
        os.environ["RELAY__GATEWAY__VIA"] = "false"
        settings = self.settings("--management", "tcp:3")
        self.assertEqual(settings.management.endpoint, "tcp:3")
        self.assertFalse(settings.gateway.via)

    def test_mistakes(self) -> None:
        """Each is one line of the exception that ends the command."""
        error = self.assertRaises(
            CannotStart, self.settings, "--gateway", "x", "--management", "y"
        )
        first, second = str(error).splitlines()
        self.assertTrue(
            first.startswith("relay: gateway.listeners[0].endpoint "), first
        )
        self.assertTrue(second.startswith("relay: management.endpoint "), second)


class CheckTests(SynchronousTestCase):
    """``--check``."""

    def setUp(self) -> None:
        """Write a settings file."""
        self.path = Path(self.mktemp())

    def check(self, toml: str) -> tuple[object, str]:
        """Check settings; return the exit status, and what is printed."""
        self.path.write_text(toml)
        out = io.StringIO()
        with redirect_stdout(out):
            error = self.assertRaises(
                SystemExit,
                Options().parseOptions,
                ["--check", "--config", str(self.path)],
            )
        return error.code, out.getvalue()

    def test_settings_without_a_mistake(self) -> None:
        """It prints OK, and starts nothing."""
        self.assertEqual(self.check("[limits]\n"), (0, "OK\n"))

    def test_mistakes(self) -> None:
        """They are those of a start, and the files that settings name are read."""
        self.assertIn("limits.nothing", str(self.check("[limits]\nnothing = 1\n")[0]))
        files = (
            '[outbound]\nca = "/nowhere/ca.pem"\n'
            '[technical]\ntoken_file = "/nowhere/token"\n'
            '[tracing]\nheaders_file = "/nowhere/headers"\n'
            '[management.tls]\ncertificate = "/nowhere/c.pem"\nkey = "/nowhere/k.pem"\n'
            '[[gateway.listeners]]\nid = "a"\nendpoint = "tcp:0"\n'
            "[gateway.listeners.tls]\n"
            'certificate = "/nowhere/d.pem"\nkey = "/nowhere/e.pem"\n'
        )
        lines = str(self.check(files)[0]).splitlines()
        self.assertEqual(len(lines), 5)
        for line, words in zip(
            lines,
            ("management", "listener a", "outbound.ca", "technical.token", "tracing."),
            strict=True,
        ):
            self.assertIn(words, line)
            self.assertIn("/nowhere/", line)
