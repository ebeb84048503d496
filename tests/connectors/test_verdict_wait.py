"""Answers wait for the source, but not for ever."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.verdict import LONGEST_S, SourceRefusal, Verdict
from relay.connectors.http_get_entrypoint import http_get_entrypoint
from relay.connectors.sse_entrypoint import sse_entrypoint
from relay.connectors.verdict_wait import VerdictWait, refusal_by_source
from relay.connectors.websocket_entrypoint import websocket_entrypoint
from relay.model.outcome import Outcome
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import messages
from tests.connectors.desk import Api, Desk

REFUSAL = SourceRefusal(401, "the source answered 401", (b"Bearer",))


class VerdictWaitTests(SynchronousTestCase):
    """One wait for the source's answer."""

    def setUp(self) -> None:
        """Begin to wait."""
        self.clock, self.verdict = Clock(), Verdict()
        self.verdict.ask()
        self.went_on = 0
        self.wait = VerdictWait(self.clock, self.verdict, self.go_on)

    def go_on(self) -> None:
        """Count."""
        self.went_on += 1

    def test_a_verdict_ends_the_wait(self) -> None:
        """Once, and no timer is left."""
        self.verdict.settle()
        self.assertEqual((self.went_on, self.clock.getDelayedCalls()), (1, []))
        self.verdict.refuse(REFUSAL)
        self.assertEqual(self.went_on, 1)

    def test_a_source_that_says_nothing_is_not_waited_for(self) -> None:
        """Beyond the bound."""
        self.clock.advance(LONGEST_S)
        self.assertEqual(self.went_on, 1)
        self.verdict.settle()
        self.assertEqual(self.went_on, 1)

    def test_a_client_that_has_left_does_not_wait(self) -> None:
        """A stopped wait leaves no timer, and calls nothing."""
        self.wait.stop()
        self.wait.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.verdict.settle()
        self.assertEqual(self.went_on, 0)

    def test_the_refusal_has_the_status_and_the_challenge_of_the_source(self) -> None:
        """The refusal has the source's status and challenges, and its own outcome."""
        refusal = refusal_by_source(REFUSAL)
        self.assertEqual((refusal.status, refusal.key), (401, "SOURCE_REFUSED"))
        self.assertEqual(refusal.challenges, (b"Bearer",))
        self.assertIs(refusal.outcome, Outcome.UPSTREAM_REFUSED)


class EntrypointTests(SynchronousTestCase):
    """Clients of each entrypoint whose source has not answered yet."""

    def call(self, connector: Any, **fields: Any) -> tuple[Api, Desk]:
        """Open a channel whose source is asked, and call."""
        api = Api(connector, published=False)
        first = api.channels.open(RequestTarget.parse(b"/news"), Headers(), "192.0.2.1")
        first.verdict.ask()
        return api, api.call(**fields)

    def test_a_client_gets_the_status_of_its_source(self) -> None:
        """The status of the source is the status of the response."""
        for connector in (sse_entrypoint, http_get_entrypoint):
            api, desk = self.call(connector)
            self.assertEqual((desk.status, desk.over), (0, False))
            api.channel.refuse(REFUSAL)
            self.assertEqual((desk.status, desk.outcome), (401, "upstream_refused"))
            self.assertEqual(api.channel.subscribers, 0)
            late = api.call()
            self.assertEqual(late.status, 401)

    def test_a_client_of_a_source_that_gives_events_gets_them(self) -> None:
        """Events that came during the wait are delivered."""
        api, desk = self.call(sse_entrypoint)
        api.channel.publish(messages("a"))
        api.channel.verdict.settle()
        api.clock.advance(0)
        self.assertEqual(desk.status, 200)
        self.assertIn(b"data: a\n", desk.written)

    def test_a_client_whose_channel_is_closed_meanwhile_may_come_back(self) -> None:
        """A client whose channel is closed during the wait is asked to reconnect."""
        for connector in (sse_entrypoint, http_get_entrypoint):
            api, desk = self.call(connector)
            api.channels.close()
            self.assertTrue(desk.over)
            self.assertIn(desk.status, (200, 503))

    def test_a_stream_is_told_that_its_source_refuses(self) -> None:
        """A later refusal is an ``error`` event with the status."""
        api, desk = self.call(sse_entrypoint)
        api.channel.verdict.settle()
        api.channel.refuse(REFUSAL)
        self.assertIn(
            b'event: error\ndata: {"reason": "upstream_refused"', desk.written
        )
        self.assertIn(b'"status": 401', desk.written)
        self.assertEqual(desk.outcome, "upstream_refused")

    def test_a_websocket_is_closed_with_the_reason(self) -> None:
        """A WebSocket is closed with the code for a bad gateway."""
        api, desk = self.call(
            websocket_entrypoint,
            connection="Upgrade",
            upgrade="websocket",
            sec_websocket_version="13",
            sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==",
        )
        self.assertEqual(desk.status, 0)
        api.channel.verdict.settle()
        self.assertEqual(desk.status, 101)
        api.channel.refuse(REFUSAL)
        self.assertIn((1014).to_bytes(2, "big") + b"401: the source", desk.written)
        self.assertEqual(desk.outcome, "upstream_refused")
