"""A BASIC plan, from the REST call to the source, the stream and the log."""

from __future__ import annotations

from base64 import b64encode

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.plans.keyed import KeyedApi

STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    b"data: 1\n\n"
)


class BasicPlanTests(WireCase):
    def test_a_password_opens_a_stream(self) -> None:
        """
        A password admits until it is revoked; source, log and store do not contain it.
        """
        daemon = self.start_daemon()
        heads: list[bytes] = []

        def serve(connection: Connection) -> None:
            heads.append(connection.head())
            connection.send(STREAM)
            connection.closed_at()

        with scripted(serve) as (port, _):
            api = KeyedApi(
                daemon, proxy_api(f"http://127.0.0.1:{port}/", "/basic"), "BASIC"
            )
            api.start()
            refused = daemon.get("/basic")
            self.assertEqual(refused.status, 401)
            self.assertEqual(
                refused.headers["www-authenticate"],
                'Basic realm="Relay", charset="UTF-8"',
            )
            one = api.subscribe()
            pair = b64encode(f"{one.id}:{one.key}".encode()).decode()
            authorization = f"Authorization: Basic {pair}"
            until(lambda: self.streams(daemon, authorization), "the password opens")
            client = RawClient(daemon.port)
            self.addCleanup(client.close)
            client.get("/basic", authorization)
            client.until(b"data: 1\n\n")
            one.act_on_key("_revoke")
            self.assertTrue(client.is_cut())
            daemon.access_line(outcome="revoked", subscriptionId=one.id)
            again = daemon.get("/basic", {"Authorization": f"Basic {pair}"})
            self.assertEqual(again.status, 401)
        seen = b"".join(heads).lower()
        self.assertNotIn(b"authorization", seen)
        kept = b"".join(path.read_bytes() for path in daemon.data_dir.glob("relay.db*"))
        for text in (daemon.log(), str(daemon.access_lines()), kept.decode("latin-1")):
            self.assertNotIn(one.key, text)
            self.assertNotIn(pair, text)

    def streams(self, daemon: Daemon, authorization: str) -> bool:
        """Whether a stream is let in."""
        client = RawClient(daemon.port)
        try:
            client.get("/basic", authorization)
            return b"200 OK" in client.until(b"\r\n\r\n")
        finally:
            client.close()
