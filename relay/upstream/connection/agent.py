"""
The agent below treq: one call on one leased connection.

treq adds ``Accept-Encoding: gzip``, decodes what comes back and keeps cookies; this
agent gives the source the exact head that the deployment asks for, and keeps
``Content-Encoding`` from treq, which would decode otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer
from twisted.python.failure import Failure
from twisted.web._newclient import BadHeaders, Request
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IResponse
from zope.interface import implementer

from relay.upstream.connection.leash import Leash
from relay.upstream.connection.response_parser import EarlyHints, ResponseParser


class _Call(Request):
    """
    A request whose response may begin before its body has ended.

    twisted.web withholds a response head until the request is written out, which
    would hold an early refusal of a large upload back until the upload is over.
    """

    complete = False
    """Whether the last of the request has been written."""

    def writeTo(self, transport: IConsumer) -> Deferred[None]:
        """
        Write the head, start the body and report the request as written.

        A connection whose request body has not ended cannot be used again.
        """
        if self.bodyProducer is None:
            self.complete = True
            whole: Deferred[None] = super().writeTo(transport)
            return whole
        keep = self.persistent
        written: Deferred[None] = super().writeTo(transport)
        self.persistent = False

        def complete(_: None) -> None:
            self.complete = True
            self.persistent = keep

        def cut(_: Failure) -> None:
            transport.abortConnection()  # type: ignore[attr-defined]

        written.addCallbacks(complete, cut)
        return succeed(None)

    def _writeHeaders(self, transport: Any, framing: bytes | None) -> None:
        """Write a head that is the whole request at once; see ``Leash.send``."""
        if self.bodyProducer is not None:
            super()._writeHeaders(transport, framing)
            return
        if len(self.headers.getRawHeaders(b"Host", ())) != 1:
            raise BadHeaders("a request needs exactly one Host header")
        lines = [b"%s %s HTTP/1.1" % (self.method, self.uri)]
        if not self.persistent:
            lines.append(b"Connection: close")
        if framing is not None:
            lines.append(framing.removesuffix(b"\r\n"))
        for name, values in self.headers.getAllRawHeaders():
            for value in values:
                lines.append(b"%s: %s" % (name, value))
        lines.append(b"\r\n")
        transport.send(b"\r\n".join(lines))


@implementer(IAgent)
class CallAgent:
    """
    Sends one request with exactly this head, whatever treq makes of it.

    :param leash: the connection.
    :param method: the request's method, in the client's own letters.
    :param target: the request-target byte for byte (RFC 9112, 3.2.1).
    :param headers: all the headers, ``Host`` among them; framing is added.
    :param keep_alive: whether the connection may serve another request after.
    :param early_hints: told of 103 responses before the final one.
    """

    def __init__(
        self,
        leash: Leash,
        method: bytes,
        target: bytes,
        headers: Headers,
        keep_alive: bool,
        early_hints: EarlyHints | None = None,
    ) -> None:
        self._leash = leash
        self._early_hints = early_hints
        self._method = method
        self._target = target
        self._headers = headers
        self._keep_alive = keep_alive
        self._parser: ResponseParser | None = None
        self._call: _Call | None = None
        self.content_encoding: Sequence[bytes] = ()
        """The response's ``Content-Encoding``, kept from treq."""

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> Deferred[IResponse]:
        """Send; what treq passes is replaced but for the body."""
        http = self._leash.http
        self._call = _Call(
            self._method,
            self._target,
            self._headers,
            bodyProducer,
            persistent=self._keep_alive,
        )
        responded = http.request(self._call)
        # The only way to a response's connection headers and trailers.
        parser = self._parser = http._parser
        if parser is not None:
            parser.early_hints, self._early_hints = self._early_hints, None
            parser.finisher = partial(self._before_the_pool, parser.finisher)
        return responded.addCallback(self._check)

    def _before_the_pool(self, finish: Callable[[bytes], None], rest: bytes) -> None:
        """
        Decide whether the connection may be used again: the response is complete.

        twisted.web looks for one spelling of ``close`` only, and drops what came
        behind a response; the rest of that would answer somebody else's call.

        :param finish: twisted.web's own way on.
        :param rest: bytes behind the response.
        """
        options = self.connection_options
        version = self._parser.response.version if self._parser is not None else ()
        stays = b"close" not in options and (
            version == (b"HTTP", 1, 1) or b"keep-alive" in options
        )
        if self._call is not None and (rest or not stays):
            self._call.persistent = False
        self._leash.keep_alive_s = _keep_alive_s(self.connection_header(b"keep-alive"))
        finish(rest)

    def _check(self, response: IResponse) -> IResponse:
        headers: Headers = response.headers
        # The request's are of no use any more, and a stream may live for hours.
        self._headers = Headers()
        if self._call is not None:
            self._call.headers = self._headers
        self.content_encoding = headers.getRawHeaders(b"content-encoding", ())
        headers.removeHeader(b"content-encoding")
        return response

    @property
    def sent(self) -> bool:
        """Whether the last of the request has been written."""
        return self._call is not None and self._call.complete

    def connection_header(self, name: bytes) -> Sequence[bytes]:
        """
        Give a header that concerns the connection, not the message.

        :param name: such as ``b"connection"`` or ``b"keep-alive"``.
        """
        if self._parser is None:
            return ()
        values: Sequence[bytes] = self._parser.connHeaders.getRawHeaders(name, [])
        return values

    @property
    def connection_options(self) -> list[bytes]:
        """The names and options that the response's ``Connection`` lists."""
        return [
            option.strip().lower()
            for value in self.connection_header(b"connection")
            for option in value.split(b",")
        ]

    @property
    def decoder(self) -> object:
        """What takes the framing off the response's body; None if it has none."""
        return self._parser.bodyDecoder if self._parser is not None else None

    def trailers(self) -> list[tuple[bytes, bytes]]:
        """Give the trailer fields of a chunked response that has ended."""
        lines: list[bytearray] = getattr(self.decoder, "_trailerHeaders", [])
        fields = []
        for line in lines:
            name, colon, value = bytes(line).partition(b":")
            if colon:
                fields.append((name, value.strip(b" \t")))
        return fields


_SECONDS = re.compile(rb"[0-9]{1,9}")


def _keep_alive_s(values: Sequence[bytes]) -> int | None:
    """Read ``timeout=N`` of a ``Keep-Alive`` header, in seconds."""
    for value in values:
        for parameter in value.split(b","):
            name, _, number = parameter.strip().partition(b"=")
            if name.lower() == b"timeout" and _SECONDS.fullmatch(number):
                return int(number)
    return None
