"""``/_node`` of a real daemon."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import TestCase

from relay import __version__
from tests.wire.harness.daemon import Daemon, SharedDaemon
from tests.wire.operate.technical import technical

TOKEN = "0123456789abcdef-scraper"
DAEMON = SharedDaemon(lambda _: f'[technical]\ntoken = "{TOKEN}"\n')


class NodeTests(TestCase):
    """The technical API has a listener of its own."""

    def test_describes_the_daemon(self) -> None:
        """Its id, its version, its process and its uptime."""
        daemon = DAEMON.get()
        found = technical(daemon, "GET", "/_node").json()
        self.assertEqual(found["version"], {"MAJOR_VERSION": __version__})
        self.assertEqual(found["metadata"]["process.pid"], daemon.pid)
        self.assertGreaterEqual(found["uptimeMs"], 0)
        self.assertTrue(found["id"])

    def test_credentials_are_required(self) -> None:
        """Those of a user, or the token, which only reads."""
        daemon = DAEMON.get()
        for authorization, status in (
            (None, 401),
            ("Bearer 0123456789abcdef-scraped", 401),
            (f"Bearer {TOKEN}", 200),
        ):
            answer = technical(daemon, "GET", "/_node", authorization=authorization)
            self.assertEqual(answer.status, status, authorization)

    def test_wrong_credentials_lock_an_address_out(self) -> None:
        """As those of the management API do; then the token is refused, too."""
        toml = f'[technical]\ntoken = "{TOKEN}"\n[admin]\nmax_failed_logins = 3\n'
        daemon = Daemon(Path(self.mktemp()).absolute(), toml)
        self.addCleanup(daemon.discard)
        daemon.start()
        for sent, status in (
            ("Bearer wrong-wrong-wrong-wrong", 401),
            ("Basic YWRtaW46d3Jvbmc=", 401),
            ("Basic YWRtaW46d3Jvbmcy", 401),
            ("Basic YWRtaW46d3Jvbmcz", 429),
            (f"Bearer {TOKEN}", 429),
        ):
            answer = technical(daemon, "GET", "/_node", authorization=sent)
            self.assertEqual(answer.status, status, sent)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(daemon.manage("GET", "/apis").status, 429)
        answer = technical(daemon, "GET", "/_node/ready", authorization=None)
        self.assertEqual(answer.status, 200)

    def test_the_other_listeners_do_not_have_it(self) -> None:
        """Neither the management API nor the gateway; and it has only its own paths."""
        daemon = DAEMON.get()
        self.assertEqual(daemon.get("/_node").status, 404)
        self.assertEqual(technical(daemon, "GET", "/management/v2/users").status, 404)

    def test_an_empty_endpoint_turns_it_off(self) -> None:
        """No listener is opened."""
        where = Path(self.mktemp()).absolute()
        daemon = Daemon(where, options=("--technical", ""))
        self.addCleanup(daemon.discard)
        daemon.start()
        self.assertEqual(daemon.technical_port, 0)
