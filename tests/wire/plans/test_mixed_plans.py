"""
The plans of one API beside each other: which credentials each mix admits.

An API of each type is published for each mix. Applications are subscribed to one plan
each; a credential without a subscription belongs to an application of another API.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from joserfc.jwk import OctKey

from tests.pki import Authority, Issued
from tests.plans.issuer import sign
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted, server_context
from tests.wire.plans.identity_provider import IdentityProvider, running

AUTHORITY = Authority()
SECRET = "a secret of thirty-two bytes, no less"


def _settings(directory: Path) -> str:
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [outbound]
        allow = ["localhost"]
        ca = "{written.ca}"
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        client_auth = "request"
        ca = "{written.ca}"
    """


SHARED = SharedDaemon(_settings)


class Credential(NamedTuple):
    """The credential of a client: a header, a certificate, or none."""

    header: tuple[str, str] | None = None
    certificate: Issued | None = None


class MixCase(WireCase):
    """The daemon, an authorization server, and applications."""

    def setUp(self) -> None:
        """Run the servers."""
        self.daemon: Daemon = SHARED.get()
        _, kind, name = self.id().rsplit(".", 2)
        self.name = f"{kind}-{name}"
        self.provider = IdentityProvider({})
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        context = server_context(AUTHORITY.server("localhost"))
        stack.enter_context(running(self.provider, context))
        self.source, _ = stack.enter_context(scripted(self.serve))
        self.paths: list[str] = []

    def serve(self, connection: Connection) -> None:
        """Answer each call."""
        while True:
            connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def definitions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Write the definition of an API of each type, with its context-path."""
        resource = {
            "name": "idp",
            "type": "oauth2",
            "configuration": {
                "authorizationServerUrl": self.provider.url,
                "introspectionEndpoint": "/introspect",
                "clientId": "relay",
                "clientSecret": "hunter2",
            },
        }
        path = f"/{self.name}-proxy"
        proxy = proxy_api(f"http://127.0.0.1:{self.source}/", path)
        yield path, {**proxy, "resources": [resource]}
        path = f"/{self.name}-message"
        message = {**proxy_api("http://127.0.0.1:1/", path), "type": "MESSAGE"}
        message["listeners"][0]["entrypoints"] = [{"type": "http-get"}]
        message["endpointGroups"] = [
            {
                "name": "group",
                "type": "mock",
                "endpoints": [
                    {"name": "mock", "type": "mock", "configuration": {}},
                ],
            }
        ]
        yield path, {**message, "resources": [resource]}

    def publish(self, *types: str, **rules: str) -> None:
        """
        Publish the APIs with plans of some types, with their credentials.

        :param rules: the selection rules, by the types of their plans.
        """
        must = self.daemon.must
        self.given: dict[str, dict[str, Credential]] = {}
        for path, definition in self.definitions():
            self.paths.append(path)
            api_id = must("POST", "/apis", definition)["id"]
            given = self.given[path] = {}
            for kind in types:
                security = {"type": kind.split("-")[0], **self.configuration(kind)}
                body = {"name": kind, "security": security}
                if kind in rules:
                    body["selectionRule"] = rules[kind]
                plan_id = must("POST", f"/apis/{api_id}/plans", body)["id"]
                must("POST", f"/apis/{api_id}/plans/{plan_id}/_publish")
                if kind != "KEY_LESS":
                    given |= self.subscribed(path, api_id, kind, plan_id)
            must("POST", f"/apis/{api_id}/_start")
            served = f"API {api_id}: serving"
            self.await_served(served)

    def configuration(self, kind: str) -> dict[str, Any]:
        """Configure a plan."""
        jwt = {"signature": "HMAC_HS256", "resolverParameter": SECRET}
        configurations: Mapping[str, dict[str, Any]] = {
            "JWT": jwt,
            "JWT-nested": {**jwt, "clientIdClaim": "act.repository"},
            "OAUTH2": {"oauthResource": "idp"},
        }
        return {"configuration": configurations.get(kind, {})}

    def subscribed(
        self, path: str, api_id: str, kind: str, plan_id: str
    ) -> dict[str, Credential]:
        """Subscribe an application to a plan, and make its credentials."""
        must, client = self.daemon.must, f"{kind}{path}"
        issued = AUTHORITY.client(client)
        settings: dict[str, Any] = {"app": {"type": "WEB", "clientId": client}}
        if kind == "MTLS":
            settings["tls"] = {"clientCertificate": issued.certificate_pem}
        application = must(
            "POST", "/applications", {"name": client, "settings": settings}
        )["id"]
        wanted = {"applicationId": application, "planId": plan_id}
        at = f"/apis/{api_id}/subscriptions"
        made = must("POST", at, wanted)
        if kind == "API_KEY":
            return self.keys(made["apiKey"]["key"], at, plan_id)
        if kind == "OAUTH2":
            active = {"active": True, "client_id": client}
            self.provider.active[client] = active
            self.provider.active["another"] = {**active, "client_id": "another"}
            self.provider.active["nobody"] = {"active": True}
            return {
                "OAUTH2": _bearer(client),
                "OAUTH2 of another": _bearer("another"),
                "OAUTH2 without a client": _bearer("nobody"),
                "OAUTH2 inactive": _bearer("inactive"),
            }
        if kind == "MTLS":
            return {"MTLS": Credential(certificate=issued)}
        if kind == "BASIC":
            return {}
        nested: dict[str, Any] = {}
        if kind == "JWT-nested":
            nested["act"] = {"repository": client}
        return {
            kind: _token("x" if nested else client, **nested),
            f"{kind} of another": _token("another", act={"repository": "another"}),
            f"{kind} expired": _token(client, -5000, **nested),
            f"{kind} without the claim": _token("another", act={"other": client}),
        }

    def keys(self, key: str, at: str, plan_id: str) -> dict[str, Credential]:
        """Make the keys of a subscription, and others that have ended."""
        must = self.daemon.must
        given = {"API_KEY": _key(key)}
        for name in ("expired", "revoked"):
            application = must("POST", "/applications", {"name": name})["id"]
            wanted = {"applicationId": application, "planId": plan_id}
            made = must("POST", at, wanted)
            where = f"{at}/{made['id']}/api-keys/{made['apiKey']['id']}"
            given[f"API_KEY {name}"] = _key(made["apiKey"]["key"])
            if name == "revoked":
                must("POST", f"{where}/_revoke")
            else:
                must("PUT", where, {"expireAt": "2001-01-01T00:00:00Z"})
        return given

    def status(self, path: str, credential: Credential) -> int:
        """Call an API, over TLS with a certificate."""
        issued = credential.certificate
        connection: http.client.HTTPConnection
        if issued is None:
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.daemon.port, timeout=BOUND_S
            )
        else:
            context = ssl.create_default_context(cadata=AUTHORITY.pem)
            written = issued.write(self.mktemp())
            context.load_cert_chain(written.certificate, written.key)
            connection = http.client.HTTPSConnection(
                "localhost", self.daemon.ports["tls"], timeout=BOUND_S, context=context
            )
        with contextlib.closing(connection):
            headers = dict([credential.header]) if credential.header else {}
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status

    def await_served(self, served: str) -> None:
        """Wait for a line of the daemon's log."""
        until(lambda: served in self.daemon.log(), "the API is served")

    def assert_mix(self, admitted: set[str], refused: set[str]) -> None:
        """
        Call each API with each credential.

        :param admitted: the credentials that are answered with 200.
        :param refused: those that are answered with 401.
        """
        known = {**COMMON, "MTLS unknown": UNKNOWN}
        for path in self.paths:
            given = {**known, **self.given[path]}
            found = {
                name: self.status(path, given[name]) for name in admitted | refused
            }
            expected = dict.fromkeys(admitted, 200) | dict.fromkeys(refused, 401)
            print(f"{path}: {len(expected)} cases")
            self.assertEqual(found, expected, path)


