"""The heads of the streams of MESSAGE APIs, and what is refused instead."""

from __future__ import annotations

from tests.wire.harness.scripted import (
    Connection,
)
from tests.wire.messages.sourced import Sourced, streaming


class HeadTests(Sourced):
    """Before the first event."""

    def test_the_head(self) -> None:
        """Comes though the source never answers."""

        def silent(connection: Connection) -> None:
            connection.closed_at()

        self.publish(silent)
        head = self.subscribe("", "Accept: text/event-stream").until(b"\r\n\r\n")
        self.assertIn(b"200 OK", head)
        for line in (
            b"Content-Type: text/event-stream;charset=UTF-8",
            b"Cache-Control: no-cache, no-transform",
            b"X-Accel-Buffering: no",
        ):
            self.assertIn(line, head)

    def test_no_entrypoint(self) -> None:
        """Another method, or a client that accepts no event stream."""
        self.publish(streaming())
        for method, accept, status in (
            ("POST", "*/*", 405),
            ("GET", "text/html", 406),
            ("GET", "application/json, text/event-stream;q=0", 406),
        ):
            answer = self.daemon.get(self.path, {"Accept": accept}, method)
            self.assertEqual(answer.status, status)
            if status == 405:
                self.assertEqual(answer.headers["Allow"], "GET, HEAD")
        line = self.daemon.access_line(path=self.path, kind="close", method="GET")
        self.assertEqual(line["errorKey"], "ENTRYPOINT_NOT_ACCEPTABLE")

    def test_head(self) -> None:
        """The head of the stream, without a body, a channel or a connection."""
        self.publish(streaming())
        answer = self.daemon.get(self.path, {"Accept": "text/*"}, "HEAD")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(
            answer.headers["Content-Type"], "text/event-stream;charset=UTF-8"
        )

    def test_a_browser_may_send_its_last_id(self) -> None:
        """The preflight of Last-Event-ID is answered, and the stream's own origin."""
        self.publish(streaming(), cors={"allowOrigin": ["https://app.example"]})
        asked = {
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "last-event-id",
        }
        answer = self.daemon.get(self.path, asked, "OPTIONS")
        self.assertEqual(answer.status, 204)
        self.assertEqual(
            answer.headers["Access-Control-Allow-Headers"], "last-event-id"
        )
        self.assertEqual(
            answer.headers["Access-Control-Allow-Origin"], "https://app.example"
        )
        asked["Origin"] = "https://other.example"
        answer = self.daemon.get(self.path, asked, "OPTIONS")
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        head = self.subscribe("", "Origin: https://app.example").until(b"\r\n\r\n")
        self.assertIn(b"Access-Control-Allow-Origin: https://app.example", head)

    def test_a_page_can_read_why_it_is_refused(self) -> None:
        """A refusal has CORS headers, so that a page can read it."""
        self.publish(streaming(), {"maxChannelsPerAddress": 1})
        page = {"Origin": "https://app.example", "Accept": "text/event-stream"}
        self.subscribe("?n=1").until(b"\r\n\r\n")
        for query, status in (("?filter=a[", 400), ("?n=2", 429)):
            answer = self.daemon.get(self.path + query, page)
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        self.assertIn("Retry-After", answer.headers["Access-Control-Expose-Headers"])

    def test_a_gap_known_at_the_start(self) -> None:
        """A gap is in the response head, and before the first event."""
        self.publish(streaming(b"data: 1\n\n"))
        first = self.subscribe()
        first.until(b"data: 1\n\n")
        client = self.subscribe("?lastEventId=nonsense")
        self.assertIn(b"Relay-Replay: gap", client.until(b"\r\n\r\n"))
        events = client.until(b"data: 1\n\n")
        self.assertIn(b'{"reason": "unknown_id", "after": "nonsense"}', events)

    def test_filters(self) -> None:
        """Filters must be allowed by the publisher; an invalid one is named."""
        self.publish(
            streaming(
                b'event: a\ndata: {"n": 1}\n\n'
                b'event: b\ndata: {"n": 2}\n\n'
                b'event: a\ndata: {"n": 2}\n\ndata: end\n\n'
            ),
            allowFilter=True,
        )
        client = self.subscribe("?types=a&filter=n%3D%3D%602%60")
        events = client.until(b'"n": 2}\n\n')
        self.assertEqual(events.count(b"data:"), 1)
        self.assertIn(b"event: a", events)
        refused = self.daemon.get(self.path + "?filter=a[", {"Accept": "*/*"})
        self.assertEqual(refused.status, 400)
        self.assertIn("filter is no JMESPath", refused.json()["message"])

    def test_filters_that_are_not_allowed(self) -> None:
        """Filters that are not allowed are refused."""
        self.publish(streaming())
        refused = self.daemon.get(self.path + "?types=a", {"Accept": "*/*"})
        self.assertEqual(refused.status, 400)
        self.assertIn("types is not allowed", refused.json()["message"])

    def test_too_many_channels(self) -> None:
        """A status, or for browsers a stream that says when to come back."""
        for refusals, expected in (("status", b"429"), ("retry", b"200")):
            self.path += "-x"
            channel = {"maxChannelsPerAddress": 1}
            self.publish(streaming(), channel, refusals=refusals)
            first = self.subscribe("?n=1")
            first.until(b"\r\n\r\n")
            second = self.subscribe("?n=2", "Connection: close")
            received, _ = second.rest()
            self.assertEqual(received.split(b" ")[1], expected)
            self.assertEqual(b"retry: " in received, refusals == "retry")
