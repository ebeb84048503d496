"""Publishing by POST: all of it or nothing, once for each key."""

from __future__ import annotations

import gzip
import json
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.archive import Archive
from relay.channel.message import Message
from relay.connectors.http_post_entrypoint import http_post_entrypoint
from relay.model.outcome import Outcome
from relay.model.records import HistoryEntry, Publication
from relay.plans.verdict import Admission
from tests.channel.readers import Moment
from tests.connectors.desk import Api, Desk


class SlowKeeper:
    """A store that answers when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] = []
        self.kept: list[HistoryEntry] = []

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Return no events."""
        return succeed(([], []))

    def keep(
        self,
        entries: list[HistoryEntry],
        oldest: dict[str, int],
        publications: list[Publication],
    ) -> Deferred[None]:
        """Keep them, and answer later."""
        self.kept += entries
        self.waiting.append(Deferred())
        return self.waiting[-1]


def post(api: Api, body: object, **fields: Any) -> Desk:
    """Publish a body, as JSON unless a header states another type."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields.setdefault("content_type", "application/json")
    return api.call(method=b"POST", body=content, **fields)


def published(api: Api) -> list[Message]:
    """Return the entries of the only channel."""
    log = api.channel.log
    entries = log.entries(log.first_seq, 1 << 20)
    return [entry.message for entry in entries if entry.message is not None]


class PostTests(SynchronousTestCase):
    """The responses to a publisher."""

    def setUp(self) -> None:
        """Make an API of topics."""
        self.api = Api(http_post_entrypoint)

    def assert_refused(self, desk: Desk, status: int, problem: str) -> None:
        """Check a refusal."""
        assert desk.refusal is not None
        self.assertEqual((desk.status, desk.refusal.message), (status, problem))
        self.assertEqual(list(self.api.channels), [])

    def test_ids_in_order(self) -> None:
        """The response has the ids that readers receive."""
        desk = post(self.api, [{"data": "a"}, {"data": "b"}])
        log = self.api.channel.log
        self.assertEqual(desk.status, 202)
        self.assertEqual(
            desk.json,
            {
                "ids": [entry.id for entry in log.entries(log.first_seq, 1000)],
                "durable": False,
            },
        )

    def test_the_topic_is_the_path(self) -> None:
        """Decoded as a path is, where ``+`` is no space (RFC 3986, 2.2)."""
        post(self.api, {"data": "a", "topic": "a+b/ü c"}, path=b"/a+b/%C3%BC%20c")
        self.assertEqual([one.topic for one in published(self.api)], ["a+b/ü c"])

    def test_headers_name_the_event(self) -> None:
        """
        Headers set the id and the type if the body does not, or has the same values.
        """
        post(self.api, {"data": "a"}, relay_event_id="e1", relay_event_type="t")
        post(self.api, {"data": "b", "id": "e2"}, relay_event_id="e2")
        self.assertEqual(
            [(one.id, one.type) for one in published(self.api)],
            [("e1", "t"), ("e2", "message")],
        )

    def test_headers_that_cannot_name_it(self) -> None:
        """Headers obey the same rules as members of the body."""
        one: dict[str, Any] = {"data": "a"}
        for body, fields, problem in (
            (
                one | {"id": "message"},
                {"relay_event_id": "x"},
                "id is given twice, in the body and in Relay-Event-Id",
            ),
            (
                one | {"type": "a"},
                {"relay_event_type": "b"},
                "type is given twice, in the body and in Relay-Event-Type",
            ),
            (
                [one, one],
                {"relay_event_id": "x"},
                "Relay-Event-Id is for one event, not for several",
            ),
            (
                one,
                {"relay_event_id": "x" * 257},
                "Relay-Event-Id must be one line of at most 256 characters",
            ),
            (
                one,
                {"relay_event_type": "a\0b"},
                "Relay-Event-Type must be one line of at most 256 characters",
            ),
            (
                one,
                {"relay_event_type": "relay.gap"},
                "Relay-Event-Type must not begin with relay., which is reserved",
            ),
            (
                one,
                {"idempotency_key": "x" * 257},
                "Idempotency-Key is longer than 256 characters",
            ),
        ):
            self.assert_refused(post(self.api, body, **fields), 400, problem)

    def test_bodies_that_hold_no_event(self) -> None:
        """A body without an event is refused with the matching status."""
        for body, content_type, status, problem in (
            (b"", "application/json", 400, None),
            (b"[]", "application/json", 400, "the body holds no event"),
            (b"<a/>", "application/xml", 415, None),
            (b"a", "text/plain; charset=latin-1", 415, None),
            (b"\xff", "text/plain", 400, "the body is no UTF-8 at byte 0"),
        ):
            desk = post(self.api, body, content_type=content_type)
            assert desk.refusal is not None
            self.assertEqual(desk.status, status, desk.refusal)
            if problem is not None:
                self.assertEqual(desk.refusal.message, problem)
        self.assertEqual(list(self.api.channels), [])

    def test_a_charset_that_is_utf_8(self) -> None:
        """All spellings of UTF-8 are accepted."""
        for charset in ("utf-8", '"UTF-8"', "utf8", "us-ascii"):
            desk = post(self.api, b"a", content_type=f"text/plain;charset={charset}")
            self.assertEqual(desk.status, 202)

    def test_request_headers(self) -> None:
        """Go along if the publisher of the API wants that; credentials never do."""
        for configuration in ({}, {"requestHeadersToMessage": True}):
            api = Api(http_post_entrypoint, configuration)
            post(api, {"data": "a"}, x_tenant="7", authorization="Basic x", cookie="c")
            (message,) = published(api)
            if not configuration:
                self.assertIsNone(message.headers)
                continue
            kept = {
                name.lower(): value for name, value in (message.headers or {}).items()
            }
            self.assertEqual(kept["x-tenant"], "7")
            self.assertEqual({"authorization", "cookie"} & set(kept), set())

    def test_a_body_that_is_too_large(self) -> None:
        """A body that is too large is refused before its end."""
        api = Api(http_post_entrypoint, channel={"maxEventBytes": 1024})
        desk = post(api, b"x" * 100_000, content_type="text/plain")
        self.assertEqual(desk.status, 413)

    def test_a_browser_may_send_every_header_that_there_is(self) -> None:
        """The preflight names them."""
        desk = self.api.call(
            method=b"OPTIONS",
            origin="https://app.example",
            access_control_request_method="POST",
        )
        allowed = desk.headers.getRawHeaders("access-control-allow-headers", [""])[0]
        names = {name.strip() for name in allowed.split(",")}
        self.assertLessEqual(
            {"Content-Type", "Relay-Event-Id", "Relay-Event-Type", "Idempotency-Key"},
            names,
        )


class GraviteeTests(SynchronousTestCase):
    """Publications of clients of Gravitee."""

    def setUp(self) -> None:
        """Make an API that takes contents."""
        options = {"compatibility": "gravitee", "requestHeadersToMessage": True}
        self.api = Api(http_post_entrypoint, options, channel={"maxEventBytes": 1024})

    def test_any_body_is_a_content(self) -> None:
        """Of every content type, or of none; the answer has no body."""
        bodies: tuple[tuple[bytes, Any], ...] = (
            (b'{"field": "value"}', "application/json"),
            (b'[{"data": "a"}', "application/json"),
            (b"a", "image/png"),
            (b"b", "text/plain;charset=latin-1"),
            (b"c", []),
            (b"\xff", "application/json"),
        )
        for body, content_type in bodies:
            desk = post(self.api, body, content_type=content_type)
            self.assertEqual((desk.status, desk.written), (202, b""))
            self.assertEqual(desk.headers.getRawHeaders("content-length"), ["0"])
            self.assertIsNone(desk.headers.getRawHeaders("content-type"))
        *texts, binary = published(self.api)
        self.assertEqual(
            [one.data.encode() for one in texts], [body for body, _ in bodies[:-1]]
        )
        self.assertEqual((binary.data, binary.binary), ("/w==", True))
        self.assertEqual(texts[0].topic, "news")

    def test_an_empty_body(self) -> None:
        """An empty body is accepted, and is no event."""
        desk = post(self.api, b"", content_type=[])
        self.assertEqual((desk.status, desk.written), (202, b""))
        self.assertEqual(list(self.api.channels), [])
        desk = post(self.api, b"", relay_event_id="7")
        self.assertEqual(desk.status, 400)

    def test_a_body_that_is_too_long(self) -> None:
        """The body may be as long as the data of an event."""
        self.assertEqual(post(self.api, b"x" * 1024).status, 202)
        self.assertEqual(post(self.api, b"x" * 1025).status, 413)

    def test_headers(self) -> None:
        """Lines of one name are one value; credentials are left out."""
        post(self.api, b"a", x_test=["1", "2"], authorization="Bearer x")
        (event,) = published(self.api)
        headers = {name.lower(): one for name, one in (event.headers or {}).items()}
        self.assertEqual(headers["x-test"], "1, 2")
        self.assertNotIn("authorization", headers)


class KeyTests(SynchronousTestCase):
    """Repetitions, while the store takes its time."""

    def setUp(self) -> None:
        """Make an API with a durable history."""
        self.keeper = SlowKeeper()
        self.api = Api(http_post_entrypoint, archive=self.archive)

    def archive(self, moment: Moment) -> Archive:
        """Make the archive."""
        return Archive(self.keeper, moment.clock, moment.wall_ms)

    def test_nothing_is_answered_before_it_is_safe(self) -> None:
        """An event is neither acknowledged nor delivered before it is stored."""
        desk = post(self.api, {"data": "a"})
        self.api.clock.advance(1)
        self.assertEqual((desk.status, published(self.api)), (0, []))
        self.keeper.waiting.pop().callback(None)
        self.assertEqual((desk.status, desk.json["durable"]), (202, True))

    def test_an_encoded_body_is_refused(self) -> None:
        """A body with a content coding is refused."""
        for coding, status in (("gzip", 415), ("br", 415), ("GZIP, br", 415)):
            desk = post(self.api, gzip.compress(b"a"), content_encoding=coding)
            self.assertEqual(desk.status, status)
        desk = post(self.api, {"data": "a"}, content_encoding="identity")
        self.api.clock.advance(1)
        self.keeper.waiting.pop().callback(None)
        self.assertEqual(desk.status, 202)

    def test_a_repetition_while_the_first_is_under_way(self) -> None:
        """Waits for it, and is answered alike."""
        first = post(self.api, {"data": "a"}, idempotency_key="k")
        again = post(self.api, {"data": "a"}, idempotency_key="k")
        other = post(self.api, {"data": "b"}, idempotency_key="l")
        self.api.clock.advance(1)
        self.assertEqual((again.status, len(self.keeper.kept)), (0, 2))
        self.keeper.waiting.pop().callback(None)
        self.assertEqual(first.json, again.json)
        self.assertNotEqual(first.json, other.json)
        late = post(self.api, {"data": "a"}, idempotency_key="k")
        self.assertEqual(late.json, first.json)

    def test_an_idempotency_key_is_its_caller_s(self) -> None:
        """The same key of another publisher is another publication."""
        desks = [
            post(self.api, {"data": "a"}, idempotency_key="k", admission=admission)
            for admission in (
                None,
                Admission("plan", "application", "subscription"),
                Admission("plan", "application", "another"),
                Admission("plan", "application", "another", (), {"user": "joan"}),
                Admission("plan", "application", "another", (), {"user": "john"}),
            )
        ]
        while not all(desk.over for desk in desks):
            self.api.clock.advance(1)
            self.keeper.waiting.pop().callback(None)
        self.assertEqual(len({str(desk.json["ids"]) for desk in desks}), 5)
        self.assertEqual(len(published(self.api)), 5)

    def test_another_event_under_a_key_is_refused(self) -> None:
        """Another event with a used key is a 422."""
        first = post(self.api, {"data": "a"}, idempotency_key="k")
        other = post(self.api, {"data": "b"}, idempotency_key="k")
        typed = post(self.api, {"data": "a"}, idempotency_key="k", relay_event_type="x")
        self.assertEqual((other.status, typed.status), (422, 422))
        self.api.clock.advance(1)
        self.keeper.waiting.pop().callback(None)
        self.assertEqual(first.status, 202)
        late = post(self.api, {"data": "b"}, idempotency_key="k")
        self.assertEqual(late.status, 422)

    def test_a_first_one_that_fails(self) -> None:
        """Fails its repetitions, and leaves the key free."""
        desks = [post(self.api, {"data": "a"}, idempotency_key="k") for _ in range(2)]
        self.api.clock.advance(1)
        self.keeper.waiting.pop().errback(OSError("the disk is full"))
        self.assertEqual([desk.status for desk in desks], [503, 503])
        self.assertTrue(self.flushLoggedErrors(OSError))
        desk = post(self.api, {"data": "a"}, idempotency_key="k")
        self.api.clock.advance(1)
        self.keeper.waiting.pop().callback(None)
        self.assertEqual(desk.status, 202)

    def test_a_publisher_that_leaves(self) -> None:
        """A complete publication takes effect although its publisher has left."""
        first = post(self.api, {"data": "a"}, idempotency_key="k")
        first.end(Outcome.CLIENT_GONE)
        again = post(self.api, {"data": "a"}, idempotency_key="k")
        self.api.clock.advance(1)
        self.keeper.waiting.pop().callback(None)
        self.assertEqual((first.written, again.status), (b"", 202))
        self.assertEqual(len(published(self.api)), 1)
