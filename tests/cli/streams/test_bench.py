"""The bounds of a measurement."""

import resource

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.errors import Failed
from relay.cli.streams.bench import RESERVED_FILES, check_clients, is_loopback


class BoundTests(SynchronousTestCase):
    """How many clients, and where."""

    def test_open_files(self) -> None:
        """Some remain for what is no client."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        check_clients(limit - RESERVED_FILES)
        with self.assertRaisesRegex(
            Failed, f"the limit is {limit}: raise it by ulimit"
        ):
            check_clients(limit - RESERVED_FILES + 1)

    def test_loopback(self) -> None:
        """By name and by address."""
        for url, expected in (
            ("http://localhost:1/", True),
            ("http://127.0.0.9/", True),
            ("http://[::1]:1/", True),
            ("http://a.localhost/", True),
            ("http://localhost.example/", False),
            ("http://198.51.100.7/", False),
        ):
            self.assertEqual(is_loopback(url), expected, url)
