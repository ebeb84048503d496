"""
Which pages of other origins may call an API and read its answers (Fetch, "CORS
protocol").

Two sets of options decide: those of a listener hold for the whole API, as in Gravitee
(:class:`ListenerCors`); those of an entrypoint of a MESSAGE API hold for what this
entrypoint answers (:func:`cors_headers`).
"""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import Pattern
from relay.http.headers import is_token
from relay.model.api.cors import Cors, CorsOptions

LONGEST_ORIGIN = 512
EXPOSED_HEADERS = (
    b"Relay-Replay, Retry-After, WWW-Authenticate, X-Gravitee-Request-Id, "
    b"X-Gravitee-Transaction-Id"
)
"""What a page may read of an entrypoint's answers."""
ALLOWED_HEADERS = (
    b"Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, "
    b"Relay-Event-Id, Relay-Event-Type"
)
"""What a page may send to an entrypoint, if its preflight request names no header."""
MAX_AGE_S = b"86400"
_PREFIX = b"access-control-"
_ORIGIN = _PREFIX + b"allow-origin"
_CREDENTIALS = _PREFIX + b"allow-credentials"
_EXPOSED = _PREFIX + b"expose-headers"
_METHODS = _PREFIX + b"allow-methods"
_HEADERS = _PREFIX + b"allow-headers"
_MAX_AGE = _PREFIX + b"max-age"
_ASKED_METHOD = _PREFIX + b"request-method"
_ASKED_HEADERS = _PREFIX + b"request-headers"
_ASKED_PRIVATE = _PREFIX + b"request-private-network"


def preflight_method(method: bytes, headers: Headers) -> bytes | None:
    """
    Return the method that a preflight request asks for; None for any other request.

    :param headers: the request's headers.
    """
    if method != b"OPTIONS" or not headers.hasHeader(_ASKED_METHOD):
        return None
    return _first(headers, _ASKED_METHOD)


def cors_headers(received: Headers, options: CorsOptions | None) -> Headers:
    """
    Make the headers that let a page read an entrypoint's answer; none for a page that
    may not.

    :param received: the request's headers.
    :param options: the entrypoint's; None to let no page read it.
    """
    headers = Headers()
    origin = received.getRawHeaders(b"origin", [b""])[0]
    if not origin or options is None:
        return headers
    everyone = "*" in options.allow_origin
    if not everyone:
        headers.setRawHeaders(b"vary", [b"Origin"])
        if origin.decode("latin-1") not in options.allow_origin:
            return headers
    headers.setRawHeaders(_ORIGIN, [b"*" if everyone else origin])
    headers.setRawHeaders(_EXPOSED, [EXPOSED_HEADERS])
    if options.allow_credentials:
        headers.setRawHeaders(_CREDENTIALS, [b"true"])
    return headers


def preflight_headers(
    received: Headers, options: CorsOptions | None, methods: bytes
) -> Headers:
    """
    Make the headers of the answer to a preflight request to an entrypoint.

    A page may send any header that it asks for: which of them mean anything, such as
    that of an API key, the plans and channel keys of the API say.

    :param received: the request's headers.
    :param options: the entrypoint's; None to let no page call it.
    :param methods: the methods of the entrypoint, as the value of the header.
    """
    headers = cors_headers(received, options)
    if headers.hasHeader(_ORIGIN):
        asked = _first(received, _ASKED_HEADERS)
        names = [name.strip() for name in asked.split(b",")]
        allowed = b", ".join([name for name in names if is_token(name)])
        headers.setRawHeaders(_METHODS, [methods])
        headers.setRawHeaders(_HEADERS, [allowed or ALLOWED_HEADERS])
        headers.setRawHeaders(_MAX_AGE, [MAX_AGE_S])
    return headers


class ListenerCors:
    """
    The rules of a listener, for the whole API.

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
        self._named_headers = ", ".join(options.allow_headers).encode("ascii")
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
        Whether a request is a preflight request that the listener answers itself.

        :param headers: the request's headers.
        """
        asked = preflight_method(method, headers)
        return asked is not None and headers.hasHeader(b"origin")

    def preflight_headers(self, received: Headers) -> Headers | None:
        """
        Make the headers of the answer to a preflight request.

        :param received: the request's headers.
        :return: None when the origin, the method or a header is not allowed.
        """
        origin, method = _first(received, b"origin"), _first(received, _ASKED_METHOD)
        wanted = [
            name.strip().lower()
            for value in received.getRawHeaders(_ASKED_HEADERS, [])
            for name in value.split(b",")
            if name.strip()
        ]
        if not (
            self._allows(origin)
            and (method in self._methods or b"*" in self._methods)
            and is_token(method)
            and (b"*" in self._headers or self._headers.issuperset(wanted))
            and all(is_token(name) for name in wanted)
        ):
            return None
        headers = Headers({b"content-length": [b"0"]})
        self._allow(origin, headers)
        # With credentials a browser takes ``*`` for a name: tell the method itself.
        any_method = b"*" in self._methods
        methods = method if any_method else b", ".join(sorted(self._methods))
        headers.setRawHeaders(_METHODS, [methods])
        if wanted:
            headers.setRawHeaders(_HEADERS, [b", ".join(wanted)])
        elif self._named_headers:
            headers.setRawHeaders(_HEADERS, [self._named_headers])
        if self._max_age >= 0:
            headers.setRawHeaders(_MAX_AGE, [b"%d" % self._max_age])
        if self._private and _first(received, _ASKED_PRIVATE) == b"true":
            headers.setRawHeaders(b"access-control-allow-private-network", [b"true"])
        return headers

    def settle(self, received: Headers, headers: Headers) -> None:
        """
        Set the CORS headers of an answer, in place of those that the source has set.

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
            self._allow(origin, headers)
            if self._exposed:
                headers.setRawHeaders(_EXPOSED, [self._exposed])
        else:
            _vary(headers)

    def _allow(self, origin: bytes, headers: Headers) -> None:
        headers.setRawHeaders(_ORIGIN, [origin])
        _vary(headers)
        if self._credentials:
            headers.setRawHeaders(_CREDENTIALS, [b"true"])

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
    """Add ``Vary``: the response differs by origin."""
    before = b", ".join(headers.getRawHeaders(b"vary", []))
    if b"origin" not in before.lower() and before.strip() != b"*":
        value = before + b", Origin" if before else b"Origin"
        headers.setRawHeaders(b"vary", [value])
