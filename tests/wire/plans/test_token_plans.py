"""Plans that go by tokens, at a real daemon and with a real identity provider."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from joserfc.jwk import Key

from tests.pki import Authority
from tests.plans.issuer import encode, make_key
from tests.plans.tokens.test_token import forged
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.crowd import CLIENTS, Ask, opened
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    chunk,
    scripted,
    server_context,
)
from tests.wire.messages.test_topics import topics_api
from tests.wire.plans.identity_provider import IdentityProvider, running

AUTHORITY = Authority()
CONTEXT = server_context(AUTHORITY.server("localhost"))


def _settings(directory: Path) -> str:
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [outbound]
        allow = ["localhost"]
        ca = "{written.ca}"
    """


SHARED = SharedDaemon(_settings)


def rsa(number: int = 0) -> tuple[str, Key]:
    """Return a key for RS256."""
    return "RSA_RS256", make_key("RSA_RS256", number)


class TokenCase(WireCase):
    """An API with a plan, a source that records its requests, and a provider."""

    def setUp(self) -> None:
        """Run the provider and the source."""
        self.daemon: Daemon = SHARED.get()
        _, kind, name = self.id().rsplit(".", 2)
        self.path = f"/{kind}-{name}"
        self.client_id = self.path[1:]
        self.provider = IdentityProvider(
            {"a": rsa(), "e": ("EDDSA", make_key("EDDSA"))}
        )
        self.heads: list[str] = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(running(self.provider, CONTEXT))
        self.source, _ = stack.enter_context(scripted(self.serve))

    def serve(self, connection: Connection) -> None:
        """Begin an event stream, and hold it."""
        while True:
            self.heads.append(connection.head().decode())
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))

    def publish(
        self, security: str, configuration: dict[str, Any], **members: Any
    ) -> None:
        """Publish an API with a plan that an application has subscribed to."""
        must = self.daemon.must
        definition = proxy_api(f"http://127.0.0.1:{self.source}/s", self.path)
        api_id = must("POST", "/apis", {**definition, **members})["id"]
        self.at = f"/apis/{api_id}"
        body = {
            "name": security,
            "security": {"type": security, "configuration": configuration},
        }
        plan_id = must("POST", f"{self.at}/plans", body)["id"]
        must("POST", f"{self.at}/plans/{plan_id}/_publish")
        settings = {"app": {"type": "WEB", "clientId": self.client_id}}
        application = must(
            "POST", "/applications", {"name": "reader", "settings": settings}
        )
        wanted = {"applicationId": application["id"], "planId": plan_id}
        self.subscription = must("POST", f"{self.at}/subscriptions", wanted)["id"]
        must("POST", f"{self.at}/_start")
        served = f"API {api_id}: serving"
        until(lambda: served in self.daemon.log(), "the API is served")

    def assert_described(self, below: str, expected: dict[str, Any]) -> None:
        """
        Follow the URL of a challenge to the metadata of the API.

        :param below: what is called below the context-path.
        :param expected: ``authorization_servers`` of the metadata, and ``scope``.
        """
        head = self.daemon.get(self.path + below).headers["www-authenticate"]
        origin = f"http://127.0.0.1:{self.daemon.port}"
        known = f"/.well-known/oauth-protected-resource{self.path}{below}"
        self.assertIn(f'resource_metadata="{origin}{known}"', head)
        self.assertIn(f'scope="{expected["scope"]}"', head)
        answer = self.daemon.get(known)
        self.assertEqual(answer.status, 200)
        self.assertEqual(
            json.loads(answer.body),
            {
                "resource": f"{origin}{self.path}{below}",
                "authorization_servers": expected["authorization_servers"],
                "bearer_methods_supported": ["header", "query"],
                "scopes_supported": expected["scope"].split(),
            },
        )

    def call(self, *headers: str, query: str = "") -> tuple[int, str]:
        """Call the API; give the status and the head."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path + query, *headers)
        head = client.until(b"\r\n\r\n").decode()
        status = int(head.split(" ", 2)[1])
        if status == 200:
            client.until(b"data: 1\n\n")
        return status, head

    def status(self, token: str) -> int:
        """Call with a token in the header."""
        return self.call(f"Authorization: Bearer {token}")[0]

    def token(self, **members: Any) -> str:
        """Sign a token for the application."""
        return self.provider.token(azp=self.client_id, **members)


class JwtTests(TokenCase):
    def by_url(self, **options: Any) -> dict[str, Any]:
        """Configure a plan that fetches its keys."""
        return {
            "signature": "RSA_RS256",
            "publicKeyResolver": "JWKS_URL",
            "resolverParameter": f"{self.provider.url}/keys",
            **options,
        }

    def test_tokens(self) -> None:
        """A good one opens the stream; without one, or with a bad one, it is a 401."""
        self.publish("JWT", self.by_url(expectedIssuers=[self.provider.url]))
        status, head = self.call()
        self.assertEqual(status, 401)
        self.assertIn("WWW-Authenticate: Bearer", head)
        self.assertEqual(self.status(self.token()), 200)
        self.assertEqual(self.status(self.provider.token(azp="another")), 401)
        self.assertEqual(self.status(self.token(lifetime_s=-61)), 401)
        self.assertEqual(self.status(self.token(iss="https://attacker.example")), 401)
        self.assertEqual(self.status(self.token(kid="e")), 401)
        # Strangers, and tokens that could not pass, have had nothing fetched.
        self.assertEqual(self.provider.calls, ["GET /keys"])

    def test_metadata(self) -> None:
        """A client without a token finds the authorization server, and uses it."""
        metadata = {"authorizationServers": [self.provider.url]}
        self.publish(
            "JWT",
            self.by_url(protectedResourceMetadata=metadata, requiredScopes=["read"]),
        )
        self.assert_described(
            "", {"authorization_servers": [self.provider.url], "scope": "read"}
        )
        # A token that is refused is answered with the same URL, and the error.
        _, head = self.call(f"Authorization: Bearer {self.token(lifetime_s=-61)}")
        self.assertIn('error="invalid_token", resource_metadata="http://', head)
        status, head = self.call(
            f"Authorization: Bearer {self.token()}", query="?access_token=other"
        )
        self.assertEqual(status, 400)
        self.assertIn('error="invalid_request"', head)
        self.assertEqual(self.heads, [])

    def test_forged(self) -> None:
        """Dozens of forgeries, as bytes on the wire."""
        self.publish("JWT", self.by_url(clientIdClaim="azp"))
        count = 0
        for name, text in forged():
            if not text.strip().isascii() or "\n" in text or len(text) > 12_000:
                continue
            self.assertIn(self.status(text), (401, 431), name)
            count += 1
        self.assertGreater(count, 60)
        self.assertEqual(self.heads, [], "nothing reached the source")

    def test_event_source(self) -> None:
        """A browser's EventSource sends the token in the query, where it ends: neither
        the source nor a log ever sees it."""
        self.publish("JWT", self.by_url())
        token = self.token()
        status, _ = self.call(
            "Accept: text/event-stream", query=f"?a=1&access_token={token}&b=2"
        )
        self.assertEqual(status, 200)
        self.assertTrue(self.heads[0].startswith("GET /s?a=1&b=2 HTTP/1.1"))
        line = self.daemon.access_line(path=self.path, kind="open")
        self.assertNotIn(token, json.dumps(line))
        for text in (self.daemon.log(), json.dumps(self.daemon.access_lines())):
            self.assertNotIn(token, text)

    def test_propagated(self) -> None:
        """The header is forwarded unless the plan forbids it."""
        self.publish("JWT", self.by_url(propagateAuthHeader=False))
        self.assertEqual(self.status(self.token()), 200)
        self.assertNotIn("bearer", self.heads[0].lower())

    def test_running_streams_end(self) -> None:
        """A stream ends with its token, and the log names why."""
        self.publish("JWT", self.by_url(clockSkew=0))
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path, f"Authorization: Bearer {self.token(lifetime_s=1.5)}")
        client.until(b"data: 1\n\n")
        self.assertTrue(client.is_cut())
        line = self.daemon.access_line(path=self.path, kind="close", status=200)
        self.assertEqual(line["outcome"], "expired")

    def test_rotation(self) -> None:
        """A new key is found when a token names it, and tokens of the old one are
        refused once it is no longer published. Made-up key ids cost nothing more."""
        self.publish("JWT", self.by_url())
        old = self.token()
        self.assertEqual(self.status(old), 200)
        self.provider.keys = {"b": rsa(1)}

        def rotated() -> bool:
            # Soon after a fetch there is no other one.
            return self.status(self.token()) == 200

        until(rotated, "the new key is known")
        self.assertEqual(self.status(old), 401)
        before = len(self.provider.calls)
        self.provider.keys["x"] = rsa(2)
        for _ in range(20):
            self.assertEqual(self.status(self.token(kid="x")), 401)
        self.assertLessEqual(len(self.provider.calls) - before, 1)

    def test_a_key_replaced_under_its_name(self) -> None:
        """A signature that fails under a cached key has the set fetched again: tokens
        of the new key are let in, those of the withdrawn one refused."""
        self.publish("JWT", self.by_url())
        old = self.token()
        self.assertEqual(self.status(old), 200)
        self.provider.keys = {"a": rsa(1)}

        def replaced() -> bool:
            # Soon after a fetch there is no other one.
            return self.status(self.token()) == 200

        until(replaced, "the new key is known")
        self.assertEqual(self.status(old), 401)
        before = len(self.provider.calls)
        for _ in range(20):
            self.assertEqual(self.status(old), 401)
        self.assertEqual(len(self.provider.calls), before)

    def test_fifty_at_once(self) -> None:
        """Fifty clients who need the keys have them fetched once."""
        self.publish("JWT", self.by_url())
        self.provider.answering.clear()
        self.addCleanup(self.provider.answering.set)
        clients = []
        for number in range(CLIENTS):
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            token = self.token(sub=f"user {number}")
            client.get(self.path, f"Authorization: Bearer {token}")
            clients.append(client)
        until(lambda: self.provider.calls, "the keys are asked for")
        self.provider.answering.set()
        for client in clients:
            self.assertIn(b" 200 ", client.until(b"\r\n"))
        self.assertEqual(self.provider.calls, ["GET /keys"])

    def test_made_up_key_ids(self) -> None:
        """Invented key ids do not cause repeated requests to the provider."""
        self.publish("JWT", self.by_url())
        self.assertEqual(self.status(self.token()), 200)
        begun = time.monotonic()
        good = {"Authorization": f"Bearer {self.token()}"}
        self.provider.keys["x"] = rsa(2)
        _, claims, signature = self.token(kid="x").split(".")

        def ask(number: int) -> Ask:
            if not number % 10:
                return Ask(self.path + "?good", good)
            made_up = encode(json.dumps({"alg": "RS256", "kid": f"{number}"}).encode())
            token = f"{made_up}.{claims}.{signature}"
            return Ask(self.path, {"Authorization": f"Bearer {token}"})

        for _ in range(4):
            let_in, refused = opened(self.daemon.port, ask)
            for one in let_in:
                self.addCleanup(one.client.close)
            self.assertEqual({one.number % 10 for one in let_in}, {0})
            self.assertEqual({one.status for one in refused}, {401})
        bound = 2 + int((time.monotonic() - begun) / 10)
        self.assertLessEqual(len(self.provider.calls), bound)

    def test_an_outage_with_keys(self) -> None:
        """While the provider is down, those whose keys are known come and go."""
        self.publish("JWT", self.by_url())
        self.assertEqual(self.status(self.token()), 200)
        self.provider.status = 500
        self.provider.keys["x"] = rsa(2)
        for _ in range(3):
            self.assertEqual(self.status(self.token(kid="x")), 401)
            self.assertEqual(self.status(self.token()), 200)

    def test_outage(self) -> None:
        """Without keys the response is a 503, until the provider answers."""
        self.provider.status = 500
        self.publish("JWT", self.by_url())
        status, head = self.call(f"Authorization: Bearer {self.token()}")
        self.assertEqual(status, 503)
        self.assertIn("Retry-After: 10", head)

    def test_guarded(self) -> None:
        """An address that the operator has not listed is not called."""
        self.publish(
            "JWT",
            self.by_url(resolverParameter=f"https://127.0.0.1:{self.provider.port}/k"),
        )
        self.assertEqual(self.status(self.token()), 503)
        self.assertEqual(self.provider.calls, [])
        self.assertIn("outbound.allow", self.daemon.log())

    def test_another_authority(self) -> None:
        """A provider with an untrusted certificate is not asked."""
        stranger = IdentityProvider({"a": rsa()})
        context = server_context(Authority().server("localhost"))
        with running(stranger, context):
            url = f"{stranger.url}/keys"
            self.publish("JWT", self.by_url(resolverParameter=url))
            self.assertEqual(self.status(stranger.token(azp=self.client_id)), 503)
        self.assertEqual(stranger.calls, [])

    def test_users(self) -> None:
        """A stream is renewed by a token of its own user, and by no other's."""
        self.publish("JWT", self.by_url(), **self.channel())
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        sent = f"Authorization: Bearer {self.token(sub='alice')}"
        client.get(self.path, "Accept: text/event-stream", sent)
        head = client.until(b"\r\n\r\n").decode().lower()
        stream = head.partition("x-gravitee-request-id: ")[2].partition("\r\n")[0]
        for user, status in (("bob", 403), ("alice", 204)):
            bearer = {"Authorization": f"Bearer {self.token(sub=user)}"}
            at = f"{self.path}?relay.renew={stream}"
            self.assertEqual(self.daemon.get(at, bearer, "POST").status, status, user)

    def channel(self) -> dict[str, Any]:
        """Return the members that turn the definition into a MESSAGE API."""
        members = ("type", "listeners", "endpointGroups")
        api = topics_api(self.path, {"lingerMs": 0})
        return {name: api[name] for name in members}

    def test_subscription(self) -> None:
        """A token is refused when its subscription has ended."""
        self.publish("JWT", self.by_url())
        self.assertEqual(self.status(self.token()), 200)
        self.daemon.must("POST", f"{self.at}/subscriptions/{self.subscription}/_close")
        until(lambda: self.status(self.token()) == 401, "the subscription is over")


