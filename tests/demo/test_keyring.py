"""The keys of the demo source."""

from twisted.trial.unittest import SynchronousTestCase

from relay.demo.keyring import Keyring


class KeyringTests(SynchronousTestCase):
    """Comparing keys, and keeping them out of sight."""

    def test_admits_each_key_and_nothing_else(self) -> None:
        """Any of several keys is good; a part of one is not."""
        keyring = Keyring(["demo:relay", "other:se:cret"])
        self.assertTrue(keyring.admits(b"demo:relay"))
        self.assertTrue(keyring.admits(b"other:se:cret"))
        for key in (b"", b"demo", b"demo:", b"demo:relax", b"demo:relay:", b"\xff"):
            self.assertFalse(keyring.admits(key), key)

    def test_no_keys_admit_nobody(self) -> None:
        """A source without keys is closed, not open."""
        self.assertFalse(Keyring([]).admits(b":"))

    def test_a_key_needs_both_parts(self) -> None:
        """A key without a name or a secret is refused without showing it."""
        for key in ("secret", ":secret", "name:", ""):
            error = self.assertRaises(ValueError, Keyring, [key])
            self.assertEqual(str(error), "a key must have the form NAME:SECRET")

    def test_repr_hides_the_keys(self) -> None:
        """Neither the repr nor the attributes contain the keys."""
        keyring = Keyring(["somebody:hush"])
        shown = repr(keyring) + repr(vars(keyring))
        self.assertNotIn("hush", shown)
        self.assertNotIn("somebody", shown)
