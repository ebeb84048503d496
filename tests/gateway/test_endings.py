"""Tests of ``relay.gateway.endings``: the row of every outcome."""

from __future__ import annotations

from relay.gateway.endings import ENDINGS
from relay.model.outcome import Outcome
from tests.http.http2.client import Http2Case

GOODBYE = b"event: goaway\ndata: \n\n"
ROWS = """
completed         500 GATEWAY_UNEXPECTED_ERROR         FINISH
client_gone       499 -                                GOODBYE
upstream_gone     502 GATEWAY_CLIENT_CONNECTION_ERROR  CUT
upstream_refused  502 SOURCE_REFUSED                   FINISH
connect_timeout   504 GATEWAY_CLIENT_CONNECT_TIMEOUT   CUT
read_timeout      504 GATEWAY_CLIENT_READ_TIMEOUT      CUT
request_timeout   504 REQUEST_TIMEOUT                  CUT
idle_timeout      500 GATEWAY_UNEXPECTED_ERROR         CUT
max_duration      504 MAX_DURATION                     GOODBYE
slow_consumer     500 GATEWAY_UNEXPECTED_ERROR         RESET
expired           401 GATEWAY_PLAN_UNRESOLVABLE        GOODBYE
revoked           401 GATEWAY_PLAN_UNRESOLVABLE        GOODBYE
drained           503 GATEWAY_SHUTTING_DOWN            GOODBYE
stopped           503 API_STOPPED                      GOODBYE
source_ended      500 GATEWAY_UNEXPECTED_ERROR         FINISH
limit_reached     503 GATEWAY_TOO_MANY_EXCHANGES       GOODBYE
refused           400 BAD_REQUEST                      GOODBYE
internal_error    500 GATEWAY_UNEXPECTED_ERROR         CUT
"""
"""Outcome, status and error key before the head, ending after the head."""
DEFECTS = frozenset(
    (
        Outcome.COMPLETED,
        Outcome.SOURCE_ENDED,
        Outcome.IDLE_TIMEOUT,
        Outcome.SLOW_CONSUMER,
    )
)
"""Before the head, these are the outcome ``internal_error``."""


class EndingTests(Http2Case):
    def rows(self) -> list[tuple[Outcome, str, str, str]]:
        """The table above."""
        rows = [line.split() for line in ROWS.strip().splitlines()]
        return [(Outcome(one), status, key, end) for one, status, key, end in rows]

    def test_every_outcome_has_a_row(self) -> None:
        """
        Every outcome has a row in the gateway's table, and in the table of this test.
        """
        self.assertEqual(list(ENDINGS.keys() ^ set(Outcome)), [])
        self.assertEqual({row[0] for row in self.rows()}, set(Outcome))

    def test_before_the_head(self) -> None:
        """The client is sent the refusal of the outcome."""
        for outcome, status, key, _ in self.rows():
            stream_id = self.ask()
            self.answers.exchanges[-1].end(outcome)
            self.turn()
            line = self.gateway.closed[-1]
            logged = Outcome.INTERNAL_ERROR if outcome in DEFECTS else outcome
            self.assertEqual(
                (line["outcome"], line["status"], line.get("errorKey") or "-"),
                (logged.value, int(status), key),
            )
            if outcome is not Outcome.CLIENT_GONE:
                self.assertEqual(self.status(stream_id), int(status), outcome)
                self.assertTrue(self.ended(stream_id), outcome)
            self.assertTrue(self.answers.feeds[-1].released, outcome)

    def test_after_the_head(self) -> None:
        """Written data arrives, followed by the ending of the outcome."""
        for outcome, _, _, ending in self.rows():
            stream_id, feed = self.stream()
            feed.last_words = GOODBYE
            feed.write(b"data: 1\n\n")
            feed.exchange.end(outcome, "KEY", "clock")
            self.turn()
            line = self.gateway.closed[-1]
            self.assertEqual(
                (line["outcome"], line["status"], line["errorKey"], line["clock"]),
                (outcome.value, 200, "KEY", "clock"),
            )
            goodbye = GOODBYE if ending == "GOODBYE" else b""
            cut = ending in ("CUT", "RESET")
            if ending != "RESET":
                self.assertEqual(self.body(stream_id), b"data: 1\n\n" + goodbye)
            self.assertEqual(self.ended(stream_id), not cut, outcome)
            self.assertEqual(self.reset(stream_id) is not None, cut, outcome)
            self.assertTrue(feed.released, outcome)

    def test_a_goodbye_that_the_feed_does_not_have(self) -> None:
        """The response is cut, so that it does not look finished."""
        for outcome, _, _, ending in self.rows():
            if ending == "GOODBYE":
                stream_id, feed = self.stream()
                feed.exchange.end(outcome)
                self.turn()
                self.assertFalse(self.ended(stream_id), outcome)
                self.assertIsNotNone(self.reset(stream_id), outcome)

    def test_a_client_that_is_gone_is_told_nothing(self) -> None:
        """
        Nothing is written to a client that has left, not even the feed's last message.
        """
        stream_id, feed = self.stream()
        feed.last_words = GOODBYE
        self.link.written = []
        self.drop()
        self.assertEqual(b"".join(self.link.written), b"")
        self.assertEqual(self.gateway.closed[-1]["outcome"], "client_gone")
        self.assertFalse(self.ended(stream_id))