class Oauth2Tests(TokenCase):
    def resources(self, **members: Any) -> list[dict[str, Any]]:
        """Make the provider the authorization server of the API."""
        configuration = {
            "authorizationServerUrl": self.provider.url,
            "introspectionEndpoint": "/introspect",
            "introspectionEndpointMethod": "POST",
            "tokenIsSuppliedByQueryParam": False,
            "tokenIsSuppliedByFormUrlEncoded": True,
            "clientId": "relay",
            "clientSecret": "hunter2",
            **members,
        }
        return [{"name": "idp", "type": "oauth2", "configuration": configuration}]

    def test_tokens(self) -> None:
        """An active one opens the stream, and is asked for once."""
        self.publish("OAUTH2", {"oauthResource": "idp"}, resources=self.resources())
        self.provider.active["opaque+/="] = {
            "active": True,
            "client_id": self.client_id,
        }
        self.assertEqual(self.status("unknown"), 401)
        for _ in range(3):
            self.assertEqual(self.status("opaque+/="), 200)
        status, _ = self.call(query="?access_token=opaque%2B%2F%3D")
        self.assertEqual(status, 200)
        self.assertEqual(self.provider.calls, ["POST /introspect"] * 2)

    def test_metadata(self) -> None:
        """The resource names the server, or the plan does."""
        resources = self.resources(
            authorizationServerMetadataEndpoint="/realm/.well-known/openid-configuration"
        )
        options = {"oauthResource": "idp", "requiredScopes": ["read", "write"]}
        self.publish("OAUTH2", options, resources=resources)
        issuer = f"{self.provider.url}/realm"
        expected = {"authorization_servers": [issuer], "scope": "read write"}
        self.assert_described("/below/it", expected)

    def test_fifty_at_once(self) -> None:
        """A token is asked for once, however many bring it at once, and each of
        fifty others once, too."""
        self.publish("OAUTH2", {"oauthResource": "idp"}, resources=self.resources())
        said = {"active": True, "client_id": self.client_id}
        self.provider.active = {f"t{n}": said for n in range(CLIENTS)}
        for tokens, calls in ((1, 1), (CLIENTS, CLIENTS)):

            def ask(number: int, tokens: int = tokens) -> Ask:
                bearer = f"Bearer t{number % tokens}"
                return Ask(self.path, {"Authorization": bearer})

            let_in, refused = opened(self.daemon.port, ask)
            for one in let_in:
                self.addCleanup(one.client.close)
            self.assertEqual([one.head for one in refused], [])
            self.assertEqual(len(self.provider.calls), calls)

    def test_no_longer_active(self) -> None:
        """An answer of the server is used for ``cacheTtl``."""
        resources = self.resources(cacheTtl=300)
        self.publish("OAUTH2", {"oauthResource": "idp"}, resources=resources)
        self.provider.active["t"] = {"active": True, "client_id": self.client_id}
        self.assertEqual(self.status("t"), 200)
        del self.provider.active["t"]
        until(lambda: self.status("t") == 401, "it is not active", 1.0)

    def test_outage(self) -> None:
        """A server that does not answer makes a 503, a wrong secret, too."""
        self.publish(
            "OAUTH2",
            {"oauthResource": "idp"},
            resources=self.resources(clientSecret="wrong"),
        )
        status, head = self.call("Authorization: Bearer t")
        self.assertEqual(status, 503)
        self.assertIn("Retry-After", head)
        self.assertNotIn("hunter2", self.daemon.log())

    def test_resources(self) -> None:
        """An API that lacks the resource of a plan is not deployed."""
        definition = proxy_api("http://127.0.0.1:1/", self.path)
        at = f"/apis/{self.daemon.must('POST', '/apis', definition)['id']}"
        security = {"type": "OAUTH2", "configuration": {"oauthResource": "idp"}}
        plan = self.daemon.must(
            "POST", f"{at}/plans", {"name": "p", "security": security}
        )
        self.daemon.must("POST", f"{at}/plans/{plan['id']}/_publish")
        answer = self.daemon.manage("POST", f"{at}/_start")
        self.assertEqual(answer.status, 400)
        self.assertIn("[idp]", answer.json()["message"])
