"""The channel of a subscription."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.consumer_configuration import ConsumerConfiguration


class ChannelTests(SynchronousTestCase):
    """The channel of a subscription."""

    def test_places(self) -> None:
        """A channel is what a client would write after the context-path."""
        for channel, place in (
            ("", (b"", None)),
            ("/", (b"/", None)),
            ("news", (b"/news", None)),
            ("/a/b%20c", (b"/a/b%20c", None)),
            ("?x=1", (b"", b"x=1")),
            ("/a?x=1&y", (b"/a", b"x=1&y")),
        ):
            read = ConsumerConfiguration.read(
                {"entrypointId": "webhook", "channel": channel}
            )
            self.assertEqual((read.target.path, read.target.query), place)
            again = ConsumerConfiguration.read(read.to_json())
            self.assertEqual(again, read)

    def test_a_channel_is_read_as_the_path_of_a_request(self) -> None:
        """All spellings of one channel are it, for flows and for topics."""
        for channel in ("/orders/eu", "orders//eu/", "/%6frders;x=1/eu"):
            read = ConsumerConfiguration.read(
                {"entrypointId": "webhook", "channel": channel}
            )
            self.assertEqual(read.target.segments, ("orders", "eu"))
            self.assertEqual(read.target.key, b"/orders/eu")

    def test_refused(self) -> None:
        """A channel that no request can have is refused."""
        for channel in (
            "/a b",
            "/ä",
            "/../a",
            "/a/./b",
            "/a/%2e%2E/b",
            "/a/..;x/b",
            "/a#b",
            "/%zz",
            "/a%2Fb",
            "/a%5cb",
            "/a%00",
            "{#x}",
        ):
            with self.assertRaises(ValidationError, msg=channel):
                ConsumerConfiguration.read({"entrypointId": "w", "channel": channel})
