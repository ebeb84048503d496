"""Copies of headers."""

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.http.fields import (
    add_field,
    copied,
    foldable,
    folded,
    put_field,
    remove_folded,
    settle_folded,
)


class CopyTests(SynchronousTestCase):
    """The copied headers, and that they are a copy."""

    def test_equal_and_apart(self) -> None:
        """The copy holds the same, and neither changes with the other."""
        headers = Headers({b"x-a": [b"1", b" 2 "], b"ETag": [b"e"], b"x-B": [b""]})
        copy = copied(headers)
        self.assertEqual(
            list(copy.getAllRawHeaders()), list(headers.getAllRawHeaders())
        )
        copy.addRawHeader(b"x-a", b"3")
        copy.removeHeader(b"etag")
        self.assertEqual(headers.getRawHeaders(b"x-a"), [b"1", b" 2 "])
        self.assertEqual(headers.getRawHeaders(b"etag"), [b"e"])

    def test_left_out(self) -> None:
        """Names are left out however they are written."""
        headers = Headers({b"WWW-Authenticate": [b"1"], b"dnt": [b"1"], b"x": [b"1"]})
        copy = copied(headers, {b"www-authenticate", b"dnt"})
        self.assertEqual(dict(copy.getAllRawHeaders()), {b"X": [b"1"]})


class PutTests(SynchronousTestCase):
    """A header that is put without checks equals the one that ``Headers`` makes."""

    def test_put(self) -> None:
        """A value takes the place of those before."""
        headers = Headers({b"x-request-id": [b"1", b"2"]})
        put_field(headers, b"X-Request-Id", b"3")
        self.assertEqual(headers, Headers({b"x-request-id": [b"3"]}))

    def test_add(self) -> None:
        """A value comes after those before, however the name is written."""
        headers = Headers({b"ETag": [b"1"]})
        add_field(headers, b"eTAG", b"2")
        add_field(headers, b"www-authenticate", b"3")
        expected = Headers({b"etag": [b"1", b"2"], b"www-authenticate": [b"3"]})
        self.assertEqual(headers, expected)


class FoldedTests(SynchronousTestCase):
    """Names that CGI and WSGI servers cannot distinguish."""

    def test_folded(self) -> None:
        """Case and all but letters and digits make no difference."""
        for name in (b"X-User-Id", b"x_user_id", b"X.USER.ID", b"x-user~id"):
            self.assertEqual(folded(name), b"x-user-id")

    def test_foldable(self) -> None:
        """Names of letters, digits and dashes are folded onto, not foldable."""
        self.assertEqual(foldable(Headers({b"x-a": [b"1"], b"b1": [b"1"]})), [])
        self.assertEqual(
            [name.lower() for name in foldable(Headers({b"x_a": [b"1"], b"b": [b""]}))],
            [b"x_a"],
        )

    def test_one_stays(self) -> None:
        """One header is kept, in any spelling."""
        headers = Headers({b"x-a": [b"1"], b"x_a": [b"2"], b"x.a": [b"3"], b"b": [b""]})
        remove_folded(headers, b"X_A")
        self.assertEqual(headers, Headers({b"x_a": [b"2"], b"b": [b""]}))

    def test_what_was_added_stays(self) -> None:
        """
        An added header replaces received ones; of two received ones the usual spelling
        is kept.
        """
        headers = Headers({b"x_a": [b"client"], b"x-b": [b"client"], b"c_c": [b"1"]})
        headers.setRawHeaders(b"x_d", [b"client"])
        headers.setRawHeaders(b"x-d", [b"client too"])
        received = foldable(headers)
        headers.setRawHeaders(b"x-a", [b"ours"])
        headers.setRawHeaders(b"x_b", [b"ours"])
        settle_folded(headers, received)
        self.assertEqual(
            headers,
            Headers(
                {
                    b"x-a": [b"ours"],
                    b"x_b": [b"ours"],
                    b"c_c": [b"1"],
                    b"x-d": [b"client too"],
                }
            ),
        )
