"""Commands whose standard streams are closed or full."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.cli.config_case import ConfigCase

UNREAD = (
    ("validate -f -", "cannot read -: Bad file descriptor"),
    ("apis create -f -", "cannot read -: Bad file descriptor"),
    (
        "apis delete two",
        "Delete API two with its plans, subscriptions and keys? Confirm it with --yes",
    ),
    (
        "login http://127.0.0.1:9 --password-stdin",
        "cannot read the standard input: Bad file descriptor",
    ),
    (
        "users create bob --password-stdin",
        "cannot read the standard input: Bad file descriptor",
    ),
    (
        "publish http://127.0.0.1:9/ --lines",
        "cannot read the input: Bad file descriptor",
    ),
)
"""Commands that read the standard input, and the errors if it is closed."""
PRINTING = (
    "--help",
    "--version",
    "apis --help",
    "completion bash",
    "config defaults",
    "config env",
    "config env --json",
    "profiles list --json",
)
"""Commands that print without a server."""


class StandardTests(ConfigCase):
    """One line and exit status 1, and no traceback."""

    def relay(self, arguments: str, redirection: str) -> tuple[int, str]:
        """Return the exit status and the errors of a command of a shell."""
        run = f"{sys.executable} -c 'from relay.cli.main import main; main()'"
        self.patch_environment(RELAY_URL="http://127.0.0.1:9", RELAY_TOKEN="t")
        ended = subprocess.run(
            ["sh", "-c", f"{run} {arguments} {redirection}"],
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stderr

    def test_a_closed_input_is_one_line(self) -> None:
        """Nothing else takes its place."""
        for arguments, message in UNREAD:
            ended = self.relay(arguments, "<&-")
            self.assertEqual(ended, (1, f"relay: {message}\n"), arguments)

    def test_an_output_that_cannot_be_written_is_one_line(self) -> None:
        """As JSON with ``--json``."""
        for redirection, reason in (
            (">&-", "Bad file descriptor"),
            (">/dev/full", "No space left on device"),
        ):
            message = f"cannot write the output: {reason}"
            for arguments in PRINTING:
                status, err = self.relay(arguments, redirection)
                self.assertEqual((status, err.count("\n")), (1, 1), err)
                if "--json" in arguments:
                    self.assertEqual(json.loads(err)["error"]["message"], message)
                else:
                    self.assertEqual(err, f"relay: {message}\n", arguments)

    def test_closed_errors_are_dropped(self) -> None:
        """The command goes on."""
        self.assertEqual(self.relay("profiles list", ">/dev/null 2>&-"), (0, ""))
        self.assertEqual(self.relay("profiles use no", "2>&-"), (1, ""))
        self.assertEqual(self.relay("profiles use no", "2>/dev/full"), (1, ""))
