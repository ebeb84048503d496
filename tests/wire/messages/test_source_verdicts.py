"""Sources that refuse, which time does not mend, and sources that are down."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from typing import Any

from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
)
from tests.wire.messages.sourced import (
    Sourced,
    answering,
    one_after_another,
    streaming,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


def status(code: int, *headers: bytes) -> Script:
    """Make a source that answers with a status."""
    lines = [b"HTTP/1.1 %d No" % code, b"Content-Length: 0", *headers, b"", b""]
    return answering(b"\r\n".join(lines))


def encoded(coding: bytes, body: bytes) -> Script:
    """Make a source whose stream is encoded."""

    def script(connection: Connection) -> None:
        connection.head()
        head = EVENT_STREAM[:-2] + b"Content-Encoding: " + coding + b"\r\n\r\n"
        connection.send(head + chunk(body))
        connection.closed_at()

    return script


def then_close(*pieces: bytes) -> Script:
    """Make a source that sends some pieces, and ends its response."""

    def script(connection: Connection) -> None:
        connection.head()
        connection.send(EVENT_STREAM + b"".join(map(chunk, pieces)) + b"0\r\n\r\n")

    return script


class RefusalTests(Sourced):
    """The responses to clients of a source that refuses."""

    def channels(self, api_id: str) -> list[dict[str, Any]]:
        """Return the open channels, as the management API shows them."""
        shown = self.daemon.must("GET", f"/apis/{api_id}/channels")["data"]
        return list(shown)

    def head(self, client: RawClient) -> bytes:
        """Read a response head."""
        return client.until(b"\r\n\r\n")

    def test_the_status_of_a_source_that_refuses_is_the_status_of_its_clients(
        self,
    ) -> None:
        """Clients receive the status of the source, if it concerns them."""
        for code, expected in (
            (401, 401),
            (403, 403),
            (404, 404),
            (400, 502),
            (410, 502),
            (302, 502),
            (501, 502),
            (206, 502),
        ):
            self.path = f"/refuses-{code}"
            self.publish(status(code))
            answer = self.daemon.get(self.path, {"Accept": "text/event-stream"})
            self.assertEqual(answer.status, expected, code)
            line = self.daemon.access_line(path=self.path, kind="close")
            self.assertEqual(
                (line["outcome"], line["errorKey"]),
                ("upstream_refused", "SOURCE_REFUSED"),
            )

    def test_a_refusing_source_s_challenge_goes_with_its_401(self) -> None:
        """A 401 has the challenge of the source."""
        challenge = b'WWW-Authenticate: Bearer error="invalid_token"'
        self.publish(status(401, challenge))
        client = self.subscribe("", "Authorization: Bearer bad")
        self.assertIn(challenge, self.head(client))

    def test_what_is_no_event_stream_is_refused_with_502(self) -> None:
        """A page to log in on, and an encoding that was not asked for."""
        event = b"id: 1\ndata: hello\n\n"
        for name, script in (
            ("page", answering(OK + b"Content-Type: text/html\r\n\r\nhi")),
            ("br", encoded(b"br", event)),
            ("deflate", encoded(b"deflate", zlib.compress(event))),
        ):
            self.path = f"/no-stream-{name}"
            api_id = self.publish(script)
            client = self.subscribe()
            self.assertIn(b" 502 ", self.head(client), name)
            (channel,) = self.channels(api_id)
            self.assertEqual(channel["health"], "REFUSED")

    def test_gzip_is_read_where_compression_is_used_and_refused_where_not(self) -> None:
        """Under both of its names."""
        event = b"id: 1\ndata: hello\n\n"
        for coding in (b"gzip", b"x-gzip"):
            self.path = f"/{coding.decode()}-used"
            self.publish(encoded(coding, gzip.compress(event)))
            self.subscribe().until(b"data: hello\n\n")
        self.path = "/gzip-not-used"
        script = encoded(b"gzip", gzip.compress(event))
        self.publish(script, http={"useCompression": False})
        self.assertIn(b" 502 ", self.head(self.subscribe()))

    def test_a_source_that_is_down_keeps_its_clients(self) -> None:
        """Clients of a source that is down receive a 200 and heartbeats."""
        for code in (503, 500, 429, 408):
            self.path = f"/down-{code}"
            self.publish(
                one_after_another(status(code), streaming(b"data: up\n\n")),
                heartbeatIntervalInMs=100,
            )
            client = self.subscribe()
            self.assertIn(b" 200 ", self.head(client))
            client.until(b"data: up\n\n")

    def test_a_source_that_refuses_later_ends_its_streams_with_the_reason(self) -> None:
        """A later refusal ends the streams with an ``error`` event."""
        self.publish(
            one_after_another(then_close(b"id: 1\ndata: one\n\n"), status(401))
        )
        client = self.subscribe()
        client.until(b"data: one\n\n")
        rest = client.until(b"0\r\n\r\n")
        found = re.search(rb"event: error\ndata: (.*)\n", rest)
        assert found is not None
        self.assertEqual(
            json.loads(found[1]),
            {
                "reason": "upstream_refused",
                "status": 401,
                "message": "the source answered 401",
            },
        )
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["outcome"], "upstream_refused")

    def test_with_hold_a_stream_lasts_until_its_source_no_longer_refuses(self) -> None:
        """With ``hold`` a stream stays open until the source accepts."""
        api_id = self.publish(
            one_after_another(
                status(404), status(404), status(404), streaming(b"data: up\n\n")
            ),
            {"sourceRefusal": "hold"},
            heartbeatIntervalInMs=100,
        )
        client = self.subscribe()
        self.assertIn(b" 200 ", self.head(client))
        until(
            lambda: [one["health"] for one in self.channels(api_id)] == ["REFUSED"],
            "the refusal is shown",
        )
        client.until(b"data: up\n\n")
        (channel,) = self.channels(api_id)
        self.assertEqual((channel["health"], channel["problem"]), ("UP", None))

    def test_a_channel_and_its_log_line_name_api_endpoint_url_and_reason(self) -> None:
        """
        A log line names the API, the endpoint, the URL and the reason, without secrets.
        """
        self.publish(status(403), {"sourceRefusal": "hold"})
        endpoint = self.definition["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] += "feed?key=hidden"
        self.path = "/log-lines-of-sources"
        self.definition["listeners"][0]["paths"] = [{"path": self.path}]
        api_id = self.daemon.publish(self.definition)
        self.head(self.subscribe("?token=hidden"))
        until(
            lambda: [one["health"] for one in self.channels(api_id)] == ["REFUSED"],
            "the refusal is shown",
        )
        (shown,) = self.channels(api_id)
        self.assertEqual(shown["endpoint"], "upstream")
        self.assertRegex(shown["url"], r"^http://127\.0\.0\.1:\d+/feed$")
        self.assertEqual(shown["problem"], "the source answered 403")
        name = self.definition["name"]
        pattern = (
            rf"API {api_id} \({re.escape(name)}\), channel [0-9a-f]+, endpoint "
            r"upstream \(http://127\.0\.0\.1:\d+/feed\): the source answered 403"
        )
        until(lambda: re.search(pattern, self.daemon.log()), "the log line")
        self.assertNotIn("hidden", self.daemon.log())

    def test_clients_of_polling_and_websockets_get_the_status_too(self) -> None:
        """Polling and WebSocket clients receive the status, too."""
        self.publish(status(403))
        entrypoints = self.definition["listeners"][0]["entrypoints"]
        entrypoints[:] = [{"type": "http-get"}, {"type": "websocket"}]
        self.definition["listeners"][0]["paths"] = [{"path": "/refused-others"}]
        self.path = "/refused-others"
        self.daemon.publish(self.definition)
        answer = self.daemon.get(self.path, {"Accept": "application/json"})
        self.assertEqual(answer.status, 403)
        client = self.subscribe(
            "",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        self.assertIn(b" 403 ", self.head(client))


class LongEventTests(Sourced):
    """Events above ``maxEventBytes``."""

    def test_an_event_that_is_too_long_is_passed_over_with_a_told_gap(self) -> None:
        """An event that is too long is a gap, in every mode."""
        events = [
            b"id: %d\ndata: %s\n\n" % (number, data)
            for number, data in enumerate(
                (b"one", b"two", b"B" * 100_000, b"four", b"five"), 1
            )
        ]
        for resume in ("verify", "trust", "none"):
            self.path = f"/too-long-{resume}"
            calls: list[bytes] = []

            def script(connection: Connection, calls: list[bytes] = calls) -> None:
                calls.append(connection.head())
                connection.send(EVENT_STREAM + b"".join(map(chunk, events)))
                connection.closed_at()

            self.publish(script, {"maxEventBytes": 65536})
            client = self.subscribe()
            seen = client.until(b"data: five\n\n")
            order = re.findall(rb"data: (one|two|four|five)|(event_too_long)", seen)
            told = [first or second for first, second in order]
            self.assertEqual(
                told, [b"one", b"two", b"event_too_long", b"four", b"five"]
            )
            self.assertEqual(len(calls), 1)


class RedirectTests(Sourced):
    """Redirects of a source, as the standard has them followed."""

    def test_a_redirect_within_the_origin_is_followed_unasked(self) -> None:
        """The call of the new place is an event source's, too."""
        paths: list[bytes] = []

        def script(connection: Connection) -> None:
            head = connection.head()
            paths.append(head.split(b" ")[1])
            if len(paths) == 1:
                moved = (
                    b"HTTP/1.1 307 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n"
                )
                connection.send(moved + b"Connection: close\r\n\r\n")
                return
            connection.send(EVENT_STREAM + chunk(b"data: here\n\n"))
            connection.closed_at()

        self.publish(script)
        self.subscribe().until(b"data: here\n\n")
        self.assertEqual(paths, [b"/", b"/there"])

    def test_a_redirect_elsewhere_or_nowhere_is_a_refusal(self) -> None:
        """
        A redirect to another origin, without a location, or in a circle is a refusal.
        """
        for name, place in (
            ("elsewhere", b"http://127.0.0.2:9/"),
            ("nowhere", b""),
            ("circle", b"/"),
        ):
            self.path = f"/redirects-{name}"
            calls: list[int] = []

            def script(
                connection: Connection,
                place: bytes = place,
                calls: list[int] = calls,
            ) -> None:
                while True:
                    connection.head()
                    calls.append(1)
                    connection.send(
                        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
                        + place
                        + b"\r\n\r\n"
                    )

            channel = {"reconnect": {"initialMs": 60_000, "maxMs": 60_000}}
            self.publish(script, channel)
            answer = self.daemon.get(self.path, {"Accept": "text/event-stream"})
            self.assertEqual(answer.status, 502, name)
            self.assertLessEqual(len(calls), 6, name)


