"""Try it: what a publisher is shown of a call, on real sockets."""

from __future__ import annotations

import http.client
import json
import threading
from pathlib import Path
from typing import Any

from relay.management.tryit.running import MOST_CALLS_OF_USER
from tests.management.harness import basic
from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, PASSWORD, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.following import call, listed
from tests.wire.operate.technical import ADMIN
from tests.wire.plans.keyed import KeyedApi
from tests.wire.tryit.trying import Trying, refused

AUTHORITY = Authority()
STREAM = [{"name": "Accept", "value": "text/event-stream"}]
ADMINISTRATOR = ("admin", PASSWORD)
VIEWER = ("vera", "a long enough password")
ANOTHER = ("anna", "a long enough password")
PUBLISHER = ("paul", "a long enough password")


def _listeners(directory: Path) -> str:
    """Write listeners of all kinds."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        trusted_proxies = ["127.0.0.1"]
        client_certificate_header = "X-Client-Cert"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ certificate = "{written.certificate}", key = "{written.key}" }}
        [[gateway.listeners]]
        id = "proxied"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "socket"
        endpoint = "unix:{directory}/gateway.sock"
    """


SHARED = SharedDaemon(_listeners)


class TryItCase(WireCase):
    """Each test has an API of topics of its own."""

    def setUp(self) -> None:
        """Publish the API."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.definition = topics_api(self.path, {"lingerMs": 0})

    def trying(
        self,
        api_id: str,
        path: str = "",
        user: tuple[str, str] = ADMINISTRATOR,
        **members: Any,
    ) -> Trying:
        """Make a call to a topic unless another path is named."""
        body = {"path": path or f"{self.path}/t", "headers": STREAM, **members}
        made = Trying(self.daemon, api_id, body, user)
        self.addCleanup(made.close)
        return made

    def publish(self, api_id: str, text: str) -> None:
        """Publish an event to the topic, by a call of its own."""
        plain = [{"name": "Content-Type", "value": "text/plain"}]
        posted = self.trying(api_id, method="POST", headers=plain, body=text)
        self.assertEqual(posted.next("head")["status"], 202)
        self.assertEqual(posted.next("end")["how"], "complete")

    def add_user(self, user: tuple[str, str], role: str) -> None:
        """Add a user with a role."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.management_port, timeout=BOUND_S
        )
        self.addCleanup(connection.close)
        connection.request(
            "POST",
            "/management/v2/users",
            json.dumps({"name": user[0], "password": user[1], "role": role}),
            {"Authorization": ADMIN, "Content-Type": "application/json"},
        )
        self.assertEqual(connection.getresponse().status, 201)


