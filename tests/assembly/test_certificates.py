"""Tests for :mod:`relay.assembly.certificates`."""

from __future__ import annotations

import datetime

from twisted.trial.unittest import SynchronousTestCase

from relay.assembly.certificates import certificate_health, expiry, failed, listener_of
from relay.tls.files.presented import Presented
from relay.tls.files.watched import State

NOW = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)


def shown(host: str, days: float) -> Presented:
    """Describe a certificate that ends so many days from now."""
    return Presented(
        f"certificate ({host}.pem)",
        host,
        host.encode(),
        NOW - datetime.timedelta(90),
        NOW + datetime.timedelta(days),
    )


class CertificateTests(SynchronousTestCase):
    """Health and metrics of certificates."""

    def test_health(self) -> None:
        """All is well, and the first that expires is named."""
        states = [
            State("listener a", [shown("a", 20)], None),
            State("management", [shown("m", 10.5)], None),
            State("endpoints of API a", [], None),
        ]
        health = certificate_health(states, NOW)
        self.assertEqual((health.healthy, health.message), (True, None))
        self.assertEqual(
            health.facts,
            {
                "certificates": 2,
                "firstToExpire": {
                    "listener": "management",
                    "host": "m",
                    "at": "2026-12-10T12:00:00Z",
                    "daysLeft": 10,
                },
            },
        )
        self.assertEqual(certificate_health([], NOW).facts, {"certificates": 0})

    def test_what_is_wrong(self) -> None:
        """Files that cannot be used, and certificates that have expired."""
        states = [
            State("listener a", [shown("a", 20)], "key (a.key): damaged"),
            State("listener b", [shown("b", -1)], None),
        ]
        health = certificate_health(states, NOW)
        self.assertFalse(health.healthy)
        self.assertEqual(
            health.message,
            "listener a: key (a.key): damaged; "
            "listener b: the certificate of certificate (b.pem) has expired",
        )

    def test_expiry(self) -> None:
        """The first end of each host counts; of too many, the first that end."""
        states = [
            State("listener a", [shown("x", 5), shown("x", 3), shown("y", 9)], None),
            State("endpoints of API a", [shown("z", 1)], None),
        ]
        day_s = 86_400
        self.assertEqual(
            expiry(states, 2),
            {
                ("", "z"): NOW.timestamp() + day_s,
                ("a", "x"): NOW.timestamp() + 3 * day_s,
            },
        )
        self.assertEqual(len(expiry(states, 100)), 3)

    def test_failed(self) -> None:
        """A listener without problems has a series, too."""
        states = [
            State("listener a", [], "broken"),
            State("listener a", [], "broken, too"),
            State("technical", [], None),
            State("endpoints of API a", [], None),
        ]
        self.assertEqual(failed(states), {("a",): 2, ("technical",): 0, ("",): 0})

    def test_names(self) -> None:
        """The ids of listeners."""
        for name, listener in (
            ("listener default", "default"),
            ("listener management", "management"),
            ("technical", "technical"),
            ("endpoints of API a", ""),
        ):
            self.assertEqual(listener_of(name), listener)