class IdResetTests(Sourced):
    """A source that takes its ids back."""

    def test_after_an_empty_id_no_last_event_id_is_sent(self) -> None:
        """After an empty id no ``Last-Event-ID`` is sent."""
        for name, reset in (("event", b"id\ndata: two\n\n"), ("block", b"id:\n\n")):
            for resume in ("verify", "trust"):
                self.path = f"/reset-{name}-{resume}"
                heads: list[bytes] = []

                def script(
                    connection: Connection,
                    reset: bytes = reset,
                    heads: list[bytes] = heads,
                ) -> None:
                    heads.append(connection.head())
                    connection.send(EVENT_STREAM)
                    if len(heads) == 1:
                        event = b"id: 1\ndata: one\n\nid: 2\ndata: more\n\n"
                        connection.send(chunk(event + reset) + b"0\r\n\r\n")
                        return
                    connection.send(chunk(b"data: three\n\n"))
                    connection.closed_at()

                self.publish(script)
                group = self.definition["endpointGroups"][0]
                group["endpoints"][0]["configuration"]["resume"] = resume
                self.definition["listeners"][0]["paths"] = [{"path": self.path + "-x"}]
                self.path += "-x"
                self.daemon.publish(self.definition)
                seen = self.subscribe().until(b"data: three\n\n")
                self.assertIn(b"relay.gap", seen)
                self.assertNotIn(b"last-event-id", heads[1].lower())


