"""What happened to one stream, after the fact, of a real daemon."""

from __future__ import annotations

import sqlite3
import time
from typing import Any
from urllib.parse import quote

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import KEYLESS, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.ports import fixed_port
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api

DAEMON = SharedDaemon()
API_KEY = {**KEYLESS, "name": "keys", "security": {"type": "API_KEY"}}


def logs(daemon: Daemon, api_id: str, query: str = "") -> list[dict[str, Any]]:
    """Return the logs of an API, the newest first."""
    found: list[dict[str, Any]] = daemon.must("GET", f"/apis/{api_id}/logs{query}")[
        "data"
    ]
    return found


def newest(daemon: Daemon, api_id: str) -> dict[str, Any]:
    """Return the newest log of an API, with its timeline."""
    request_id = logs(daemon, api_id)[0]["requestId"]
    log: dict[str, Any] = daemon.must("GET", f"/apis/{api_id}/logs/{request_id}")
    return log


def marks(log: dict[str, Any]) -> list[str]:
    """Return the marks of a log's timeline."""
    return [one["mark"] for one in log["timeline"]]


def detail(log: dict[str, Any], mark: str) -> dict[str, Any]:
    """Return the detail of the first moment with a mark."""
    found: dict[str, Any] = next(
        one.get("detail", {}) for one in log["timeline"] if one["mark"] == mark
    )
    return found


