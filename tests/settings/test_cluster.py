"""Tests of the settings of the engine."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.cluster import ClusterSettings
from relay.settings.schema import load
from relay.settings.source import SettingsError


class ClusterSettingsTests(SynchronousTestCase):
    """What names the engine, and how to log in to it."""

    def load(self, toml: str) -> ClusterSettings:
        """Load a settings file."""
        path = Path(self.mktemp())
        path.write_text(f"[cluster]\n{toml}\n")
        return load(str(path), "data", {}, {}).cluster

    def refused(self, toml: str) -> str:
        """Return the mistake in a settings file."""
        return str(self.assertRaises(SettingsError, self.load, toml))

    def test_none(self) -> None:
        """Without a URL there is no engine."""
        self.assertIsNone(ClusterSettings().address)

    def test_the_password_may_be_in_a_file(self) -> None:
        """The rest of the address is from the URL and the paths."""
        path = Path(self.mktemp())
        path.write_text(" pass word\n")
        settings = self.load(
            f'url = "rediss://me@a"\npassword_file = "{path}"\nca = "/ca"\n'
            'certificate = "/c"\nkey = "/k"\nprefix = "p"\nwait_replicas = 1'
        )
        address = settings.address
        assert address is not None
        self.assertEqual((address.username, address.password), ("me", "pass word"))
        self.assertEqual(
            (address.ca, address.certificate, address.key), ("/ca", "/c", "/k")
        )
        path.write_text("\n")
        error = self.assertRaises(SettingsError, lambda: settings.address)
        self.assertIn("cluster.password_file", str(error))
        path.unlink()
        self.assertRaises(SettingsError, lambda: settings.address)

    def test_what_has_no_effect_is_refused(self) -> None:
        """Each mistake names its setting, and no password."""
        for toml, reason in (
            ('url = "redis://me:secret@a"', "cluster.url"),
            ('url = "http://a"', "cluster.url"),
            ('password_file = "/x"', "cluster.password_file: has no effect"),
            ("wait_replicas = 1", "cluster.wait_replicas: has no effect"),
            ('prefix = "p"', "cluster.prefix: has no effect"),
            ('url = "redis://a"\nca = "/x"', "rediss"),
            ('url = "rediss://a"\nkey = "/x"', "cluster.key: has no certificate"),
            ('url = "redis://a"\nprefix = "{a}"', "cluster.prefix"),
        ):
            mistake = self.refused(toml)
            self.assertIn(reason, mistake)
            self.assertNotIn("secret", mistake)
