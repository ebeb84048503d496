"""Pages of other sites do not act with what a browser sends by itself."""

from __future__ import annotations

import http.client
from base64 import b64encode
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Answer, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.plans.keyed import KeyedApi

SHARED = SharedDaemon()
APP = "https://app.example"
CORS = {"cors": {"allowOrigin": [APP], "allowCredentials": True}}
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def foreign(origin: str = "https://evil.example") -> dict[str, str]:
    """Headers of a page of another site."""
    return {"Origin": origin, "Sec-Fetch-Site": "cross-site"}


def password(user: str, word: str) -> dict[str, str]:
    """Headers with Basic credentials."""
    pair = b64encode(f"{user}:{word}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class CrossSiteTests(WireCase):
    """Each test has an API of its own."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def ask(self, method: str, headers: dict[str, str], **more: str) -> Answer:
        """Ask the API, as a form of a page would."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        sent = {"Content-Type": "text/plain", **headers, **more}
        try:
            body = None if method == "GET" else b"x"
            connection.request(method, f"{self.path}/news", body, sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def topics(self, security: str) -> tuple[KeyedApi, Any]:
        """Publish topics behind a plan, with a WebSocket for publishers."""
        definition = topics_api(self.path, {"lingerMs": 0})
        entrypoints = definition["listeners"][0]["entrypoints"]
        entrypoints[1]["configuration"] = CORS
        socket = {"publisher": {"enabled": True}, "cors": {"allowOrigin": [APP, "*"]}}
        entrypoints.append({"type": "websocket", "configuration": socket})
        api = KeyedApi(self.daemon, definition, security)
        api.start()
        return api, api.subscribe()

    def test_a_basic_plan_publishes_nothing_for_a_foreign_page(self) -> None:
        """
        A foreign page cannot publish with the password of the browser, by POST or by
        WebSocket.
        """
        _, one = self.topics("BASIC")
        mine = password(one.id, one.key)
        until(lambda: self.ask("POST", mine).status == 202, "the password opens")
        own = {"Origin": self.daemon.gateway_url, "Sec-Fetch-Site": "same-origin"}
        for given, status in (
            (own, 202),
            (foreign(APP), 202),
            (foreign(), 403),
            (foreign("null"), 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Origin": "https://evil.example"}, 403),
        ):
            answer = self.ask("POST", mine, **given)
            self.assertEqual(answer.status, status, given)
            if status == 403:
                self.assertEqual(answer.body, b"Origin is not allowed")
            upgraded = self.ask("GET", {**mine, **HANDSHAKE}, **given)
            self.assertEqual(upgraded.status, 101 if status == 202 else 403, given)
        # Reading is what CORS is for.
        self.assertEqual(self.poll({**mine, **foreign()}), 200)

    def poll(self, headers: dict[str, str]) -> int:
        """Poll the API."""
        return self.ask("GET", {"Accept": "application/json", **headers}).status

    def test_a_key_is_no_credential_of_a_browser(self) -> None:
        """An API key is sent by the page itself, and is accepted."""
        _, one = self.topics("API_KEY")
        key = {"X-Gravitee-Api-Key": one.key}
        until(lambda: self.ask("POST", key).status == 202, "the key opens")
        self.assertEqual(self.ask("POST", key, **foreign()).status, 202)

    def test_a_proxied_call_is_not_made_for_a_foreign_page(self) -> None:
        """A foreign page cannot call with the password of a plan."""
        asked: list[bytes] = []

        def serve(connection: Connection) -> None:
            asked.append(connection.head())
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        with scripted(serve) as (port, _):
            definition = proxy_api(f"http://127.0.0.1:{port}/", self.path)
            users = [{"username": "ann", "password": "s3cret"}]
            step = {
                "policy": "policy-basic-authentication",
                "configuration": {"users": users},
            }
            definition["flows"] = [{"name": "users", "request": [step]}]
            api = KeyedApi(self.daemon, definition, "KEY_LESS")
            api.start()
            ann = password("ann", "s3cret")
            self.assertEqual(self.ask("POST", ann).status, 200)
            before = len(asked)
            for method in ("POST", "PUT", "DELETE"):
                self.assertEqual(self.ask(method, ann, **foreign()).status, 403)
            self.assertEqual(len(asked), before)
            self.assertEqual(self.ask("GET", ann, **foreign()).status, 200)
