"""mTLS plans at a real daemon, with TLS that ends here and at a proxy."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from pathlib import Path
from urllib.parse import quote

from relay import __version__
from relay.model.consumers.certificates import thumbprint
from tests.pki import DAY, Authority, Issued, self_signed
from tests.plans.issuer import good_claims, make_key, public_pem, sign
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import Connection, scripted

AUTHORITY = Authority()
MINE, OTHER = AUTHORITY.client("mine"), AUTHORITY.client("other")
HEADER = "ssl-client-cert"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _listeners(directory: Path) -> str:
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "proxied"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        trusted_proxies = ["127.0.0.0/8"]
        client_certificate_header = "{HEADER}"
        [[gateway.listeners]]
        id = "stranger"
        endpoint = "tcp:0:interface=127.0.0.1"
        trusted_proxies = ["10.0.0.0/8"]
        client_certificate_header = "{HEADER}"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        client_auth = "request"
        ca = "{written.ca}"
    """


SHARED = SharedDaemon(_listeners)


class CertificateTests(WireCase):
    def setUp(self) -> None:
        """Publish an API that an application with a certificate has subscribed to."""
        self.daemon: Daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]
        self.heads: list[str] = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        source, _ = stack.enter_context(scripted(self.serve))
        must = self.daemon.must
        definition = proxy_api(f"http://127.0.0.1:{source}/s", self.path)
        self.at = at = f"/apis/{must('POST', '/apis', definition)['id']}"
        body = {"name": "m", "security": {"type": "MTLS", "configuration": {}}}
        plan_id = must("POST", f"{at}/plans", body)["id"]
        must("POST", f"{at}/plans/{plan_id}/_publish")
        issued = AUTHORITY.client(self.path)
        settings = {"tls": {"clientCertificate": issued.certificate_pem}}
        application = must(
            "POST", "/applications", {"name": "reader", "settings": settings}
        )
        wanted = {"applicationId": application["id"], "planId": plan_id}
        must("POST", f"{at}/subscriptions", wanted)
        must("POST", f"{at}/_start")
        self.issued = issued
        until(lambda: self.over_tls(issued) == 200, "the API is served")
        self.heads.clear()

    def serve(self, connection: Connection) -> None:
        """Answer every call."""
        while True:
            self.heads.append(connection.head().decode().lower())
            connection.send(OK)

    def over_tls(self, issued: Issued | None, token: str = "") -> int:
        """Call with a certificate, or without one, and with a token if there is one."""
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        if issued is not None:
            written = issued.write(self.mktemp())
            context.load_cert_chain(written.certificate, written.key)
        connection = http.client.HTTPSConnection(
            "localhost", self.daemon.ports["tls"], timeout=BOUND_S, context=context
        )
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request("GET", self.path, headers=headers)
            return connection.getresponse().status

    def by_header(self, text: str | None, port: int | None = None) -> int:
        """Call as a proxy does."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", port or self.daemon.port, timeout=BOUND_S
        )
        with contextlib.closing(connection):
            headers = {} if text is None else {HEADER: text}
            connection.request("GET", self.path, headers=headers)
            return connection.getresponse().status

    def test_connections(self) -> None:
        """The application's own certificate opens it, no other does."""
        self.assertEqual(self.over_tls(self.issued), 200)
        for issued in (MINE, OTHER, None):
            self.assertEqual(self.over_tls(issued), 401)
        self.assertEqual(len(self.heads), 1)

    def test_proxies(self) -> None:
        """A trusted proxy's word counts, anybody else's does not."""
        text = quote(self.issued.certificate_pem, safe="")
        self.assertEqual(self.by_header(text), 200)
        for wrong in (quote(OTHER.certificate_pem), "nonsense", "%00", None):
            self.assertEqual(self.by_header(wrong), 401)
        self.assertEqual(self.by_header(text, self.daemon.ports["stranger"]), 401)
        both = [f"{HEADER}: {text}", f"{HEADER}: {quote(OTHER.certificate_pem)}"]
        for headers in (both, both[::-1]):
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.get(self.path, *headers)
            self.assertIn(b" 401 ", client.until(b"\r\n"))
        self.assertEqual(len(self.heads), 1)

    def test_required_by_a_step(self) -> None:
        """A step requires TLS and a subject, whatever the plan requires."""
        must, at = self.daemon.must, self.at
        configuration: dict[str, object] = {
            "requiresClientAuthentication": True,
            "whitelistClientCertificates": [f"CN={self.path}"],
        }

        def deploy() -> None:
            step = {"policy": "ssl-enforcement", "configuration": configuration}
            must("PUT", at, must("GET", at) | {"flows": [{"request": [step]}]})
            must("POST", f"{at}/deployments", {})

        text = quote(self.issued.certificate_pem, safe="")
        self.assertEqual(self.by_header(text), 200)
        deploy()
        until(lambda: self.by_header(text) == 403, "TLS is required")
        self.assertEqual(self.over_tls(self.issued), 200)
        configuration["whitelistClientCertificates"] = ["CN=x"]
        deploy()
        until(lambda: self.over_tls(self.issued) == 403, "the subject is refused")

    def test_expressions(self) -> None:
        """Flows read the certificates, the subscription and the node."""
        must, at = self.daemon.must, self.at
        expressions = {
            "x-client": "{#request.ssl.client.cn} {#request.ssl.client.defined}",
            "x-server": "{#request.ssl.server.cn}",
            "x-host": "{#request.ssl.clientHost}",
            "x-consumer": "{#subscription.type} {#subscription.applicationName}",
            "x-tier": "{#subscription.metadata['tier']}",
            "x-user": "{#context.attributes['user-id'] == #subscription.id}",
            "x-url": "{#context.attributes['request.original-url']}",
            "x-node": "{#node.version}",
        }
        added = [{"name": name, "value": text} for name, text in expressions.items()]
        step = {"policy": "transform-headers", "configuration": {"addHeaders": added}}
        must("PUT", at, must("GET", at) | {"flows": [{"request": [step]}]})
        must("POST", f"{at}/deployments", {})
        (subscription,) = must("GET", f"{at}/subscriptions")["data"]
        must(
            "PUT",
            f"{at}/subscriptions/{subscription['id']}",
            {"metadata": {"tier": "Gold"}},
        )

        def is_in_force() -> bool:
            self.assertEqual(self.over_tls(self.issued), 200)
            return "x-tier: gold" in self.heads[-1]

        until(is_in_force, "the flow knows the subscription")
        head = self.heads[-1].split("\r\n")
        port = self.daemon.ports["tls"]
        for line in (
            f"x-client: {self.path.lower()} true",
            "x-server: localhost",
            "x-host: 127.0.0.1",
            "x-consumer: standard reader",
            "x-user: true",
            f"x-url: https://localhost:{port}{self.path.lower()}",
            f"x-node: {__version__}",
        ):
            self.assertIn(line, head)
        self.assertEqual(self.by_header(quote(self.issued.certificate_pem)), 200)
        head = self.heads[-1].split("\r\n")
        self.assertIn(f"x-client: {self.path.lower()} true", head)
        self.assertIn("x-server: ", head)
        self.assertFalse([line for line in head if line.startswith("x-host")])

    def test_certificates_that_are_no_good(self) -> None:
        """
        Certificates that are expired, self-signed or of another authority are refused.
        """
        stranger = Authority("Test Root").client(self.path)
        over = AUTHORITY.issue(client=True, common_name=self.path, ends=-DAY / 2)
        for issued in (stranger, self_signed(self.path), over):
            with self.assertRaises(OSError):
                self.over_tls(issued)
            text = quote(issued.certificate_pem, safe="")
            self.assertEqual(self.by_header(text), 401)
        self.assertEqual(self.heads, [])

    def test_bound_tokens(self) -> None:
        """A token that is bound to a certificate is good on its connection only."""
        key = make_key("RSA_RS256")
        configuration = {
            "signature": "RSA_RS256",
            "resolverParameter": public_pem(key),
            "confirmationMethodValidation": {
                "certificateBoundThumbprint": {"enabled": True}
            },
        }
        must, at = self.daemon.must, self.at
        security = {"type": "JWT", "configuration": configuration}
        plan_id = must("POST", f"{at}/plans", {"name": "j", "security": security})["id"]
        must("POST", f"{at}/plans/{plan_id}/_publish")
        must("POST", f"{at}/deployments", {})
        settings = {"app": {"clientId": self.path}}
        application = must(
            "POST", "/applications", {"name": "bound", "settings": settings}
        )
        wanted = {"applicationId": application["id"], "planId": plan_id}
        must("POST", f"{at}/subscriptions", wanted)
        said = good_claims(azp=self.path, iat=None, exp=int(time.time()) + 3600)
        bound = {"cnf": {"x5t#S256": thumbprint(MINE.certificate)}}
        token = sign(key, {"alg": "RS256"}, {**said, **bound})
        until(lambda: self.over_tls(MINE, token) == 200, "the token is good")
        self.heads.clear()
        self.assertEqual(self.over_tls(OTHER, token), 401)
        self.assertEqual(self.over_tls(None, token), 401)
        unbound = sign(key, {"alg": "RS256"}, said)
        self.assertEqual(self.over_tls(MINE, unbound), 401)
        self.assertEqual(self.heads, [])