def _bearer(token: str) -> Credential:
    return Credential(("Authorization", f"Bearer {token}"))


def _key(key: str) -> Credential:
    return Credential(("X-Gravitee-Api-Key", key))


def _token(client_id: str, lifetime_s: int = 5000, **members: Any) -> Credential:
    claims = {"client_id": client_id, "exp": int(time.time()) + lifetime_s, **members}
    key = OctKey.import_key(SECRET.encode())
    return _bearer(sign(key, {"alg": "HS256"}, json.loads(json.dumps(claims))))


COMMON = {
    "nothing": Credential(),
    "unknown key": _key("an-api-key"),
    "empty key": _key(""),
    "empty Authorization": Credential(("Authorization", "")),
    "Basic": Credential(("Authorization", "Basic 123456789")),
    "Bearer": Credential(("Authorization", "Bearer")),
    "Bearer and a blank": Credential(("Authorization", "Bearer ")),
    "unknown token": _bearer("a-jwt-token"),
}
UNKNOWN = Credential(certificate=AUTHORITY.client("nobody"))
KEYS = {"API_KEY expired", "API_KEY revoked", "unknown key", "empty key"}
BEARERS = {"Bearer", "Bearer and a blank", "unknown token"}
OTHERS = {"nothing", "empty Authorization", "Basic"}
TOKENS = {"JWT of another", "JWT expired"}
INTROSPECTED = {"OAUTH2 of another", "OAUTH2 without a client", "OAUTH2 inactive"}


