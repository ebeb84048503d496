"""An identity provider on a real HTTPS socket: keys that rotate, and introspection."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc.jwk import Key

from tests.plans.issuer import KINDS, good_claims, public_jwk, sign
from tests.wire.harness.daemon import BOUND_S

CLIENT = base64.b64encode(b"relay:hunter2").decode()


class IdentityProvider:
    """
    The keys and tokens of the provider, and its answers.

    :param keys: what it signs with, by key id; the first one signs.
    """

    def __init__(self, keys: Mapping[str, tuple[str, Key]]) -> None:
        self.keys = dict(keys)
        self.port = 0
        self.status = 200
        """Of the answers; anything else is an outage."""
        self.answering = threading.Event()
        """While it is not set, calls are taken, and not answered."""
        self.answering.set()
        self.calls: list[str] = []
        self.active: dict[str, dict[str, Any]] = {}
        """What introspection says of tokens; of others that they are not active."""

    @property
    def url(self) -> str:
        """The provider's address."""
        return f"https://localhost:{self.port}"

    def token(
        self, lifetime_s: float = 3600, kid: str | None = None, **members: Any
    ) -> str:
        """
        Sign a token that is good now.

        :param lifetime_s: for how long.
        :param kid: of the key; the first one unless given.
        :param members: of its claims.
        """
        kid = kid or next(iter(self.keys))
        signature, key = self.keys[kid]
        now = time.time()
        dates = {"iat": int(now), "exp": now + lifetime_s}
        said = good_claims(**{"iss": self.url, **dates, **members})
        return sign(key, {"alg": KINDS[signature][0], "kid": kid}, said)

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> Any:
        """Answer a call, None for a 401."""
        path, query = urlsplit(target).path, urlsplit(target).query
        self.calls.append(f"{method} {path}")
        if path == "/keys":
            listed = self.keys.items()
            return {"keys": [public_jwk(key, kid=kid) for kid, (_, key) in listed]}
        if path == "/introspect" and headers.get("Authorization") == f"Basic {CLIENT}":
            sent = parse_qs(body.decode() if method == "POST" else query)
            (token,) = sent.get("token", [""])
            return self.active.get(token, {"active": False})
        return None


class Server(ThreadingHTTPServer):
    """Takes as many calls at once as come."""

    request_queue_size = 256


@contextmanager
def running(provider: IdentityProvider, context: ssl.SSLContext) -> Iterator[None]:
    """
    Run a provider for the length of a block.

    :param provider: gets its port.
    :param context: the TLS side.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            answer = provider.answer(
                self.command, self.path, self.headers, self.rfile.read(length)
            )
            provider.answering.wait(BOUND_S)
            body = json.dumps(answer).encode()
            self.send_response(401 if answer is None else provider.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            """Log nothing."""

    server = Server(("127.0.0.1", provider.port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
