"""The key of a channel: the parts of a client's request that are sent upstream."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.key import OWN_PARAMETERS, ChannelKey
from relay.model.api.messages.channel_options import KeyOptions
from relay.model.schema.types.request_target import RequestTarget


def key(
    raw: bytes | None = None,
    sent: dict[bytes, list[bytes]] | None = None,
    **options: object,
) -> ChannelKey:
    """Take the key out of a call."""
    return ChannelKey.of(
        KeyOptions.read(options),
        RequestTarget.parse(b"", raw),
        Headers(sent or {}),
        topic=False,
    )


class KeyTests(SynchronousTestCase):
    """Only the parts in the key are sent upstream."""

    def test_the_query_is_kept_as_it_came(self) -> None:
        """Order, encoding and names without a value are the source's business."""
        self.assertEqual(key(b"b=%2F&a&b=2").raw_query, b"b=%2F&a&b=2")
        self.assertIsNone(key(None).raw_query)

    def test_our_own_parameters_never_go_upstream(self) -> None:
        """Relay's own parameters are removed, in every encoding."""
        own = b"&".join(name.encode() + b"=1" for name in OWN_PARAMETERS)
        self.assertEqual(key(own + b"&last%45ventId=2&x=1").raw_query, b"x=1")

    def test_chosen_parameters(self) -> None:
        """Names are compared with case; ``*`` matches any text."""
        chosen = key(b"a=1&A=2&user.id=3&user.x=4", query=["a", "user.*"])
        self.assertEqual(chosen.raw_query, b"a=1&user.id=3&user.x=4")

    def test_only_a_star_is_special(self) -> None:
        """Brackets and question marks are letters of a name."""
        raw = b"filter[a]=1&filter%5Ba%5D=2&filtera=3&a?=4&ab=5"
        chosen = key(raw, query=["filter[a]", "a?"])
        self.assertEqual(chosen.raw_query, b"filter[a]=1&filter%5Ba%5D=2&a?=4")

    def test_users_do_not_share(self) -> None:
        """Different credentials are different channels, unless they do not count."""
        one, two = ({b"authorization": [value]} for value in (b"Basic a", b"Basic b"))
        self.assertNotEqual(key(sent=one), key(sent=two))
        self.assertEqual(key(sent=one, headers=[]).headers, ())

    def test_nothing_counts(self) -> None:
        """
        With an empty key all calls of a path share a channel, and nothing of them is
        sent.
        """
        sent = {b"authorization": [b"Basic a"], b"x-b": [b"2"]}
        shared = key(b"a=1&b=2", sent, query=[], headers=[])
        self.assertEqual(shared, key(query=[], headers=[]))
        self.assertIsNone(shared.raw_query)

    def test_other_headers_stay_here(self) -> None:
        """Cookies, for one."""
        chosen = key(sent={b"cookie": [b"x"], b"authorization": [b"y"]})
        self.assertEqual(chosen.headers, ((b"authorization", b"y"),))

    def test_the_digest_hides_the_key(self) -> None:
        """The digest is equal for equal keys, and does not contain the key."""
        secret = {b"authorization": [b"Basic c2VjcmV0"]}
        self.assertEqual(key(sent=secret).digest, key(sent=secret).digest)
        self.assertNotIn("c2VjcmV0", key(sent=secret).digest)