class SingleTests(MixCase):
    """One plan, or two of one type."""

    def test_keyless(self) -> None:
        """A keyless plan admits every caller."""
        self.publish("KEY_LESS")
        self.assert_mix(set(COMMON), set())

    def test_api_key(self) -> None:
        """It admits the key of a subscription only."""
        self.publish("API_KEY")
        self.assert_mix({"API_KEY"}, KEYS | BEARERS | OTHERS)

    def test_jwt(self) -> None:
        """It admits the token of a subscription only."""
        self.publish("JWT")
        refused = TOKENS | BEARERS | OTHERS | {"unknown key", "empty key"}
        self.assert_mix({"JWT"}, refused)

    def test_nested_claims(self) -> None:
        """A client is named by a claim within another one, or by its own claim."""
        self.publish("JWT", "JWT-nested")
        refused = {"JWT-nested of another", "JWT-nested without the claim"}
        self.assert_mix({"JWT", "JWT-nested"}, TOKENS | refused)

    def test_oauth2(self) -> None:
        """An OAuth2 plan admits an active token of a subscription only."""
        self.publish("OAUTH2")
        refused = INTROSPECTED | BEARERS | OTHERS | {"unknown key", "empty key"}
        self.assert_mix({"OAUTH2"}, refused)

    def test_certificate(self) -> None:
        """It admits the certificate of a subscription only."""
        self.publish("MTLS")
        self.assert_mix({"MTLS"}, {"MTLS unknown", "nothing"})


class KeylessTests(MixCase):
    """A keyless plan beside others admits those whose credentials no plan looks for."""

    def test_api_key(self) -> None:
        """Bearer tokens are for no plan."""
        self.publish("KEY_LESS", "API_KEY")
        self.assert_mix({"API_KEY"} | BEARERS | OTHERS, KEYS)

    def test_jwt(self) -> None:
        """Keys are for no plan."""
        self.publish("KEY_LESS", "JWT")
        self.assert_mix({"JWT", "unknown key"} | OTHERS, TOKENS | BEARERS)

    def test_selection_rule(self) -> None:
        """A token that the rule of its plan does not select is for no plan."""
        rule = "{#context.attributes['jwt'].claims['client_id'] == 'another'}"
        self.publish("KEY_LESS", "JWT", JWT=rule)
        self.assert_mix({"JWT", "nothing"}, {"JWT of another"})

    def test_certificate(self) -> None:
        """A client without a certificate has no credential."""
        self.publish("KEY_LESS", "MTLS")
        self.assert_mix({"MTLS"} | BEARERS | OTHERS, {"MTLS unknown"})

    def test_all(self) -> None:
        """Each plan admits its own credentials, and no wrong one becomes anonymous."""
        self.publish("KEY_LESS", "API_KEY", "JWT", "OAUTH2", "MTLS")
        admitted = {"API_KEY", "JWT", "OAUTH2", "MTLS"} | OTHERS
        refused = KEYS | BEARERS | TOKENS | INTROSPECTED | {"MTLS unknown"}
        self.assert_mix(admitted, refused)

    def test_keys_and_tokens(self) -> None:
        """The same with fewer plans."""
        self.publish("KEY_LESS", "API_KEY", "JWT")
        self.assert_mix({"API_KEY", "JWT"} | OTHERS, KEYS | BEARERS | TOKENS)


class ChallengeTests(MixCase):
    """The challenges of a refusal (RFC 9110, 11.6.1)."""

    def challenges(self, path: str, credential: Credential) -> list[str]:
        """Call an API that refuses, and return its challenges in order."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        with contextlib.closing(connection):
            headers = dict([credential.header]) if credential.header else {}
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            self.assertEqual(response.status, 401, path)
            return response.headers.get_all("WWW-Authenticate", [])

    def test_every_scheme(self) -> None:
        """Each scheme that a plan accepts is named once, whatever was sent."""
        self.publish("API_KEY", "JWT", "OAUTH2", "BASIC", "MTLS")
        schemes = [
            'Bearer realm="Relay"',
            'ApiKey realm="Relay"',
            'Basic realm="Relay", charset="UTF-8"',
        ]
        refused = ['Bearer realm="Relay", error="invalid_token"', *schemes[1:]]
        for path in self.paths:
            self.assertEqual(self.challenges(path, Credential()), schemes)
            self.assertEqual(self.challenges(path, _key("wrong")), schemes)
            expired = self.given[path]["JWT expired"]
            self.assertEqual(self.challenges(path, expired), refused)

    def test_no_scheme(self) -> None:
        """A certificate has none."""
        self.publish("MTLS")
        for path in self.paths:
            self.assertEqual(self.challenges(path, Credential()), [])
