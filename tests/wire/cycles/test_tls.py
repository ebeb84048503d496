"""TLS and HTTP/2 leave no reference cycle."""

from __future__ import annotations

from collections.abc import Callable

from tests.wire.cycles.case import CycleCase, finish, reset, wait_for_end
from tests.wire.http.http2_client import Http2Client


class TlsTests(CycleCase):
    """TLS to the client and to the source, and streams of HTTP/2."""

    def test_clients_over_tls(self) -> None:
        """Clients that reset and clients that leave."""
        self.proxy()
        self.leaves_none(self.clients("stream", reset, tls=True))
        self.leaves_none(self.clients("stream", finish, tls=True))
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 ", tls=True))
        self.leaves_none(self.clients("silent", reset, b"", tls=True))
        self.leaves_none(self.clients("whole", finish, b"ok", tls=True))

    def test_a_source_with_tls(self) -> None:
        """Calls over TLS leave no cycle, whichever side ends first."""
        self.proxy(tls=True)
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("ended", finish, b"\r\n0\r\n\r\n"))
        self.leaves_none(self.clients("reset", wait_for_end, b"HTTP/1.1 "))
        self.leaves_none(self.clients("silent", reset, b""))

    def multiplexed(
        self, path: str, leave: Callable[[Http2Client, int], None]
    ) -> Callable[[int], None]:
        """Make what opens streams of one HTTP/2 connection, and ends them."""

        def some(count: int) -> None:
            client = Http2Client(self.daemon.ports["tls"], self.context)
            streams = [client.get(f"{self.path}/{path}") for _ in range(count)]
            for stream in streams:
                leave(client, stream)
            client.close()

        return some

    def test_a_stream_of_http2(self) -> None:
        """The client leaves it, its source ends it or cuts it, or all end at once."""
        self.proxy()

        def left(client: Http2Client, stream: int) -> None:
            client.until_event(stream)
            client.leave(stream)

        def over(client: Http2Client, stream: int) -> None:
            client.until(lambda: stream in client.ended | set(client.resets), "an end")

        self.leaves_none(self.multiplexed("stream", left))
        self.leaves_none(self.multiplexed("ended", over))
        self.leaves_none(self.multiplexed("reset", over))
        self.leaves_none(self.multiplexed("stream", Http2Client.until_event))
        self.leaves_none(self.multiplexed("silent", lambda client, stream: None))
        self.leaves_none(self.multiplexed("whole", over))

        def upload(count: int) -> None:
            client = Http2Client(self.daemon.ports["tls"], self.context)
            path, kind = f"{self.path}/whole", {"content-type": "text/plain"}
            for _ in range(count):
                over(client, client.ask(path, kind, "POST", b"x"))
            client.close()

        self.leaves_none(upload)