class FlightRecordTests(WireCase):
    """Single calls, and what is told of them."""

    def test_a_stream_under_way_and_after_its_end(self) -> None:
        """It is listed from its start on."""
        daemon = DAEMON.get()

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            source.closed_at()

        with scripted(script) as (port, _):
            api = daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/flown"))
            client = RawClient(daemon.port)
            client.get("/flown?key=secret-value", "X-Header: secret-header")
            client.until(b"data: 1\n\n")
            log = newest(daemon, api)
            self.assertFalse(log["requestEnded"])
            self.assertNotIn("outcome", log)
            self.assertEqual((log["status"], log["events"]), (200, 1))
            self.assertEqual(
                marks(log),
                [
                    "admitted",
                    "routed",
                    "connecting",
                    "connected",
                    "answered",
                    "head",
                    "first_event",
                ],
            )
            self.assertEqual(detail(log, "connected")["address"], f"127.0.0.1:{port}")
            client.close()
            line = daemon.access_line(requestId=log["requestId"], kind="close")
        log = newest(daemon, api)
        self.assertTrue(log["requestEnded"])
        self.assertEqual(log["outcome"], "client_gone")
        self.assertEqual(log["duration"], line["durationMs"])
        self.assertEqual(marks(log)[-1], "ended")
        times = [one["atMs"] for one in log["timeline"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual(log["plan"]["name"], KEYLESS["name"])
        self.assertEqual(log["application"], {"id": "1", "name": "Unknown"})
        self.assertEqual(log["uri"], "/flown")
        self.assertNotIn("secret", str(log))

    def test_why_did_i_get_nothing(self) -> None:
        """A refused key and a source that is down have their reasons."""
        daemon = DAEMON.get()
        target = f"http://127.0.0.1:{fixed_port()}"
        api = daemon.must("POST", "/apis", proxy_api(target, "/refused"))["id"]
        plan = daemon.must("POST", f"/apis/{api}/plans", API_KEY)["id"]
        daemon.must("POST", f"/apis/{api}/plans/{plan}/_publish")
        daemon.must("POST", f"/apis/{api}/_start")
        wrong = {"X-Gravitee-Api-Key": "wrong-key"}
        answer = until(
            lambda: (found := daemon.get("/refused", wrong)).status == 401 and found,
            "the API is served",
        )
        log = newest(daemon, api)
        self.assertEqual(answer.headers["X-Gravitee-Request-Id"], log["requestId"])
        self.assertEqual(log["errorKey"], detail(log, "refused")["errorKey"])
        denied = detail(log, "denied")
        self.assertEqual(denied["planId"], plan)
        self.assertIn("no subscription", denied["reason"])
        self.assertNotIn("wrong-key", str(log))
        down = daemon.publish(proxy_api(target, "/down"))
        self.assertEqual(daemon.get("/down").status, 502)
        log = newest(daemon, down)
        failed = detail(log, "attempt_failed")
        self.assertEqual(failed["errorKey"], "GATEWAY_CLIENT_CONNECTION_REFUSED")
        self.assertEqual(log["status"], 502)

    def test_a_channel_whose_source_is_down(self) -> None:
        """The client keeps its 200, and the log says what happens behind it."""
        daemon = DAEMON.get()
        port = fixed_port()
        channel = {"reconnect": {"initialMs": 100, "maxMs": 200}}
        target = f"http://127.0.0.1:{port}"
        api = daemon.publish(message_api(target, "/behind", channel))
        client = RawClient(daemon.port)
        client.get("/behind", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        log = newest(daemon, api)
        self.assertEqual(
            marks(log), ["admitted", "routed", "attached", "source_lost", "head"]
        )
        self.assertIn("refused the connection", detail(log, "source_lost")["reason"])
        self.assertEqual(log["entrypoint"], "sse")

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"id: 1\ndata: 1\n\n"))
            source.closed_at()

        with scripted(script, port=port):
            client.until(b"data: 1\n")
            log = newest(daemon, api)
            self.assertEqual(marks(log)[-2:], ["source_connected", "first_event"])
        until(
            lambda: marks(newest(daemon, api))[-1] == "source_lost",
            "the source is lost",
        )
        second = RawClient(daemon.port)
        second.get("/behind", "Accept: text/event-stream")
        second.until(b"\r\n\r\n")
        self.assertIn("source_lost", detail(newest(daemon, api), "attached")["source"])
        client.close()
        second.close()

    def test_filters(self) -> None:
        """Each of them restricts the list; an unknown one is refused."""
        daemon = DAEMON.get()
        target = f"http://127.0.0.1:{fixed_port()}"
        api = daemon.publish(proxy_api(target, "/filtered"))
        for path in ("/filtered/a", "/filtered/b"):
            self.assertEqual(daemon.get(path).status, 502)
        first, second = logs(daemon, api)[1], logs(daemon, api)[0]
        self.assertEqual((first["uri"], second["uri"]), ("/filtered/a", "/filtered/b"))
        key = "GATEWAY_CLIENT_CONNECTION_REFUSED"
        plan = first["plan"]["id"]
        for query, count in (
            ("", 2),
            ("statuses=502", 2),
            ("statuses=200,404", 0),
            ("methods=GET", 2),
            ("methods=POST", 0),
            (f"errorKeys={key}", 2),
            ("errorKeys=OTHER", 0),
            ("outcomes=upstream_gone", 2),
            ("outcomes=completed", 0),
            (f"planIds={plan}", 2),
            ("planIds=other", 0),
            ("applicationIds=1", 2),
            ("entrypointIds=http-proxy", 2),
            ("entrypointIds=sse", 0),
            (f"requestId={second['requestId']}", 1),
            (f"transactionId={second['transactionId']}", 1),
            (f"uri={quote('/filtered/a')}", 1),
            ("requestEnded=true", 2),
            ("requestEnded=false", 0),
            ("responseTimeMin=60000", 0),
            ("from=1&to=2", 0),
            (f"from=1&to={round(time.time() * 1000) + 1000}", 2),
            ("perPage=1&page=2", 1),
        ):
            self.assertEqual(len(logs(daemon, api, f"?{query}")), count, query)
        keys = daemon.must("GET", f"/apis/{api}/logs/error-keys")
        self.assertEqual(keys, [key])
        for query in ("apiProductIds=x", "statuses=x", "methods=X", "outcomes=x"):
            answer = daemon.manage("GET", f"/apis/{api}/logs?{query}")
            self.assertEqual(answer.status, 400, query)
            self.assertIn(query.partition("=")[0], answer.json()["message"])
        answer = daemon.manage("GET", f"/apis/{api}/logs/none")
        self.assertEqual(
            (answer.status, answer.json()["technicalCode"]), (404, "log.notFound")
        )

    def test_no_api(self) -> None:
        """Calls that no API takes fill no store."""
        daemon = self.start_daemon()
        for number in range(20):
            self.assertEqual(daemon.get(f"/nowhere-{number}").status, 404)
        api = daemon.publish(proxy_api("http://127.0.0.1:1", "/one"))
        daemon.get("/one")
        self.assertEqual(len(logs(daemon, api)), 1)
        self.assertEqual(self.rows(daemon), 1)

    def rows(self, daemon: Daemon) -> int:
        """Count the records in the store."""
        path = daemon.data_dir / "relay.db"
        with sqlite3.connect(path) as connection:
            count: int = connection.execute(
                "SELECT count(*) FROM flight_records"
            ).fetchone()[0]
        connection.close()
        return count

    def test_switched_off(self) -> None:
        """With 0 hours nothing is recorded."""
        daemon = self.start_daemon(toml="[records]\nkeep_hours = 0\n")
        api = daemon.publish(proxy_api("http://127.0.0.1:1", "/off"))
        daemon.get("/off")
        self.assertEqual(logs(daemon, api), [])
        self.assertEqual(self.rows(daemon), 0)

    def test_queries_if_they_are_wanted(self) -> None:
        """With ``log.access_query`` the URI has the query."""
        daemon = self.start_daemon(toml="[log]\naccess_query = true\n")
        api = daemon.publish(proxy_api("http://127.0.0.1:1", "/query"))
        daemon.get("/query?a=1")
        self.assertEqual(logs(daemon, api)[0]["uri"], "/query?a=1")

    def test_a_daemon_that_is_killed(self) -> None:
        """What was under way is told as lost by the next run; a stop records all."""
        daemon = self.start_daemon()

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            source.closed_at()

        with scripted(script) as (port, _):
            api = daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/killed"))
            client = RawClient(daemon.port)
            client.get("/killed")
            client.until(b"data: 1\n\n")
            self.assertFalse(newest(daemon, api)["requestEnded"])
            daemon.kill()
            daemon.start()
            until(lambda: newest(daemon, api)["requestEnded"], "the record is ended")
            self.assertEqual(newest(daemon, api)["errorKey"], "GATEWAY_LOST")
            client = RawClient(daemon.port)
            client.get("/killed")
            client.until(b"data: 1\n\n")
            daemon.stop()
            daemon.start()
            stopped, lost = logs(daemon, api)
            self.assertEqual(lost["errorKey"], "GATEWAY_LOST")
            self.assertEqual(stopped["outcome"], "drained")
