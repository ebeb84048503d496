"""The switch that turns all shortcuts off."""

from twisted.trial.unittest import SynchronousTestCase

from relay.plain_path import read


class ReadTests(SynchronousTestCase):
    """``RELAY_PLAIN_PATH``."""

    def test_shortcuts_are_the_default(self) -> None:
        """Without the variable, or with a zero, the shortcuts are taken."""
        for environ in ({}, {"RELAY_PLAIN_PATH": ""}, {"RELAY_PLAIN_PATH": "0"}):
            self.assertFalse(read(environ), environ)

    def test_plain(self) -> None:
        """One turns them off."""
        self.assertTrue(read({"RELAY_PLAIN_PATH": "1"}))

    def test_anything_else_is_refused(self) -> None:
        """A word is not taken for a yes or a no."""
        for text in ("yes", "2", " 1", "true"):
            error = self.assertRaises(ValueError, read, {"RELAY_PLAIN_PATH": text})
            self.assertIn(repr(text), str(error))
