"""Tests of ``relay.gateway.message``: which entrypoint a call is for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.message import BoundEntrypoint, MessageBackend, MessageCall
from relay.gateway.responses import refusals
from relay.http.accept import Preference
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.schema.types.request_target import RequestTarget
from relay.observability.access import AccessRecord


class Counter:
    """An entrypoint for one method."""

    upgrades = False

    def __init__(self, method: bytes, media_type: bytes = b"text/event-stream") -> None:
        self.methods = (method,)
        self.media_type = media_type
        self.cors = CorsOptions.read({})
        self.attached: list[MessageCall] = []

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take the calls of its method that accept its media type."""
        return call.accept.prefers(self.media_type)

    def attach(self, call: MessageCall) -> None:
        """Keep the call."""
        self.attached.append(call)

    def close(self) -> None:
        """There is nothing to close."""


class Call:
    """Stands for an exchange."""

    def __init__(self, method: bytes) -> None:
        self.request = SimpleNamespace(
            method=method, headers=Headers(), version=b"HTTP/1.1"
        )
        self.record = AccessRecord("GET", "relay", "/x", "192.0.2.1", "192.0.2.1")
        self.target = RequestTarget.parse(b"/x")
        self.cors: CorsOptions | None = None
        self.over = False
        self.refused: Refusal | None = None

    def refuse(self, refusal: Refusal) -> None:
        """Take note."""
        self.refused = refusal


class ChannelLease:
    """A lease that another process holds, or whose holder is unknown."""

    def __init__(self, owned_elsewhere: bool = True) -> None:
        self.owned_elsewhere = owned_elsewhere

    def when_known(self, tell: Any) -> None:
        """Report at once that the channels are not owned here."""
        tell(False)


class BackendTests(SynchronousTestCase):
    """The first entrypoint that accepts a call has it."""

    def backend(self, lease: ChannelLease | None = None) -> MessageBackend:
        """Make one of two entrypoints."""
        self.reads, self.writes = Counter(b"GET"), Counter(b"POST")
        return MessageBackend(
            [
                BoundEntrypoint(self.reads, "reads", frozenset(("SUBSCRIBE",))),
                BoundEntrypoint(self.writes, "writes", frozenset(("PUBLISH",))),
            ],
            cast(Any, None),
            "group",
            cast(Any, lease),
            lambda: None,
            lambda: lambda: None,
        )

    def answer(self, method: bytes, lease: ChannelLease | None = None) -> Call:
        """Answer a call."""
        call = Call(method)
        self.backend(lease).answer(cast(Any, call))
        return call

    def test_the_first_that_accepts(self) -> None:
        """
        The first entrypoint that accepts a call answers it, with its CORS options.
        """
        call = self.answer(b"POST")
        self.assertEqual((len(self.reads.attached), len(self.writes.attached)), (0, 1))
        self.assertIs(call.cors, self.writes.cors)
        self.assertEqual(call.record.endpoint, "group")

    def test_none_that_accepts(self) -> None:
        """A refusal that no page may read."""
        call = self.answer(b"PUT")
        refused = cast(Refusal, call.refused)
        self.assertEqual(
            (refused.status, refused.headers), (405, ((b"allow", b"GET, POST"),))
        )
        self.assertIsNone(call.cors)

    def test_no_media_type(self) -> None:
        """The method is one of the API's, and its answer is not wanted."""
        call = Call(b"GET")
        call.request.headers.addRawHeader(b"accept", b"text/event-stream;q=0, */*;q=.1")
        self.backend().answer(cast(Any, call))
        self.assertIs(call.refused, refusals.NOT_ACCEPTABLE)

    def test_an_upgrade_only(self) -> None:
        """A WebSocket is all that there is for the method."""
        backend = self.backend()
        self.reads.upgrades = True
        call = Call(b"GET")
        call.request.headers.addRawHeader(b"accept", b"text/html")
        backend.answer(cast(Any, call))
        self.assertIs(call.refused, refusals.UPGRADE_REQUIRED)

    def test_what_the_client_prefers(self) -> None:
        """
        The client's preference selects the entrypoint, then the order of entrypoints.
        """
        for accept, found in (
            (b"text/event-stream;q=0.1, application/json", "json"),
            (b"application/json, text/event-stream", "stream"),
            (b"application/json, */*", "json"),
            (b"*/*", "stream"),
        ):
            json = Counter(b"GET", b"application/json")
            backend = MessageBackend(
                [
                    BoundEntrypoint(Counter(b"GET"), "stream", frozenset()),
                    BoundEntrypoint(json, "json", frozenset()),
                ],
                cast(Any, None),
                "group",
                None,
                lambda: None,
                lambda: lambda: None,
            )
            call = Call(b"GET")
            call.request.headers.addRawHeader(b"accept", accept)
            backend.answer(cast(Any, call))
            self.assertEqual(bool(json.attached), found == "json", accept)

    def test_channels_elsewhere(self) -> None:
        """A call for channels of another process is refused, with CORS headers."""
        call = self.answer(b"GET", ChannelLease())
        self.assertEqual(self.reads.attached, [])
        self.assertIs(call.refused, refusals.CHANNEL_OWNED_ELSEWHERE)
        self.assertIs(call.cors, self.reads.cors)

    def test_a_store_that_fails(self) -> None:
        """A failure of the store has a refusal of its own."""
        call = self.answer(b"GET", ChannelLease(owned_elsewhere=False))
        self.assertIs(call.refused, refusals.STORE_UNAVAILABLE)

    def test_a_client_that_is_not_let_in(self) -> None:
        """A refusal by a plan has the CORS headers of the entrypoint."""
        call = Call(b"GET")
        self.backend().refuse(cast(Any, call), refusals.UNEXPECTED)
        self.assertIs(call.refused, refusals.UNEXPECTED)
        self.assertIs(call.cors, self.reads.cors)
        self.assertEqual(self.reads.attached, [])
