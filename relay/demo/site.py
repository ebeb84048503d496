"""The HTTP interface of the demo source: routing, credentials, CORS."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from relay.demo.message import compact_json
from relay.demo.publication import read_drafts
from relay.demo.query import DemoQuery
from relay.demo.refusal import (
    INVALID_CHANNEL,
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TOO_LONG,
    UNAUTHORIZED,
    DemoRefusal,
    bad_parameter,
)
from relay.demo.request import MAX_BODY_BYTES, DemoExchange, SourceRequest
from relay.demo.source import DemoSource

_MAX_CHANNELS = 50
_MAX_REWIND = 100
_MAX_HISTORY = 1_000
_DEFAULT_HISTORY = 100

_STREAM_HEADERS = (
    (b"Content-Type", b"text/event-stream"),
    (b"Cache-Control", b"no-cache, no-store"),
    (b"X-Accel-Buffering", b"no"),
)
_PREFLIGHT_HEADERS = (
    (b"Access-Control-Allow-Methods", b"GET, HEAD, POST, OPTIONS"),
    (
        b"Access-Control-Allow-Headers",
        b"Accept, Authorization, Cache-Control, Content-Type, Last-Event-ID",
    ),
    (b"Access-Control-Max-Age", b"600"),
)


class SourceSite(Site):
    """A site that keeps no access log: Twisted's would show the key in a query."""

    requestFactory = SourceRequest
    noisy = False

    def log(self, request: Request) -> None:
        """Write nothing."""


class SourceResource(Resource):
    """The whole of the source's URL space, from the raw path."""

    isLeaf = True

    def __init__(self, source: DemoSource) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._source = source

    def render(self, request: DemoExchange) -> int:
        """Answer any method on any path."""
        request.setHeader(b"Server", b"relay-source")
        # Without credentials mode a foreign page cannot use a password that the
        # browser has stored: "*" allows it only with a key of its own.
        request.setHeader(b"Access-Control-Allow-Origin", b"*")
        try:
            self._route(request)
        except DemoRefusal as refusal:
            _answer(request, refusal.status, refusal.body(), refusal.headers)
        return NOT_DONE_YET

    def _route(self, request: DemoExchange) -> None:
        match [unquote_to_bytes(part) for part in request.path.split(b"/")]:
            case [b"", b"sse"]:
                if self._admits(request, b"GET, HEAD, OPTIONS"):
                    self._stream(request)
            case [b"", b"channels", name, b"messages"]:
                if self._admits(request, b"GET, HEAD, POST, OPTIONS"):
                    channel = _channel_name(name)
                    if request.method == b"POST":
                        self._publish(request, channel)
                    else:
                        self._history(request, channel)
            case _:
                path = request.path.decode("ascii", "backslashreplace")
                raise DemoRefusal(404, NOT_FOUND, f"there is nothing at {path}")

    def _admits(self, request: DemoExchange, methods: bytes) -> bool:
        """Whether to go on; a preflight is answered here, without credentials."""
        allow = (b"Allow", methods)
        if request.method == b"OPTIONS":
            _answer(request, 204, b"", (allow, *_PREFLIGHT_HEADERS))
            return False
        if request.method not in methods.split(b", "):
            method = request.method.decode("ascii", "backslashreplace")
            why = f"{method} is not allowed here"
            raise DemoRefusal(405, METHOD_NOT_ALLOWED, why, (allow,))
        key = _key(request)
        if key is None:
            raise _unauthorized("no credentials: send Basic ones or key=NAME:SECRET")
        if not self._source.keyring.admits(key):
            raise _unauthorized("the credentials are not those of this source")
        return True

    def _stream(self, request: DemoExchange) -> None:
        query = _query(request)
        channels = _channels(query)
        version = query.first("v", "1.1")
        if not version.replace(".", "", 1).isdigit():
            raise bad_parameter("v", "must be a version such as 1.1")
        enveloped = query.choice("enveloped", "true", "false") == "true"
        query.choice("heartbeats", "false")
        query.refuse("accessToken", "tokens are not supported, use a key")
        query.refuse("delta", "deltas are not supported")
        rewind = query.integer("rewind", 0, 0, _MAX_REWIND)
        last_event_id = (
            # A browser keeps the query of its first attempt and renews the header.
            request.requestHeaders.getRawHeaders("Last-Event-ID", [""])[0]
            or query.first("lastEvent")
            or query.first("lastEventId")
        )
        for name, value in _STREAM_HEADERS:
            request.setHeader(name, value)
        if request.method == b"HEAD":
            request.finish()
            return
        self._source.subscribe(
            request,
            channels,
            last_event_id=last_event_id,
            rewind=rewind,
            enveloped=enveloped,
        )

    def _publish(self, request: DemoExchange, channel: str) -> None:
        if request.body_bytes > MAX_BODY_BYTES:
            why = f"the body is longer than {MAX_BODY_BYTES} bytes"
            raise DemoRefusal(413, TOO_LONG, why)
        content_type = request.requestHeaders.getRawHeaders("Content-Type", [""])[0]
        drafts = read_drafts(content_type, request.content.read())
        messages = self._source.publish_batch(channel, drafts)
        first = messages[0].message_id
        answer = {
            "channel": channel,
            "messageId": first.rpartition(":")[0],
            "ids": [message.message_id for message in messages],
        }
        _answer(request, 201, compact_json(answer).encode("utf-8"))

    def _history(self, request: DemoExchange, channel: str) -> None:
        query = _query(request)
        limit = query.integer("limit", _DEFAULT_HISTORY, 1, _MAX_HISTORY)
        direction = query.choice("direction", "backwards", "forwards")
        for name in ("start", "end"):
            query.refuse(name, "intervals are not supported, use limit")
        messages = self._source.history(channel, limit, oldest=direction == "forwards")
        body = b"[%s]" % b",".join(message.envelope for message in messages)
        _answer(request, 200, body)


