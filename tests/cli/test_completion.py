"""``relay completion``."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

from relay.cli.main import invoke
from relay.cli.profiles import Profile, Profiles, write_profiles
from tests.cli.config_case import ConfigCase

_COMPLETE = "from relay.cli.main import main; main()"


class CompletionTests(ConfigCase):
    """The scripts, and what they complete."""

    def complete(self, *words: str) -> list[str]:
        """Return what the last word can be."""
        environment = {
            **os.environ,
            "_RELAY_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["relay", *words]),
            "COMP_CWORD": str(len(words)),
        }
        ended = subprocess.run(
            [sys.executable, "-c", _COMPLETE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.partition(",")[2] for line in ended.stdout.splitlines()]

    def test_scripts(self) -> None:
        """Each shell has one, which calls the command."""
        for shell in ("bash", "zsh", "fish"):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertEqual(invoke(["completion", shell]), 0)
            self.assertIn(f"_RELAY_COMPLETE={shell}_complete", out.getvalue())

    def test_commands(self) -> None:
        """Commands and their subcommands are completed."""
        self.assertEqual(self.complete("prof"), ["profiles"])
        self.assertEqual(self.complete("profiles", "r"), ["remove"])
        self.assertEqual(self.complete("completion", "z"), ["zsh"])

    def test_profiles(self) -> None:
        """Names of profiles are completed; a file that is refused has none."""
        write_profiles(
            Profiles()
            .with_profile("prod", Profile("https://relay.example", "abc"))
            .with_profile("test", Profile("http://127.0.0.1", "abc"))
        )
        self.assertEqual(self.complete("profiles", "use", "p"), ["prod"])
        self.assertEqual(self.complete("--profile", ""), ["prod", "test"])
        self.assertEqual(self.complete("ping", "--profile", "t"), ["test"])
