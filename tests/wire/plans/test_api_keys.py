"""API keys, from the REST call to the source and the log."""

from __future__ import annotations

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, answering, scripted
from tests.wire.messages.test_topics import topics_api
from tests.wire.plans.keyed import KeyedApi

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

SHARED = SharedDaemon(lambda _: "[log]\naccess_query = true\n")


class ApiKeyTests(WireCase):
    """A daemon that writes queries into its access log."""

    def setUp(self) -> None:
        """Take it."""
        self.daemon = SHARED.get()

    def test_a_key_opens_an_api(self) -> None:
        """
        A key admits from its creation to its revocation; source, log and store do not
        contain it.
        """
        heads: list[bytes] = []

        def answer(connection: Connection) -> None:
            heads.append(connection.head())
            connection.send(OK)

        with scripted(answer) as (port, _):
            api = KeyedApi(
                self.daemon, proxy_api(f"http://127.0.0.1:{port}/base", "/keyed")
            )
            api.plan("KEY_LESS")
            api.start()
            subscription = api.subscribe()
            key = subscription.key
            until(
                lambda: self.daemon.get(f"/keyed?a=1&api-key={key}").status == 200,
                "the key opens",
                1.0,
            )
            headers = {"X-Gravitee-Api-Key": key, "Accept": "application/json"}
            self.assertEqual(self.daemon.get("/keyed/b", headers).body, b"ok")
            self.assertEqual(self.daemon.get("/keyed").body, b"ok", "keyless")

            refused = self.daemon.get("/keyed?api-key=wrong&b=2", {"Accept": "*/*"})
            self.assertEqual(refused.status, 401)
            self.assertEqual(
                refused.headers["www-authenticate"], 'ApiKey realm="Relay"'
            )
            self.assertEqual(
                refused.json(),
                {
                    "message": "Unauthorized",
                    "http_status_code": 401,
                    "key": "GATEWAY_PLAN_UNRESOLVABLE",
                },
            )
            self.daemon.access_line(status=401, query="b=2")
            for path, empty in (
                ("/keyed?api-key=", {}),
                ("/keyed?api-key", {}),
                ("/keyed", {"X-Gravitee-Api-Key": ""}),
                (f"/keyed?api-key={key}", {"X-Gravitee-Api-Key": "other"}),
            ):
                self.assertEqual(self.daemon.get(path, empty).status, 401, path)

            subscription.act("_pause")
            self.daemon_refuses(key)
            subscription.act("_resume")
            until(lambda: self.daemon.get("/keyed/c", headers).status == 200, "resumed")
            subscription.act_on_key("_revoke")
            self.daemon_refuses(key)
            self.assertEqual(
                self.daemon.get("/keyed", headers).json()["key"], "API_KEY_INVALID"
            )
        seen = b"".join(heads)
        self.assertIn(b"GET /base?a=1 HTTP/1.1", seen)
        self.assertNotIn(key.encode(), seen)
        lines = self.daemon.access_lines()
        keyed = [one for one in lines if one["planId"] == api.plan_id]
        self.assertGreaterEqual(len(keyed), 3)
        for one in keyed:
            self.assertEqual(one["applicationId"], api.application_id)
            self.assertEqual(one["subscriptionId"], subscription.id)
        kept = (self.daemon.data_dir / "relay.db").read_bytes() + b"".join(
            path.read_bytes() for path in self.daemon.data_dir.glob("relay.db-*")
        )
        for text in (self.daemon.log(), str(lines), kept.decode("latin-1")):
            self.assertNotIn(key, text)

    def daemon_refuses(self, key: str) -> None:
        """Wait until a key opens nothing any more, a second at the most."""
        until(
            lambda: self.daemon.get(f"/keyed?api-key={key}").status == 401,
            "the key opens nothing",
            1.0,
        )

    def test_after_a_restart(self) -> None:
        """Keys are known before the first client is accepted."""
        self.daemon = self.start_daemon()
        with scripted(answering(OK)) as (port, _):
            api = KeyedApi(
                self.daemon, proxy_api(f"http://127.0.0.1:{port}/", "/keyed")
            )
            api.start()
            key = api.subscribe().key
            self.daemon.stop()
            again = self.start_daemon(self.daemon.data_dir)
            answer = again.get("/keyed", {"X-Gravitee-Api-Key": key})
            self.assertEqual(answer.body, b"ok")
            closed = f"{api.at}/plans/{api.plan_id}/_close"
            again.must("POST", closed)
            until(lambda: again.get(f"/keyed?api-key={key}").status == 401, "closed")
            again.stop()
            third = self.start_daemon(self.daemon.data_dir)
            self.assertEqual(third.get(f"/keyed?api-key={key}").status, 401)

    def test_channels(self) -> None:
        """Clients with different keys share a channel; a preflight needs none."""
        api = KeyedApi(self.daemon, topics_api("/topics", {"lingerMs": 0}))
        api.start()
        first = api.subscribe()
        key = first.key
        until(
            lambda: (
                self.daemon.get(
                    f"/topics/news?api-key={key}", {"Accept": "application/json"}
                ).status
                == 200
            ),
            "the key opens",
        )
        body = self.daemon.must("POST", f"{first.at}/api-keys/_renew", {})
        until(
            lambda: (
                self.daemon.get(
                    f"/topics/news?api-key={body['key']}",
                    {"Accept": "application/json"},
                ).status
                == 200
            ),
            "the new key opens",
        )
        for one in (key, body["key"]):
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.get(f"/topics/news?api-key={one}", "Accept: text/event-stream")
            client.until(b"HTTP/1.1 200 OK")
        channels = self.daemon.must("GET", f"{api.at}/channels")["data"]
        self.assertEqual(len(channels), 1, channels)
        self.assertNotIn(key, str(channels))
        asked = {
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-gravitee-api-key",
        }
        answer = self.daemon.get("/topics/news", asked, "OPTIONS")
        self.assertEqual(answer.status, 204)
        self.assertEqual(self.daemon.get("/topics/news", method="OPTIONS").status, 401)