class GroupTests(Sourced):
    """Several endpoints refuse together only when each of them does."""

    def group(self, mode: str, *scripts: Script) -> RawClient:
        """Publish an API with several sources, and subscribe."""
        self.publish(scripts[0], {"mode": mode})
        group = self.definition["endpointGroups"][0]
        for number, script in enumerate(scripts[1:]):
            source = scripted(script)
            port, _ = source.__enter__()
            self.addCleanup(source.__exit__, None, None, None)
            endpoint = {**group["endpoints"][0], "name": f"other-{number}"}
            endpoint["configuration"] = {"target": f"http://127.0.0.1:{port}/"}
            group["endpoints"].append(endpoint)
        self.path += "-all"
        self.definition["listeners"][0]["paths"] = [{"path": self.path}]
        self.daemon.publish(self.definition)
        return self.subscribe()

    def test_an_endpoint_that_gives_events_stands_for_one_that_refuses(self) -> None:
        """Whether they are read one after another, or at once."""
        for mode in ("failover", "merge"):
            self.path = f"/stands-{mode}"
            client = self.group(mode, status(404), streaming(b"data: here\n\n"))
            self.assertIn(b" 200 ", client.until(b"data: here\n\n"))

    def test_endpoints_that_all_refuse_are_a_refusal(self) -> None:
        """
        If all endpoints refuse, the status is that of the last one, or of the first one
        when merging.
        """
        for mode, expected in (("failover", b" 403 "), ("merge", b" 404 ")):
            self.path = f"/all-{mode}"
            client = self.group(mode, status(404), status(403))
            self.assertIn(expected, client.until(b"\r\n\r\n"))

    def test_an_endpoint_that_is_down_may_come_back(self) -> None:
        """The clients of one that refuses beside it are kept."""
        for mode in ("failover", "merge"):
            self.path = f"/down-{mode}"
            client = self.group(mode, status(404), status(503))
            self.assertIn(b" 200 ", client.until(b"\r\n\r\n"))

    def test_a_deployment_asks_a_source_that_has_refused_anew(self) -> None:
        """A deployment calls a source that has refused at once."""
        delay = {"reconnect": {"initialMs": 60_000, "maxMs": 60_000}}
        api_id = self.publish(
            one_after_another(status(404), streaming(b"data: mended\n\n")), delay
        )
        self.assertIn(b" 404 ", self.subscribe().until(b"\r\n\r\n"))
        self.assertIn(b" 404 ", self.subscribe().until(b"\r\n\r\n"))
        self.daemon.must("POST", f"/apis/{api_id}/deployments", {})
        until(
            lambda: b" 200 " in self.subscribe().until(b"\r\n\r\n"),
            "the source is asked anew",
        )
