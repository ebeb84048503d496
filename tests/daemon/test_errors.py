"""Why a daemon does not start."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.errors import CannotStart


class CannotStartTests(SynchronousTestCase):
    """The error that ends the start."""

    def test_a_line_for_each_reason(self) -> None:
        """Each reason is a line that begins with the name of the program."""
        error = CannotStart("first", "second")
        self.assertEqual(str(error), "relay: first\nrelay: second")

    def test_it_ends_the_process(self) -> None:
        """Python prints a text that is the code of SystemExit, and ends with 1; twistd
        hands an Exception to the process that waits."""
        error = CannotStart("first")
        self.assertEqual(error.code, "relay: first")
        self.assertIsInstance(error, SystemExit)
        self.assertIsInstance(error, Exception)