def source_site(source: DemoSource) -> Site:
    """
    Make the HTTP side of a demo source, for any listener, with or without TLS.

    :param source: whose clock is the site's, too.
    """
    return SourceSite(  # type: ignore[no-untyped-call]
        SourceResource(source), parsePOSTFormSubmission=False, reactor=source.clock
    )


def _query(request: DemoExchange) -> DemoQuery:
    return DemoQuery(request.uri.partition(b"?")[2])


def _channels(query: DemoQuery) -> list[str]:
    separator = query.first("separator", ",")
    if not separator:
        raise bad_parameter("separator", "must not be empty")
    joined = query.all("channels", "channel")
    if not joined:
        why = "channels: name the channels to subscribe to (or channel=NAME)"
        raise DemoRefusal(400, INVALID_PARAMETER, why)
    channels = [name for value in joined for name in value.split(separator)]
    if not all(channels):
        raise DemoRefusal(400, INVALID_CHANNEL, "channels: a channel name is empty")
    if len(channels) > _MAX_CHANNELS:
        raise bad_parameter("channels", f"more than {_MAX_CHANNELS} are named")
    return channels


def _channel_name(raw: bytes) -> str:
    if not raw:
        raise DemoRefusal(
            400, INVALID_CHANNEL, "channel: the name in the path is empty"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        why = "channel: the name in the path must be UTF-8"
        raise DemoRefusal(400, INVALID_CHANNEL, why) from None


def _key(request: DemoExchange) -> bytes | None:
    """The ``name:secret`` a request came with, from the header or else the query."""
    header = request.requestHeaders.getRawHeaders("Authorization")
    if header is None:
        key = _query(request).first("key")
        return key.encode("utf-8") if key else None
    scheme, _, encoded = header[0].partition(" ")
    if scheme.lower() != "basic":
        raise _unauthorized("Authorization: only Basic credentials are supported")
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _unauthorized("Authorization: the credentials are not base64") from None


def _unauthorized(why: str) -> DemoRefusal:
    challenge = (b"WWW-Authenticate", b'Basic realm="relay-source", charset="UTF-8"')
    return DemoRefusal(401, UNAUTHORIZED, why, (challenge,))


def _answer(
    request: DemoExchange,
    status: int,
    body: bytes,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> None:
    request.setResponseCode(status)
    for name, value in headers:
        request.setHeader(name, value)
    if status != 204:
        request.setHeader(b"Content-Type", b"application/json")
        body += b"\n"
        request.setHeader(b"Content-Length", b"%d" % len(body))
    request.write(body)
    request.finish()