class ReportTests(TryItCase):
    """What is reported."""

    def test_a_stream(self) -> None:
        """The call, the head, and each event as it comes."""
        api_id = self.daemon.publish(self.definition)
        trying = self.trying(api_id)
        self.assertEqual(trying.response.headers["Content-Type"], "text/event-stream")
        request = trying.next("request")
        self.assertEqual(request["url"], f"{self.daemon.gateway_url}{self.path}/t")
        self.assertEqual(
            request["curl"], f"curl -N -H 'Accept: text/event-stream' {request['url']}"
        )
        head = trying.next("head")
        self.assertEqual(head["status"], 200)
        shown = {one["name"].lower(): one["value"] for one in head["headers"]}
        self.assertEqual(shown["content-type"].partition(";")[0], "text/event-stream")
        self.assertEqual(shown["x-gravitee-request-id"], head["requestId"])
        self.assertGreaterEqual(head["atMs"], head["connectedMs"])
        self.publish(api_id, "héllo")
        self.assertIn("data: héllo\n".encode(), trying.received("héllo".encode()))

    def test_an_answer_that_is_no_stream(self) -> None:
        """A refusal is shown as a client sees it, and the report ends."""
        keyed = KeyedApi(self.daemon, self.definition)
        keyed.start()
        trying = self.trying(keyed.api_id)
        head = trying.next("head")
        self.assertEqual(head["status"], 401)
        self.assertIn("www-authenticate", {h["name"].lower() for h in head["headers"]})
        end = trying.next("end")
        self.assertEqual(end["how"], "complete")
        self.assertGreater(end["bytes"], 0)
        self.assertEqual(trying.response.read(), b"")

    def test_credentials(self) -> None:
        """A key opens the stream, and is found in no log."""
        keyed = KeyedApi(self.daemon, self.definition)
        keyed.start()
        key = keyed.subscribe().key
        trying = self.trying(keyed.api_id, credentials={"type": "API_KEY", "key": key})
        request = trying.next("request")
        self.assertNotIn(key, str(request))
        self.assertIn("'X-Gravitee-Api-Key: '\"$API_KEY\"", request["curl"])
        self.assertEqual(trying.next("head")["status"], 200)
        trying.close()
        line = self.daemon.access_line(kind="close", apiId=keyed.api_id)
        self.assertNotIn(key, str(line))
        self.assertNotIn(key, self.daemon.log())
        audit = self.daemon.must("GET", f"/apis/{keyed.api_id}/audits")
        self.assertNotIn(key, str(audit))

    def test_passwords(self) -> None:
        """Basic credentials, with letters outside ASCII, reach the gateway."""
        keyed = KeyedApi(self.daemon, self.definition, "BASIC")
        keyed.start()
        wrong = {"type": "BASIC", "username": "jürgen", "password": "ü"}
        trying = self.trying(keyed.api_id, credentials=wrong)
        self.assertEqual(trying.next("head")["status"], 401)

    def test_cors(self) -> None:
        """A call with an Origin is sent the headers that a page of it is sent."""
        (listener,) = self.definition["listeners"]
        listener["cors"] = {"enabled": True, "allowOrigin": ["https://shop.example"]}
        api_id = self.daemon.publish(self.definition)
        origin = {"name": "Origin", "value": "https://shop.example"}
        trying = self.trying(api_id, headers=[*STREAM, origin])
        shown = {h["name"].lower(): h["value"] for h in trying.next("head")["headers"]}
        self.assertEqual(shown["access-control-allow-origin"], "https://shop.example")

    def test_resumption(self) -> None:
        """The stream goes on behind the event that is named."""
        api_id = self.daemon.publish(self.definition)
        trying = self.trying(api_id)
        trying.next("head")
        for text in ("one", "two"):
            self.publish(api_id, text)
        sent = trying.received(b"two").decode()
        ids = [line[4:] for line in sent.splitlines() if line.startswith("id: ")]
        again = self.trying(api_id, resumeFrom=ids[0])
        self.assertNotIn(b"one", again.received(b"two"))

    def test_listeners(self) -> None:
        """Each kind of listener can be called: TLS, PROXY protocol, Unix socket."""
        api_id = self.daemon.publish(self.definition)
        shown = self.daemon.must("GET", f"/apis/{api_id}/_try")
        names = [one["listener"] for one in shown["data"]]
        self.assertEqual(names, ["plain", "tls", "proxied", "socket"])
        for name in names:
            trying = self.trying(api_id, listener=name)
            self.assertEqual(trying.next("request")["listener"], name)
            self.assertEqual(trying.next("head")["status"], 200, name)

    def test_virtual_host(self) -> None:
        """A path of a virtual host is called under that host."""
        (listener,) = self.definition["listeners"]
        listener["paths"] = [{"host": "events.example", "path": self.path}]
        api_id = self.daemon.publish(self.definition)
        trying = self.trying(api_id, listener="tls")
        port = self.daemon.ports["tls"]
        self.assertEqual(trying.next("request")["host"], f"events.example:{port}")
        self.assertEqual(trying.next("head")["status"], 200)


