"""CORS of a whole API, as its listener says (Fetch, "CORS protocol")."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import Pattern
from relay.gateway import refusals
from relay.gateway.exchange import Exchange
from relay.http.headers import is_token
from relay.model.api.cors import Cors

_PREFIX = b"access-control-"
_METHOD = b"access-control-request-method"
_HEADERS = b"access-control-request-headers"
_PRIVATE = b"access-control-request-private-network"
LONGEST_ORIGIN = 512


class ListenerCors:
    """
    Answers preflight requests, and tells browsers who may read answers.

    :param options: the listener's.
    """

    def __init__(self, options: Cors) -> None:
        self._everyone = "*" in options.allow_origin
        self._names = frozenset(options.allow_origin)
        self._patterns = [Pattern(one) for one in options.allow_origin if one != "*"]
        self._methods = frozenset(one.encode("ascii") for one in options.allow_methods)
        self._headers = frozenset(
            name.lower().encode("ascii") for name in options.allow_headers
        )
        self._exposed = ", ".join(options.expose_headers).encode("ascii")
        self._max_age = options.max_age
        self._credentials = options.allow_credentials
        self._private = options.allow_private_network

    def names(self, origin: str) -> bool:
        """
        Whether an origin is allowed by name or pattern, and not because all are.

        :param origin: of the page that makes a call.
        """
        return not self._everyone and self._allows(origin.encode("latin-1"))

    def is_preflight(self, method: bytes, headers: Headers) -> bool:
        """
        Whether a browser asks if it may call.

        :param method: the request's method.
        :param headers: the request's headers.
        """
        return (
            method == b"OPTIONS"
            and headers.hasHeader(b"origin")
            and headers.hasHeader(_METHOD)
        )

    def answer(self, exchange: Exchange) -> None:
        """
        Answer that question; the source never hears it.

        :param exchange: the call.
        """
        received = exchange.request.headers
        origin, method = _first(received, b"origin"), _first(received, _METHOD)
        wanted = [
            name.strip().lower()
            for value in received.getRawHeaders(_HEADERS, [])
            for name in value.split(b",")
            if name.strip()
        ]
        if not (
            self._allows(origin)
            and method in self._methods
            and (b"*" in self._headers or self._headers.issuperset(wanted))
            and all(is_token(name) for name in wanted)
        ):
            exchange.refuse(refusals.PREFLIGHT_FAILED)
            return
        headers = Headers({b"content-length": [b"0"]})
        self._tell(origin, headers)
        headers.setRawHeaders(
            b"access-control-allow-methods", [b", ".join(sorted(self._methods))]
        )
        if wanted:
            headers.setRawHeaders(b"access-control-allow-headers", [b", ".join(wanted)])
        if self._max_age >= 0:
            headers.setRawHeaders(b"access-control-max-age", [b"%d" % self._max_age])
        if self._private and _first(received, _PRIVATE) == b"true":
            headers.setRawHeaders(b"access-control-allow-private-network", [b"true"])
        exchange.answer(200, b"OK", headers)

    def adorn(self, received: Headers, headers: Headers) -> None:
        """
        Say on an answer who may read it; what the source says of that does not count.

        :param received: the request's headers.
        :param headers: the answer's, changed in place.
        """
        origin = _first(received, b"origin")
        if not origin:
            return
        for name, _ in list(headers.getAllRawHeaders()):
            if name.lower().startswith(_PREFIX):
                headers.removeHeader(name)
        if self._allows(origin):
            self._tell(origin, headers)
            if self._exposed:
                headers.setRawHeaders(b"access-control-expose-headers", [self._exposed])
        else:
            _vary(headers)

    def _tell(self, origin: bytes, headers: Headers) -> None:
        headers.setRawHeaders(b"access-control-allow-origin", [origin])
        _vary(headers)
        if self._credentials:
            headers.setRawHeaders(b"access-control-allow-credentials", [b"true"])

    def _allows(self, origin: bytes) -> bool:
        text = origin.decode("latin-1")
        if not text or len(text) > LONGEST_ORIGIN:
            return False
        if self._everyone or text in self._names:
            return True
        try:
            return any(pattern.matches(text) for pattern in self._patterns)
        except EvaluationFailed:
            return False


def _first(headers: Headers, name: bytes) -> bytes:
    return headers.getRawHeaders(name, [b""])[0].strip()


def _vary(headers: Headers) -> None:
    """Answers differ by origin: a cache must not give one's to another."""
    before = b", ".join(headers.getRawHeaders(b"vary", []))
    if b"origin" not in before.lower() and before.strip() != b"*":
        value = before + b", Origin" if before else b"Origin"
        headers.setRawHeaders(b"vary", [value])
