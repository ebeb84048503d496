"""``/_node`` of a real daemon."""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from relay import __version__
from tests.wire.harness.daemon import Daemon, SharedDaemon
from tests.wire.operate.technical import technical

TOKEN = "0123456789abcdef-scraper"
DAEMON = SharedDaemon(lambda _: f'[technical]\ntoken = "{TOKEN}"\n')


class NodeTests(TestCase):
    """The technical API has a listener of its own."""

    def test_describes_the_daemon(self) -> None:
        """Its id, its version and its uptime."""
        found = technical(DAEMON.get(), "GET", "/_node").json()
        self.assertEqual(found["version"], __version__)
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

    def test_the_other_listeners_do_not_have_it(self) -> None:
        """Neither the management API nor the gateway; and it has only its own paths."""
        daemon = DAEMON.get()
        self.assertEqual(daemon.get("/_node").status, 404)
        self.assertEqual(technical(daemon, "GET", "/management/v2/users").status, 404)

    def test_an_empty_endpoint_turns_it_off(self) -> None:
        """No listener is opened."""
        where = self.mktemp()
        from pathlib import Path

        daemon = Daemon(Path(where).absolute(), options=("--technical", ""))
        self.addCleanup(daemon.discard)
        daemon.start()
        self.assertEqual(daemon.technical_port, 0)
