"""Tests of URLs of Redis servers."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.redis_url import Address, BadAddress, parse


class AddressTests(SynchronousTestCase):
    """What a URL names."""

    def test_a_server(self) -> None:
        """With user, password and database; TLS by the scheme."""
        self.assertEqual(
            parse("redis://a.example"), Address("server", (("a.example", 6379),))
        )
        self.assertEqual(
            parse("rediss://m%40e@[::1]:7000/3"),
            Address("server", (("::1", 7000),), "", 3, "m@e", tls=True),
        )

    def test_sentinels_and_clusters(self) -> None:
        """Several hosts; Sentinels have ports of their own."""
        self.assertEqual(
            parse("redis+sentinel://a,b:1/main/2"),
            Address("sentinel", (("a", 26379), ("b", 1)), "main", 2),
        )
        self.assertEqual(
            parse("rediss+cluster://me@a,b"),
            Address("cluster", (("a", 6379), ("b", 6379)), "", 0, "me", tls=True),
        )

    def test_what_is_wrong_is_named_without_the_password(self) -> None:
        """Each mistake has its reason."""
        for url, reason in (
            ("http://:secret@a", "must begin with"),
            ("redis://secret@", "name a host"),
            ("redis://secret@a:99999", "name a host"),
            ("redis://secret@a:x", "name a host"),
            ("redis://secret@a,b", "one host"),
            ("redis://secret@a/x", "number of a database"),
            ("redis://:secret@a?db=1", "query"),
            ("redis+sentinel://secret@a", "service"),
            ("redis+cluster://secret@a/1", "no path"),
            ("redis://:secret@[a", "not a URL"),
            ("redis://:secret@a", "no password"),
        ):
            error = self.assertRaises(BadAddress, parse, url)
            self.assertIn(reason, str(error))
            self.assertNotIn("secret", str(error))

    def test_the_password_is_not_shown(self) -> None:
        """Neither in the form for people nor in that of the interpreter."""
        address = replace(
            parse("redis+sentinel://me@a,[::1]:2/main"), password="secret"
        )
        self.assertEqual(address.shown, "a:26379, [::1]:2")
        self.assertNotIn("secret", repr(address))
