"""The channel of a subscription, and masks in bodies that are sent back."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.consumer_configuration import ConsumerConfiguration, unmasked
from relay.model.secrets import MASK, Masking

SECRETS = Masking()


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


class MaskTests(SynchronousTestCase):
    """Masked values that are sent back."""

    KEPT: Any = {
        "callbackUrl": "https://a.example/?token=t",
        "headers": [{"name": "X-Key", "value": "one"}, {"name": "A", "value": "b"}],
        "auth": {"type": "token", "token": {"value": "two"}},
    }

    def test_it_stays(self) -> None:
        """A masked value that is sent back keeps the stored value."""
        shown = SECRETS.masked(self.KEPT)
        self.assertNotIn("two", str(shown))
        self.assertEqual(shown["auth"]["token"], {"value": MASK})
        self.assertEqual(unmasked(SECRETS, shown, self.KEPT, "c"), (self.KEPT, []))

    def test_what_is_new_is_taken(self) -> None:
        """Beside what stays; headers belong together by name."""
        shown = SECRETS.masked(self.KEPT)
        shown["headers"].reverse()
        shown["auth"]["token"]["value"] = "three"
        value, problems = unmasked(SECRETS, shown, self.KEPT, "c")
        self.assertEqual(problems, [])
        self.assertEqual(value["headers"], list(reversed(self.KEPT["headers"])))
        self.assertEqual(value["auth"]["token"]["value"], "three")

    def test_a_mask_of_nothing(self) -> None:
        """A mask without a stored value is refused."""
        sent = {"headers": [{"name": "X-Other-Key", "value": MASK}]}
        _, problems = unmasked(SECRETS, sent, self.KEPT, "c")
        self.assertEqual([one.location for one in problems], ["c.headers[0].value"])
        _, problems = unmasked(SECRETS, SECRETS.masked(self.KEPT), None, "c")
        self.assertEqual(len(problems), 3)
