"""Streams of a PROXY API leave no reference cycle, however they end."""

from __future__ import annotations

from tests.wire.cycles.case import CycleCase, finish, reset, wait_for_end


class StreamTests(CycleCase):
    """The client, the source or a clock ends them."""

    def test_a_stream_whose_client_resets(self) -> None:
        """A reset amid the body."""
        self.proxy()
        self.leaves_none(self.clients("stream", reset))

    def test_a_stream_whose_client_leaves(self) -> None:
        """An end of file amid the body."""
        self.proxy()
        self.leaves_none(self.clients("stream", finish))

    def test_a_stream_that_its_source_ends(self) -> None:
        """The client stays, until it has the end."""
        self.proxy()
        self.leaves_none(self.clients("ended", finish, b"\r\n0\r\n\r\n"))

    def test_a_stream_that_its_source_resets(self) -> None:
        """The gateway cuts the client."""
        self.proxy()
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 "))

    def test_a_stream_that_its_source_closes(self) -> None:
        """An end of file amid the body, from the source."""
        self.proxy()
        self.leaves_none(self.clients("closed", wait_for_end))

    def test_a_stream_that_falls_silent(self) -> None:
        """The idle clock cuts it."""
        self.proxy(idleTimeout=50)
        self.leaves_none(self.clients("stream", wait_for_end))

    def test_a_client_that_resets_before_the_head(self) -> None:
        """The source has not answered."""
        self.proxy()
        self.leaves_none(self.clients("silent", reset, b""))

    def test_a_client_that_leaves_before_the_head(self) -> None:
        """The source has not answered."""
        self.proxy()
        self.leaves_none(self.clients("silent", finish, b""))

    def test_failover(self) -> None:
        """Streams, and uploads that are kept for another try."""
        definition = self.proxied()
        definition["failover"] = {"enabled": True, "maxRetries": 2}
        self.daemon.publish(definition)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("silent", reset, b""))
        body = self.post(b"x" * 100)
        self.leaves_none(self.clients("", finish, b"ok", request=body))
        self.leaves_none(self.clients("", reset, b"", request=body[:-50]))
        chunked = (
            f"POST {self.path}/whole HTTP/1.1\r\nHost: localhost\r\n"
            "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        ).encode()
        self.leaves_none(self.clients("", finish, b"ok", request=chunked))
        wrong = chunked.replace(b"1\r\nx", b"?\r\nx")
        self.leaves_none(self.clients("", wait_for_end, b" 400 ", request=wrong))
