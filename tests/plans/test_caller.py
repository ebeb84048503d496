"""A call as plans see it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.plans.caller import from_one_place
from tests.plans.callers import caller


class HeaderTests(SynchronousTestCase):
    def test_header(self) -> None:
        """
        An empty value is not None; several values are joined to one that is never
        valid.
        """
        self.assertEqual(caller(x_key=" one ").header(b"X-Key"), "one")
        self.assertEqual(caller(x_key=" ").header(b"x-key"), "")
        self.assertIsNone(caller().header(b"x-key"))
        asking = caller(x_key="one")
        asking.headers.addRawHeader(b"X-KEY", b"one")
        self.assertEqual(asking.header(b"x-key"), "one, one")

    def test_bearer(self) -> None:
        """The scheme in any case of letters, and a token behind it (RFC 6750)."""
        for value, token in (
            ("Bearer t", "t"),
            ("bearer  t", "t"),
            ("Bearer\tt", "t"),
            ("Basic t", None),
            ("Bearer", ""),
            ("Bearer ", ""),
            ("", None),
            ("t", None),
        ):
            self.assertEqual(
                caller(authorization=value).authorization("bearer"), token, value
            )
        self.assertIsNone(caller().authorization("bearer"))

    def test_two_are_what_nobody_has(self) -> None:
        """Two headers are never valid, in any order and of any schemes."""
        for first, second in (("Bearer t", "Bearer t"), ("Digest x", "Bearer t")):
            for one, other in ((first, second), (second, first)):
                asking = caller(authorization=one)
                asking.headers.addRawHeader(b"authorization", other.encode())
                self.assertEqual(asking.authorization("bearer"), f"{one}, {other}")
                self.assertIsNone(asking.authorization("negotiate"))


class ParameterTests(SynchronousTestCase):
    def test_parameter(self) -> None:
        """Parameters are decoded; several with one name are never valid."""
        asking = caller(b"a=1&k%65y=x%20y&empty=&bare&two=1&tw%6f=2")
        self.assertEqual(asking.parameter("key"), "x y")
        self.assertEqual(asking.parameter("two"), "1, 2")
        for name in ("empty", "bare"):
            self.assertEqual(asking.parameter(name), "", name)
        for name in ("KEY", "none"):
            self.assertIsNone(asking.parameter(name), name)
        self.assertIsNone(caller().parameter("key"))

    def test_one_place(self) -> None:
        """A value in two places is valid if both are equal."""
        for found, one in (
            ((None, None), None),
            (("a", None), "a"),
            ((None, "a"), "a"),
            (("a", "a"), "a"),
            (("a", "b"), "a, b"),
            (("", None), ""),
            (("", "a"), ", a"),
        ):
            self.assertEqual(from_one_place(*found), one, found)

    def test_dropped(self) -> None:
        """All of that name, and nothing else, whose bytes stay as they are."""
        for query, rest in (
            (b"a=%2F&key=1&b;c&&k%65y=2&d", b"a=%2F&b;c&&d"),
            (b"key", None),
            (b"key=", None),
            (b"a", b"a"),
            (b"", b""),
            (None, None),
        ):
            asking = caller(query)
            asking.drop_parameter("key")
            self.assertEqual(asking.target.query, rest, query)

    def test_dropped_header(self) -> None:
        """A header is removed with all its values."""
        asking = caller(x_key="1")
        asking.headers.addRawHeader(b"X-KEY", b"2")
        asking.drop_header(b"x-key")
        self.assertIsNone(asking.header(b"x-key"))
