"""Host names."""

from __future__ import annotations

import socket
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.names import check_name


def lookup(*arguments: Any, **keywords: Any) -> Any:
    """Find two addresses of one family and one of the other."""
    v4, v6 = socket.AF_INET, socket.AF_INET6
    return [
        (v4, 0, 0, "", ("192.0.2.1", 0)),
        (v4, 0, 0, "", ("192.0.2.2", 0)),
        (v6, 0, 0, "", ("2001:db8::1", 0, 0, 0)),
    ]


def missing(*arguments: Any, **keywords: Any) -> Any:
    """Find nothing."""
    raise socket.gaierror(-2, "Name or service not known")


class NameTests(SynchronousTestCase):
    """What is found about a name."""

    def test_addresses(self) -> None:
        """They are counted by family, and the time is told."""
        times = iter([1.0, 1.012])
        found = check_name("a.example", lookup, lambda: next(times))
        assert found is not None
        self.assertEqual(found.found, "a.example: 2 A, 1 AAAA in 12 ms")
        self.assertEqual(found.level, "ok")

    def test_a_slow_lookup(self) -> None:
        """It is a warning."""
        times = iter([1.0, 3.0])
        found = check_name("a.example", lookup, lambda: next(times))
        assert found is not None
        self.assertEqual(found.level, "warning")

    def test_an_unknown_name(self) -> None:
        """It is an error."""
        found = check_name("a.example", missing)
        assert found is not None
        self.assertEqual(found.level, "error")

    def test_addresses_need_no_lookup(self) -> None:
        """Nothing is found."""
        self.assertIsNone(check_name("192.0.2.1", missing))
        self.assertIsNone(check_name("::1", missing))
