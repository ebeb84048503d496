"""The fields that the gateway adds to heads."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.responses.heads import complete, replace_fields

NOW_MS = 1_700_000_000_123
DATE = [b"Tue, 14 Nov 2023 22:13:20 GMT"]


class CompleteTests(SynchronousTestCase):
    """The head of a response of a feed."""

    def test_an_event_stream_is_not_buffered_by_a_proxy(self) -> None:
        """The field for nginx is added to event streams only."""
        for streams, expected in ((True, [b"no"]), (False, None)):
            headers = Headers({})
            complete(headers, NOW_MS, False, streams)
            self.assertEqual(headers.getRawHeaders(b"x-accel-buffering"), expected)
            self.assertEqual(headers.getRawHeaders(b"date"), DATE)
            self.assertIsNone(headers.getRawHeaders(b"via"))

    def test_fields_of_the_feed_are_kept(self) -> None:
        """A field that the feed has set keeps its value; Via is appended."""
        headers = Headers({b"date": [b"then"], b"x-accel-buffering": [b"yes"]})
        complete(headers, NOW_MS, True, True)
        self.assertEqual(headers.getRawHeaders(b"date"), [b"then"])
        self.assertEqual(headers.getRawHeaders(b"x-accel-buffering"), [b"yes"])
        self.assertEqual(len(headers.getRawHeaders(b"via", [])), 1)


class ReplaceFieldsTests(SynchronousTestCase):
    """The head of a refusal."""

    def test_the_wording_takes_precedence(self) -> None:
        """Fields of the wording replace those of the refusal, all values of a name."""
        headers = Headers({b"retry-after": [b"1"], b"vary": [b"Origin"]})
        replace_fields(headers, Headers({b"retry-after": [b"2", b"3"]}), NOW_MS)
        self.assertEqual(headers.getRawHeaders(b"retry-after"), [b"2", b"3"])
        self.assertEqual(headers.getRawHeaders(b"vary"), [b"Origin"])
        self.assertEqual(headers.getRawHeaders(b"date"), DATE)
