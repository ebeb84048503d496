"""Profiles, and the environment in place of them."""

from __future__ import annotations

import os

from relay.cli.errors import Failed
from relay.cli.profiles import (
    Profile,
    Profiles,
    checked_ca,
    checked_url,
    chosen_profile,
    environment_profile,
    profiles_path,
    read_profiles,
    write_profiles,
)
from tests.cli.config_case import ConfigCase

PROD = Profile("https://relay.example:8083", "abc", "anna", token_id="1")
TEST = Profile("http://127.0.0.1:8083", "def", "admin")
URL = {"RELAY_URL": "http://127.0.0.1:8083/"}


class FileTests(ConfigCase):
    """The file of profiles."""

    def test_written_and_read(self) -> None:
        """Only its owner can read it."""
        self.assertEqual(read_profiles(), Profiles())
        known = Profiles().with_profile("prod", PROD).with_profile("test", TEST)
        write_profiles(known)
        self.assertEqual(read_profiles(), known)
        self.assertEqual(profiles_path().parents[1], self.directory)
        self.assertEqual(profiles_path().stat().st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(profiles_path().parent), ["profiles.json"])

    def test_refused_if_others_can_read_it(self) -> None:
        """The error has the command that helps."""
        write_profiles(Profiles().with_profile("prod", PROD))
        for mode in (0o640, 0o604, 0o620):
            profiles_path().chmod(mode)
            error = self.assertRaises(Failed, read_profiles)
            self.assertIn(f"chmod 600 {profiles_path()}", error.message)

    def test_a_damaged_file(self) -> None:
        """The error names the file, and shows nothing of its contents."""
        write_profiles(Profiles())
        for text in ("{", "[]", '{"current": "a"}', '{"profiles": {"a": "abc"}}'):
            profiles_path().write_text(text)
            error = self.assertRaises(Failed, read_profiles)
            self.assertIn(str(profiles_path()), error.message)

    def test_use_and_remove(self) -> None:
        """The current profile is one that exists, or none."""
        known = Profiles().with_profile("prod", PROD).with_profile("test", TEST)
        self.assertEqual(known.current, "test")
        known = known.using("prod")
        self.assertEqual(known.current, "prod")
        self.assertEqual(known.without("test").current, "prod")
        self.assertEqual(known.without("prod").current, "")
        for change in (known.without, known.using, known.named):
            error = self.assertRaises(Failed, change, "nope")
            self.assertIn("prod, test", error.message)

    def test_tokens_are_not_shown(self) -> None:
        """The text of a profile has no credentials."""
        self.assertNotIn("abc", repr(PROD))


class ChoiceTests(ConfigCase):
    """Which profile a command uses."""

    def test_order(self) -> None:
        """The option, then the environment, then the current profile."""
        write_profiles(Profiles().with_profile("prod", PROD).with_profile("test", TEST))
        environment = {**URL, "RELAY_TOKEN": "xyz"}
        self.assertEqual(chosen_profile("prod", environment), PROD)
        self.assertEqual(chosen_profile(None, environment).token, "xyz")
        self.assertEqual(chosen_profile(None, {}), TEST)

    def test_none(self) -> None:
        """The error has the command that helps."""
        error = self.assertRaises(Failed, chosen_profile, None, {})
        self.assertIn("relay login", error.message)

    def test_environment(self) -> None:
        """A token, or a user with a password."""
        token = environment_profile({**URL, "RELAY_TOKEN": "abc"})
        self.assertEqual(token, Profile("http://127.0.0.1:8083", "abc"))
        user = environment_profile({**URL, "RELAY_USER": "a", "RELAY_PASSWORD": "b"})
        self.assertEqual(user, Profile("http://127.0.0.1:8083", user="a", password="b"))
        self.assertEqual(environment_profile({"RELAY_ADMIN_PASSWORD": "a"}), None)

    def test_incomplete_or_ambiguous_environment(self) -> None:
        """It is refused, and no value is shown."""
        for variables in (
            {"TOKEN": "secret"},
            {"URL": "http://127.0.0.1"},
            {"URL": "http://127.0.0.1", "USER": "a"},
            {"URL": "http://127.0.0.1", "PASSWORD": "secret"},
            {"URL": "http://127.0.0.1", "TOKEN": "secret", "USER": "a"},
            {"URL": "http://127.0.0.1", "TOKEN": "secret", "PASSWORD": "secret"},
            {"CA": "ca.pem"},
        ):
            environment = {f"RELAY_{name}": one for name, one in variables.items()}
            error = self.assertRaises(Failed, environment_profile, environment)
            self.assertNotIn("secret", error.message)

    def test_urls(self) -> None:
        """Scheme, host and port, and no credentials."""
        self.assertEqual(checked_url("https://a.example/"), "https://a.example")
        self.assertEqual(checked_url("http://[::1]:8083"), "http://[::1]:8083")
        for url in (
            "a.example",
            "ftp://a.example",
            "http://",
            "http://a:b:c",
            "http://u:secret@a.example",
            "http://a.example/x",
            "http://a.example/?token=secret",
        ):
            error = self.assertRaises(Failed, checked_url, url)
            self.assertNotIn("secret", error.message)

    def test_plain(self) -> None:
        """http to another host is readable on the network."""
        plain = {
            "http://relay.example": True,
            "https://relay.example": False,
            "http://127.0.0.1:8083": False,
            "http://localhost": False,
            "http://[::1]:1": False,
        }
        self.assertEqual({url: Profile(url).plain for url in plain}, plain)

    def test_authorities(self) -> None:
        """The file is found from every directory; a missing file is an error."""
        path = self.directory / "ca.pem"
        path.touch()
        self.assertEqual(checked_ca(os.path.relpath(path)), str(path))
        error = self.assertRaises(Failed, checked_ca, f"{path}x")
        self.assertIn("No such file", error.message)
