"""Flight records of several daemons on one store, and of the reasons of refusals."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api
from tests.wire.operate.test_flight_records import detail, logs, marks


class SharedStoreTests(WireCase):
    """Two daemons serve one API."""

    def test_each_records_its_own(self) -> None:
        """Each answers for both, and the end of one leaves the records of the other."""
        root = self.new_directory()
        toml = f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
        one = self.start_daemon(root / "one", toml)
        two = self.start_daemon(root / "two", toml)

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            source.closed_at()

        with scripted(script) as (port, _):
            api = one.publish(proxy_api(f"http://127.0.0.1:{port}", "/both"))
            until(lambda: f"API {api}: serving" in two.log(), "the other serves it")
            clients = [self.stream(daemon) for daemon in (one, two)]

            def listed() -> list[dict[str, Any]]:
                found = logs(one, api)
                return found if len(found) == 2 else []

            found = until(listed, "the record of the other daemon is written")
            self.assertEqual(len({log["gateway"] for log in found}), 2)
            self.assertEqual([log["requestEnded"] for log in found], [False, False])
            two.kill()
            two.start()

            def ended() -> list[str]:
                found = logs(one, api, "?requestEnded=true")
                return [log["errorKey"] for log in found]

            keys = until(ended, "the record of the killed daemon is ended")
            self.assertEqual(keys, ["GATEWAY_LOST"])
            for client in clients:
                client.close()

    def stream(self, daemon: Daemon) -> RawClient:
        """Open a stream."""
        client = RawClient(daemon.port)
        client.get("/both")
        client.until(b"data: 1\n\n")
        return client


class ReasonTests(WireCase):
    """What a client of a MESSAGE API, or one beyond a limit, is told."""

    def test_gaps_and_limits(self) -> None:
        """An unknown id is a gap; a limit of addresses is a refusal with its key."""
        daemon = self.start_daemon(toml="[limits]\nmax_exchanges_per_address = 1\n")

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"id: 1\ndata: 1\n\n"))
            source.closed_at()

        with scripted(script) as (port, _):
            channel = {"history": {"maxEvents": 10}}
            target = f"http://127.0.0.1:{port}"
            api = daemon.publish(message_api(target, "/gap", channel))
            client = RawClient(daemon.port)
            client.get("/gap", "Accept: text/event-stream", "Last-Event-ID: unknown")
            client.until(b"data: 1\n")
            proxied = daemon.publish(proxy_api(target, "/full"))
            self.assertEqual(daemon.get("/full").status, 429)
            (log,) = logs(daemon, proxied)
            self.assertEqual(log["errorKey"], "ADDRESS_TOO_MANY_EXCHANGES")
            self.assertEqual(log["status"], 429)
            (log,) = logs(daemon, api)
            log = daemon.must("GET", f"/apis/{api}/logs/{log['requestId']}")
            self.assertEqual(detail(log, "gap"), {"reason": "unknown_id"})
            client.close()
            self.assertNotIn("ended", marks(log))