class EndTests(TryItCase):
    """How a call ends."""

    def test_ended_by_its_request_id(self) -> None:
        """An operator ends the stream of a source, which is then reported as cut."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: one\n\n"))
            connection.closed_at()

        with scripted(script) as (port, _):
            api = proxy_api(f"http://127.0.0.1:{port}", self.path)
            trying = self.trying(self.daemon.publish(api))
            stream_id = trying.next("head")["requestId"]
            trying.received(b"data: one\n\n")
            ended = call(self.daemon, "DELETE", f"/streams/{stream_id}")
            self.assertEqual(ended.status, 200)
            self.assertEqual(trying.next("end")["how"], "cut")
            self.assertEqual(trying.response.read(), b"")

    def test_ended_by_its_user(self) -> None:
        """A publisher ends a call of its own, and no other user's."""
        api_id = self.daemon.publish(self.definition)
        self.add_user(ANOTHER, "PUBLISHER")
        trying = self.trying(api_id, user=ANOTHER)
        at = f"/apis/{api_id}/_try/{trying.next('head')['requestId']}"
        self.assertEqual(self.daemon.manage("DELETE", at).status, 404)
        answer = self.daemon.manage("DELETE", at, headers=basic(*ANOTHER))
        self.assertEqual(answer.status, 204)
        self.assertIn(trying.next("end")["how"], ("complete", "cut"))
        answer = self.daemon.manage("DELETE", at, headers=basic(*ANOTHER))
        self.assertEqual(answer.status, 404)

    def test_a_source_that_cuts(self) -> None:
        """What came before is shown."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: one\n\n"))

        with scripted(script) as (port, _):
            api = proxy_api(f"http://127.0.0.1:{port}", self.path)
            trying = self.trying(self.daemon.publish(api))
            trying.received(b"data: one\n\n")
            self.assertEqual(trying.next("end")["how"], "cut")

    def test_limits(self) -> None:
        """Bytes and seconds are bounded, and the source is free then."""
        left = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"x" * 1000))
            connection.closed_at()
            left.set()

        with scripted(script) as (port, _):
            api_id = self.daemon.publish(
                proxy_api(f"http://127.0.0.1:{port}", self.path)
            )
            for name, limit, size in (
                ("maxBytes", 10, 10),
                ("maxSeconds", 1, 1000),
            ):
                left.clear()
                members: dict[str, Any] = {name: limit}
                end = self.trying(api_id, **members).next("end")
                self.assertEqual((end["how"], end["bytes"]), ("limit", size))
                self.assertIn(name, end["message"])
                self.assertTrue(left.wait(BOUND_S))

    def test_the_user_leaves(self) -> None:
        """The call ends, before the head as well as behind it."""
        entered, left = threading.Semaphore(0), threading.Semaphore(0)

        def script(connection: Connection) -> None:
            if b"/silent" not in connection.head():
                connection.send(EVENT_STREAM)
            entered.release()
            connection.closed_at()
            left.release()

        with scripted(script) as (port, _):
            api_id = self.daemon.publish(
                proxy_api(f"http://127.0.0.1:{port}", self.path)
            )
            for path in ("/silent", "/stream"):
                trying = self.trying(api_id, self.path + path)
                trying.next("request" if path == "/silent" else "head")
                self.assertTrue(entered.acquire(timeout=BOUND_S))
                trying.close()
                self.assertTrue(left.acquire(timeout=BOUND_S), path)

    def test_back_pressure(self) -> None:
        """A user who reads nothing stops the source."""
        sent = [0]
        stopped = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            connection.socket.settimeout(3)
            try:
                while sent[0] < 400:
                    connection.send(chunk(b"x" * 100_000))
                    sent[0] += 1
            except TimeoutError:
                stopped.set()

        with scripted(script) as (port, _):
            api_id = self.daemon.publish(
                proxy_api(f"http://127.0.0.1:{port}", self.path)
            )
            trying = self.trying(api_id, maxBytes=64 * 1024 * 1024)
            self.assertTrue(stopped.wait(BOUND_S), f"{sent[0]} chunks were taken")
            trying.close()

    def test_number_of_calls(self) -> None:
        """A user has a number of calls at one time; one that ends makes room."""
        api_id = self.daemon.publish(self.definition)
        running = [self.trying(api_id) for _ in range(MOST_CALLS_OF_USER)]
        for one in running:
            one.next("head")
        error = refused(self.trying(api_id))
        self.assertEqual(
            (error["status"], error["technicalCode"]), (503, "try.tooManyOfUser")
        )
        for one in running:
            one.close()
        until(lambda: not listed(self.daemon, apiIds=api_id), "the streams have ended")
        self.assertEqual(self.trying(api_id).next("head")["status"], 200)


class RefusalTests(TryItCase):
    """What cannot be called, and by whom."""

    def test_foreign_places(self) -> None:
        """Neither the path of another API, nor another listener or host."""
        mine = self.daemon.publish(self.definition)
        for location, value in (
            ("path", "/elsewhere"),
            ("path", f"{self.path}x/t"),
            ("listener", "management"),
            ("host", "other.example"),
        ):
            members: dict[str, Any] = {location: value}
            error = refused(self.trying(mine, **members))
            self.assertEqual(
                (error["status"], error["technicalCode"]), (400, "try.invalid")
            )
            self.assertEqual(error["details"][0]["location"], location)

    def test_headers_of_proxies(self) -> None:
        """The loopback address is a trusted proxy here: no header may use that."""
        api_id = self.daemon.publish(self.definition)
        for name in (
            "X-Forwarded-For",
            "X-Client-Cert",
            "x_client_cert",
            "Host",
            "x_real_ip",
        ):
            key = {"type": "API_KEY", "header": name, "key": "1"}
            members: dict[str, Any]
            for location, members in (
                ("headers[0].name", {"headers": [{"name": name, "value": "1"}]}),
                ("credentials.header", {"credentials": key, "headers": []}),
            ):
                error = refused(self.trying(api_id, **members))
                self.assertEqual(error["status"], 400, name)
                self.assertEqual(error["details"][0]["location"], location)

    def test_an_api_that_is_not_served(self) -> None:
        """There is nothing to call."""
        api_id = self.daemon.must("POST", "/apis", self.definition)["id"]
        error = refused(self.trying(api_id))
        self.assertEqual(
            (error["status"], error["technicalCode"]), (409, "api.notServed")
        )

    def test_a_viewer(self) -> None:
        """The role of a publisher is needed."""
        api_id = self.daemon.publish(self.definition)
        self.add_user(VIEWER, "VIEWER")
        error = refused(self.trying(api_id, user=VIEWER))
        self.assertEqual((error["status"], error["technicalCode"]), (403, "forbidden"))
        self.add_user(PUBLISHER, "PUBLISHER")
        self.assertEqual(
            self.trying(api_id, user=PUBLISHER).next("head")["status"], 200
        )
