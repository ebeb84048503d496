"""The live streams of a real daemon: seen, followed and ended."""

from __future__ import annotations

import http.client
import threading
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.following import Following, call, listed
from tests.wire.plans.keyed import KeyedApi

TOKEN = "a-token-for-scrapers"
SHARED = SharedDaemon(lambda _: f'[technical]\ntoken = "{TOKEN}"\n')


class StreamsCase(WireCase):
    """Each test has an API of topics of its own."""

    def setUp(self) -> None:
        """Publish the API."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.api_id = self.daemon.publish(topics_api(self.path, {"lingerMs": 0}))

    def subscribe(self, path: str = "") -> RawClient:
        """Open a stream, and wait for its head."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(path or f"{self.path}/t", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        return client

    def publish(self, text: str) -> None:
        """Publish an event to the topic."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port)
        try:
            connection.request(
                "POST", f"{self.path}/t", text, {"Content-Type": "text/plain"}
            )
            self.assertEqual(connection.getresponse().status, 202)
        finally:
            connection.close()

    def mine(self, **query: object) -> list[dict[str, Any]]:
        """List the streams of the test's API."""
        return listed(self.daemon, apiIds=self.api_id, **query)


class ListTests(StreamsCase):
    """What the list shows."""

    def test_a_stream_of_a_channel(self) -> None:
        """Who reads what, how far it has come, and which clocks run."""
        client = self.subscribe()
        self.publish("one")
        self.publish("two")
        client.until(b"two")
        (shown,) = self.mine()
        self.assertEqual(
            {
                name: shown[name]
                for name in ("phase", "entrypoint", "endpoint", "listener", "protocol")
            },
            {
                "phase": "stream",
                "entrypoint": "sse",
                "endpoint": "topics",
                "listener": "default",
                "protocol": "HTTP/1.1",
            },
        )
        self.assertEqual((shown["events"], shown["path"]), (2, f"{self.path}/t"))
        self.assertEqual(shown["state"]["reader"], "live")
        self.assertEqual(
            (shown["position"]["place"], shown["position"]["head"]), (2, 2)
        )
        self.assertEqual((shown["lag"]["events"], shown["lag"]["unsentBytes"]), (0, 0))
        self.assertTrue(0 < shown["clocks"]["heartbeat"] <= 5000)
        one = call(self.daemon, "GET", f"/streams/{shown['id']}").json()
        self.assertEqual(set(one), set(shown))
        client.close()
        line = self.daemon.access_line(kind="close", requestId=shown["id"])
        self.assertGreaterEqual(line["bytesOut"], shown["bytesOut"])
        answer = call(self.daemon, "GET", f"/streams/{shown['id']}")
        self.assertEqual(answer.status, 404)

    def test_a_place_from_the_list_resumes(self) -> None:
        """The event id is that of the last event that was given."""
        client = self.subscribe()
        self.publish("one")
        client.until(b"one")
        (shown,) = self.mine()
        self.publish("two")
        resumed = RawClient(self.daemon.port)
        self.addCleanup(resumed.close)
        last = f"Last-Event-ID: {shown['position']['eventId']}"
        resumed.get(f"{self.path}/t", "Accept: text/event-stream", last)
        received = resumed.until(b"two")
        self.assertNotIn(b"one", received)
        self.assertNotIn(b"relay.gap", received)

    def test_a_client_that_reads_nothing(self) -> None:
        """Its lag grows, behind the head of the channel and towards the client."""
        client = self.subscribe()
        client.socket.settimeout(0.001)
        large = "x" * 60_000

        def paused() -> list[dict[str, Any]]:
            self.publish(large)
            return self.mine(paused="true", minLagEvents="2")

        (shown,) = until(paused, "the client is full")
        self.assertGreaterEqual(shown["lag"]["events"], 2)
        self.assertGreater(shown["lag"]["bytes"], len(large))
        self.assertGreater(shown["lag"]["unsentBytes"], 0)
        self.assertGreater(shown["lag"]["unacknowledgedBytes"], 0)
        self.assertLess(shown["position"]["place"], shown["position"]["head"])
        self.assertEqual(shown["state"]["reader"], "paused")
        self.assertIn("stallTimeout", shown["clocks"])
        other = self.subscribe()
        sorted_ids = [one["id"] for one in self.mine(sortBy="-lagEvents")]
        self.assertEqual(sorted_ids[0], shown["id"])
        self.assertEqual(len(sorted_ids), 2)
        other.close()

    def test_calls_are_there_from_their_start(self) -> None:
        """A long poll, and a call whose source has not answered."""
        poll = threading.Thread(
            target=self.daemon.get, args=(f"{self.path}/t?waitMs=30000",)
        )
        poll.start()
        (shown,) = until(
            lambda: [one for one in self.mine() if one["clocks"]], "the poll waits"
        )
        self.assertEqual((shown["phase"], shown["entrypoint"]), ("request", "http-get"))
        self.assertTrue(0 < shown["clocks"]["waitMs"] <= 30_000)
        self.assertIsNone(shown["status"])
        self.publish("over")
        poll.join(BOUND_S)
        silent = threading.Event()
        self.addCleanup(silent.set)

        def wait(connection: Connection) -> None:
            connection.head()
            silent.wait(BOUND_S)

        with scripted(wait) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            api_id = self.daemon.publish(proxy_api(target, f"{self.path}-proxy"))
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.get(f"{self.path}-proxy?api-key=secret")
            (shown,) = until(
                lambda: listed(self.daemon, apiIds=api_id, phases="request"), "the call"
            )
            self.assertEqual(shown["entrypoint"], "http-proxy")
            self.assertEqual(shown["endpoint"], "default")
            self.assertIn("readTimeout", shown["clocks"])
            self.assertNotIn("secret", str(shown))
            answer = call(self.daemon, "DELETE", f"/streams/{shown['id']}")
            self.assertEqual(answer.json(), {"ended": 1})
            self.assertIn(b"503 ", client.until(b"\r\n\r\n"))
            client.until(b"An operator has ended the call")
            line = self.daemon.access_line(kind="close", requestId=shown["id"])
            self.assertEqual(line["errorKey"], "ENDED_BY_OPERATOR")
            silent.set()

    def test_a_websocket(self) -> None:
        """Its frames are events, and its pings are clocks."""
        definition = topics_api(f"{self.path}-ws", {})
        definition["listeners"][0]["entrypoints"].append(
            {"type": "websocket", "configuration": {}}
        )
        api_id = self.daemon.publish(definition)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(
            f"{self.path}-ws/t",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        client.until(b"\r\n\r\n")
        (shown,) = listed(self.daemon, apiIds=api_id)
        self.assertEqual((shown["phase"], shown["status"]), ("stream", 101))
        self.assertEqual(shown["entrypoint"], "websocket")
        self.assertIn("heartbeat", shown["clocks"])
        call(self.daemon, "DELETE", "/streams", apiIds=api_id)
        self.assertIn(b"\x88", client.rest()[0])

    def test_what_is_refused(self) -> None:
        """A parameter that is unknown or malformed is named."""
        for method, query in (
            ("GET", {"apiId": "x"}),
            ("GET", {"addresses": "10.0.0.1/8"}),
            ("GET", {"minLagMs": "much"}),
            ("GET", {"sortBy": "name"}),
            ("GET", {"perPage": "0"}),
            ("GET", {"intervalMs": "1000"}),
            ("DELETE", {"apiIds": ""}),
            ("DELETE", {"phase": "stream"}),
            ("DELETE", {"apiIds": "x", "overSeconds": "soon"}),
            ("DELETE", {"apiIds": "x", "page": "1"}),
        ):
            answer = call(self.daemon, method, "/streams", **query)
            self.assertEqual(answer.status, 400, query)
            (detail,) = answer.json()["details"]
            self.assertEqual(detail["location"], list(query)[-1])

    def test_roles(self) -> None:
        """Who only reads sees no paths, and ends nothing."""
        self.subscribe()
        bearer = f"Bearer {TOKEN}"
        answer = call(self.daemon, "GET", "/streams", bearer, apiIds=self.api_id)
        (shown,) = answer.json()["data"]
        self.assertNotIn("path", shown)
        self.assertNotIn(self.path, answer.body.decode())
        for path in (f"/streams/{shown['id']}", "/streams"):
            answer = call(self.daemon, "DELETE", path, bearer)
            self.assertEqual(answer.status, 403)
        self.assertEqual(call(self.daemon, "GET", "/streams", "").status, 401)
        self.assertEqual(len(self.mine()), 1)


class EndTests(StreamsCase):
    """Streams that an operator ends."""

    def test_one(self) -> None:
        """A client of a channel is told goodbye; who ended it is in the log."""
        client, other = self.subscribe(), self.subscribe()
        first = self.mine()[0]["id"]
        path = f"/streams/{first}"
        refused = call(self.daemon, "DELETE", path, reason="two\nlines")
        self.assertEqual(refused.status, 400)
        self.assertEqual(refused.json()["details"][0]["location"], "reason")
        answer = call(self.daemon, "DELETE", path, reason="it misbehaves")
        self.assertEqual((answer.status, answer.json()), (200, {"ended": 1}))
        self.assertIn(b"event: goaway\ndata: \n\n", client.until(b"0\r\n\r\n"))
        line = self.daemon.access_line(kind="close", requestId=first)
        self.assertEqual(
            (line["outcome"], line["errorKey"]), ("stopped", "ENDED_BY_OPERATOR")
        )
        told = f"stream {first} is ended by admin, because: it misbehaves"
        self.assertIn(told, self.daemon.log())
        audits = self.daemon.must("GET", "/audits?events=STREAMS_ENDED")["data"]
        self.assertIn(f"ids={first}", str(audits[0]))
        self.assertIn("it misbehaves", str(audits[0]))
        self.assertEqual(audits[0]["user"]["id"], "admin")
        self.publish("still there")
        other.until(b"still there")
        again = call(self.daemon, "DELETE", f"/streams/{first}")
        self.assertEqual(again.status, 404)

    def test_dry_run(self) -> None:
        """The answer has the streams that would end, and all of them go on."""
        clients = [self.subscribe() for _ in range(2)]
        first = self.mine()[0]["id"]
        query = {"dryRun": "true", "reason": "a trial"}
        one = call(self.daemon, "DELETE", f"/streams/{first}", **query).json()
        all = call(
            self.daemon, "DELETE", "/streams", apiIds=self.api_id, **query
        ).json()
        self.assertEqual((one["ended"], all["ended"]), (1, 2))
        for answer in (one, all):
            (change,) = answer["changes"]
            self.assertEqual(change["event"], "STREAMS_ENDED")
            self.assertIn("a trial", [each["after"] for each in change["fields"]])
        self.publish("still there")
        for client in clients:
            client.until(b"still there")
        self.assertNotIn("a trial", self.daemon.log())
        self.assertNotIn("a trial", str(self.daemon.must("GET", "/audits")))

    def test_a_filter_is_required(self) -> None:
        """Without one, nothing ends."""
        client = self.subscribe()
        answer = call(self.daemon, "DELETE", "/streams")
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json()["technicalCode"], "streams.filterRequired")
        self.publish("still there")
        client.until(b"still there")

    def test_those_that_pass_a_filter(self) -> None:
        """Streams of other APIs go on."""
        other_api = self.daemon.publish(topics_api(f"{self.path}-other", {}))
        clients = [self.subscribe() for _ in range(5)]
        other = self.subscribe(f"{self.path}-other/t")
        answer = call(
            self.daemon,
            "DELETE",
            "/streams",
            apiIds=self.api_id,
            addresses="127.0.0.0/8",
        )
        self.assertEqual(answer.json(), {"ended": 5})
        for client in clients:
            client.until(b"event: goaway")
        self.assertEqual(len(listed(self.daemon, apiIds=other_api)), 1)
        other.close()

    def test_spread(self) -> None:
        """They end one after the other within the time."""
        clients = [self.subscribe() for _ in range(5)]
        answer = call(
            self.daemon, "DELETE", "/streams", apiIds=self.api_id, overSeconds="1"
        )
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.json(), {"ending": 5, "overSeconds": 1.0})
        self.assertTrue(self.mine(), "they do not end together")
        for client in clients:
            client.until(b"event: goaway")
        until(lambda: not self.mine(), "all have ended")

    def test_a_stream_of_a_proxy_api_is_cut(self) -> None:
        """Its client does not take it for complete."""

        def stream(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()

        with scripted(stream) as (port, errors):
            target = f"http://127.0.0.1:{port}/"
            api_id = self.daemon.publish(proxy_api(target, f"{self.path}-proxy"))
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.get(f"{self.path}-proxy")
            client.until(b"data: 1")
            (shown,) = listed(self.daemon, apiIds=api_id)
            self.assertEqual((shown["events"], shown["position"]), (1, None))
            answer = call(self.daemon, "DELETE", "/streams", apiIds=api_id)
            self.assertEqual(answer.json(), {"ended": 1})
            self.assertTrue(client.is_cut())
            self.assertTrue(errors.empty())

    def test_by_subscription(self) -> None:
        """The streams of one key end; those of another application go on."""
        api = KeyedApi(self.daemon, topics_api(f"{self.path}-keyed", {}))
        api.start()
        one, two = api.subscribe(), api.subscribe_another()
        clients = {}
        for each in (one, two):
            client = clients[each.id] = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            key = f"X-Gravitee-Api-Key: {each.key}"

            def opens(client: RawClient = client, key: str = key) -> bytes:
                client.get(f"{self.path}-keyed/t", "Accept: text/event-stream", key)
                return client.until(b"\r\n\r\n")

            until(lambda: b" 200 " in opens(), "the key is known")
        (shown,) = listed(self.daemon, subscriptionIds=one.id)
        self.assertEqual(shown["planId"], api.plan_id)
        answer = call(self.daemon, "DELETE", "/streams", subscriptionIds=one.id)
        self.assertEqual(answer.json(), {"ended": 1})
        clients[one.id].until(b"event: goaway")
        self.assertEqual(len(listed(self.daemon, subscriptionIds=two.id)), 1)


class FollowTests(StreamsCase):
    """The event stream of changes."""

    def test_changes(self) -> None:
        """A stream is told of from its start to its end."""
        before = self.subscribe()
        following = Following(self.daemon, apiIds=self.api_id, intervalMs=250)
        self.addCleanup(following.close)
        self.assertEqual(following.response.status, 200)
        self.assertEqual(
            following.response.getheader("Content-Type"), "text/event-stream"
        )
        _, snapshot = following.next("snapshot")
        self.assertTrue(snapshot["complete"])
        (first,) = snapshot["data"]
        client = self.subscribe()
        _, opened = following.next("opened")
        self.assertNotEqual(opened["id"], first["id"])
        self.assertEqual(opened["apiId"], self.api_id)
        self.publish("one")
        client.until(b"one")
        changed = {following.next("changed")[1]["id"] for _ in range(2)}
        self.assertEqual(changed, {first["id"], opened["id"]})
        call(self.daemon, "DELETE", f"/streams/{opened['id']}")

        def closed() -> dict[str, Any]:
            _, told = following.next("closed")
            return told if told["id"] == opened["id"] else {}

        told = until(closed, "the end")
        # The goodbye is an event, too.
        self.assertEqual((told["outcome"], told["events"]), ("stopped", 2))
        self.assertEqual(told["errorKey"], "ENDED_BY_OPERATOR")
        before.close()
        _, told = following.next("closed")
        self.assertEqual((told["id"], told["outcome"]), (first["id"], "client_gone"))

    def test_a_quiet_watcher_is_kept_alive(self) -> None:
        """A heartbeat comes after five seconds without an event."""
        following = Following(self.daemon, apiIds="none")
        self.addCleanup(following.close)
        following.next("snapshot")
        self.assertEqual(following.response.read1(64), b":\n")

    def test_paging_is_refused(self) -> None:
        """All streams are told of."""
        following = Following(self.daemon, page=1)
        self.addCleanup(following.close)
        self.assertEqual(following.response.status, 400)
