"""Tests of ``relay.gateway.exchange``: conversations; see ``playbook.py``."""

from __future__ import annotations

from tests.gateway.playbook import PlaybookCase


class EndTests(PlaybookCase):
    """An exchange ends once, and is logged once."""

    def test_a_stream_whose_source_ends(self) -> None:
        r"""
        A stream is logged at its start and at its end, with the number of events.
        """
        self.play(
            r"""
            >> call GET
            >> begin 200 stream
            << begin 200
            << log open 200
            >> write data: 1\n\n
            << write data: 1\n\n
            >> write :\n\ndata: 2\n\ndata: half
            << write :\n\ndata: 2\n\ndata: half
            >> trailer X-Sum 7
            >> end completed
            << feed release
            << finish X-Sum 7
            << log completed 200 2 events 31 bytes
            """
        )

    def test_a_drain_after_the_head(self) -> None:
        """The feed's last message is sent, and the response is complete."""
        self.play(
            r"""
            >> call GET
            >> begin 200 stream
            << begin 200
            << log open 200
            >> goodbye event: goaway\n\n
            >> end drained
            << write event: goaway\n\n
            << feed release
            << finish
            << log drained 200 0 events 15 bytes
            """
        )

    def test_a_drain_of_a_body_that_nothing_can_be_added_to(self) -> None:
        """A body without a last message is cut, so that it does not look complete."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> write half
            << write half
            >> end drained
            << feed release
            << abort
            << log drained 200 0 events 4 bytes
            """
        )

    def test_a_drain_before_the_head(self) -> None:
        """A refusal; its key is the refusal's."""
        self.play(
            """
            >> call GET
            >> end drained
            << feed release
            << begin 503
            << write The gateway is shutting down
            << finish
            << log drained 503 GATEWAY_SHUTTING_DOWN 0 events 28 bytes
            """
        )

    def test_a_whole_response(self) -> None:
        """One call writes a whole response, and ends the exchange."""
        self.play(
            """
            >> call GET
            >> answer 200 text
            << begin 200
            << write text
            << feed release
            << finish
            << log completed 200 0 events 4 bytes
            """
        )

    def test_the_response_to_head_has_no_body(self) -> None:
        """A response to HEAD has no body."""
        self.play(
            """
            >> call HEAD
            >> answer 200 text
            << begin 200
            << feed release
            << finish
            << log completed 200 0 events 0 bytes
            """
        )

    def test_a_refusal_after_the_head(self) -> None:
        """A refusal after the head cuts the response."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> refuse REQUEST_TIMEOUT
            << feed release
            << abort
            << log request_timeout 200 REQUEST_TIMEOUT requestTimeout 0 events 0 bytes
            """
        )

    def test_nothing_happens_after_the_end(self) -> None:
        """Calls after the end have no effect."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> end idle_timeout KEY idleTimeout
            << feed release
            << abort
            << log idle_timeout 200 KEY idleTimeout 0 events 0 bytes
            >> end drained
            >> refuse STOPPED
            >> client full
            >> client drained
            >> client stalled
            >> client gone
            >> challenge expired
            """
        )


class ClientTests(PlaybookCase):
    """The events of the client."""

    def test_it_leaves_before_the_head(self) -> None:
        """The feed is released, and the log has nginx's status for it."""
        self.play(
            """
            >> call GET
            >> client gone
            << feed release
            << log client_gone 499 CLIENT_ABORTED_DURING_REQUEST_ERROR 0 events 0 bytes
            """
        )

    def test_it_leaves_during_the_body(self) -> None:
        """Nothing is written after the client has left."""
        self.play(
            """
            >> call GET
            >> goodbye bye
            >> begin 200
            << begin 200
            >> client gone
            << feed release
            << log client_gone 200 CLIENT_ABORTED_DURING_RESPONSE_ERROR 0 events 0 bytes
            """
        )

    def test_it_closes_in_its_protocol(self) -> None:
        """The closing handshake of a WebSocket: the feed has the last message."""
        self.play(
            """
            >> call GET
            >> goodbye close
            >> begin 200
            << begin 200
            >> end client_gone
            << write close
            << feed release
            << finish
            << log client_gone 200 0 events 5 bytes
            """
        )

    def test_it_stalls(self) -> None:
        """A stalled client is reset, and the data that it did not take is dropped."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> client full
            << feed pause
            >> client stalled
            << feed release
            << reset
            << log slow_consumer 200 CLIENT_STALLED stallTimeout 0 events 0 bytes
            """
        )

    def test_it_is_slow(self) -> None:
        """The feed waits as long as the client is full."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> client full
            << feed pause
            >> client drained
            << feed resume
            """
        )

    def test_it_is_slow_and_the_body_has_a_pace(self) -> None:
        """The feed resumes when both the client and the pace permit it."""
        self.play(
            """
            >> call GET
            >> begin 200
            << begin 200
            >> pace 10
            >> write 0123456789abcdefghij
            << write 0123456789abcdefghij
            << feed pause
            >> client full
            << feed pause
            >> wait 1000
            >> client drained
            << feed resume
            >> write 0123456789
            << write 0123456789
            << feed pause
            >> client full
            << feed pause
            >> client drained
            >> wait 1000
            << feed resume
            """
        )

    def test_its_credential_is_about_to_end(self) -> None:
        """A client with an event stream is notified before its credential expires."""
        self.play(
            r"""
            >> call GET
            >> goodbye bye
            >> challenge expiring
            >> begin 200 stream
            << begin 200
            << log open 200
            >> challenge expiring
            << write relay.challenge expiring
            >> end expired
            << write bye
            << feed release
            << finish
            << log expired 200 0 events 27 bytes
            >> challenge expired
            """
        )
