"""The URL that a command calls."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.errors import Failed
from relay.cli.streams.address import checked_url, shown_url


class UrlTests(SynchronousTestCase):
    """URLs as users write them."""

    def test_in_ascii(self) -> None:
        """What is no ASCII is encoded; what is encoded stays as it is."""
        for url, expected in (
            ("http://a.example/b?c=d", "http://a.example/b?c=d"),
            ("HTTP://A.example:8080", "http://a.example:8080"),
            (
                "https://bücher.example/ä?ö=%20",
                "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%20",
            ),
            ("http://[::1]:1/", "http://[::1]:1/"),
        ):
            self.assertEqual(checked_url(url), expected)

    def test_refused(self) -> None:
        """A mistake is told without the URL, which may have a password."""
        for url in (
            "ftp://a/hush",
            "http:///hush",
            "http://a:hush/",
            "http://a:99999/hush",
            "http://u:hush@a/",
            "http://a/#hush",
            "http://a/hush hush",
            "http://a/\nhush",
        ):
            error = self.assertRaises(Failed, checked_url, url)
            self.assertNotIn("hush", error.message)

    def test_shown(self) -> None:
        """The query is not shown."""
        self.assertEqual(shown_url("http://a/b?key=hush"), "http://a/b")
