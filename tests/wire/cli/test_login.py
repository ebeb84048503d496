"""``relay login``, ``relay profiles`` and ``relay ping``."""

from __future__ import annotations

import json

from relay import __version__
from tests.pki import Authority
from tests.wire.cli.case import CommandCase
from tests.wire.harness.daemon import PASSWORD, Daemon, SharedDaemon

DAEMON = SharedDaemon()


class LoginTests(CommandCase):
    """Tokens and profiles."""

    def url(self, daemon: Daemon) -> str:
        """Return the URL of the management API."""
        return f"http://127.0.0.1:{daemon.management_port}"

    def test_a_profile_has_a_token_and_no_password(self) -> None:
        """It is replaced with its token, and removed with it."""
        daemon = DAEMON.get()
        login = ("login", self.url(daemon), "--name", "local", "--password-stdin")
        tokens = []
        for role in ("PUBLISHER", "VIEWER"):
            ended = self.command(None, *login, "--role", role, given=f"{PASSWORD}\n")
            self.assertEqual((ended.status, ended.err), (0, ""))
            pinged = self.command(None, "ping", "--json").json()
            self.assertEqual((pinged["user"], pinged["role"]), ("admin", role))
            self.assertEqual(pinged["version"], __version__)
            written = (self.config / "relay" / "profiles.json").read_text()
            self.assertNotIn(PASSWORD, written)
            tokens.append(json.loads(written)["profiles"]["local"]["token"])
        listed = self.command(None, "profiles", "list", "--json").json()
        self.assertEqual([one["name"] for one in listed], ["local"])
        self.assertNotIn("token", listed[0])
        ended = self.command(None, "profiles", "remove", "local")
        self.assertEqual((ended.status, ended.out), (0, "removed local\n"))
        ended = self.command(None, "ping")
        self.assertEqual(ended.status, 1)
        self.assertIn("relay login", ended.err)
        for token in tokens:
            variables = {"RELAY_URL": self.url(daemon), "RELAY_TOKEN": token}
            ended = self.command(None, "ping", **variables)
            self.assertEqual(ended.status, 1)
            self.assertIn("does not accept the token", ended.err)

    def test_wrong_credentials(self) -> None:
        """Nothing is saved, and nothing secret is shown."""
        daemon = DAEMON.get()
        for option, given in (
            ("--password-stdin", "wrong-horse"),
            ("--token-stdin", "wrong-horse"),
            ("--token-stdin", ""),
        ):
            ended = self.command(
                None, "login", self.url(daemon), option, given=f"{given}\n"
            )
            self.assertEqual((ended.status, ended.out), (1, ""))
            self.assertNotIn("wrong-horse", ended.err)
        self.assertFalse((self.config / "relay").exists())

    def test_environment(self) -> None:
        """A user and a password are used as they are."""
        ended = self.command(DAEMON.get(), "ping")
        self.assertEqual(ended.status, 0)
        self.assertIn("Role     ADMIN", ended.out)

    def test_certificates(self) -> None:
        """A server is verified with the authorities of the system, or of the file."""
        authority = Authority()
        directory = self.new_directory()
        ca = directory / "ca.pem"
        ca.write_text(authority.pem)
        written = authority.server("127.0.0.1").write(str(directory))
        daemon = self.start_daemon(
            toml=f'[management.tls]\ncertificate = "{written.certificate}"\n'
            f'key = "{written.key}"\n'
        )
        url = f"https://127.0.0.1:{daemon.management_port}"
        ended = self.command(daemon, "ping", RELAY_URL=url)
        self.assertEqual(ended.status, 1)
        self.assertIn("certificate verify failed", ended.err)
        ended = self.command(daemon, "ping", RELAY_URL=url, RELAY_CA=str(ca))
        self.assertEqual((ended.status, ended.err), (0, ""))
        ended = self.command(daemon, "ping")
        self.assertEqual(ended.status, 1)
        self.assertIn("answered with 400", ended.err)
