"""Progress bars."""

from __future__ import annotations

import io

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output
from relay.cli.progress import progress


class Terminal(io.StringIO):
    """A text that is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


class ProgressTests(SynchronousTestCase):
    """On a terminal, and elsewhere."""

    def shown(self, err: io.StringIO, total: int = 2) -> str:
        """Show the progress of two steps, and return what was written."""
        out = io.StringIO()
        with progress(Output(out=out, err=err), "Applying", total) as advance:
            advance()
            advance()
        self.assertEqual(out.getvalue(), "")
        return err.getvalue()

    def test_terminal(self) -> None:
        """The numbers are shown, and removed at the end."""
        text = self.shown(Terminal())
        self.assertIn("Applying", text)
        self.assertIn("2/2", text)

    def test_no_terminal(self) -> None:
        """Nothing is written to a file, or for no steps."""
        self.assertEqual(self.shown(io.StringIO()), "")
        self.assertEqual(self.shown(Terminal(), 0), "")
