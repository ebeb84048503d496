"""
Twisted's HTTP/1.1 client, with a shorter way for what most calls are.

Our requests (``agent.py``) count as written once their head is, so that none of the
states between the first and the last byte is ever seen, and the response is what the
caller waits for: one Deferred does for four, and of a request without a body one
``send`` for a turn of the reactor and two calls of ``epoll_ctl``. A response head that
came as a whole is read as a whole (``response_head.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.python.failure import Failure
from twisted.web._newclient import (
    HTTP11ClientProtocol,
    Request,
    RequestGenerationFailed,
    RequestNotSent,
    TransportProxyProducer,
)
from twisted.web.iweb import IResponse

from relay.upstream.connection.response_head import read_head
from relay.upstream.connection.response_parser import ResponseParser
from relay.upstream.connection.response_rules import HeadLimits


class SourceClient(HTTP11ClientProtocol):
    """
    The HTTP client of one connection.

    :param quiescent: called with this client when it can carry another request.
    :param limits: how large the head of a response may be.
    """

    transport: Any
    _parser: ResponseParser | None

    def __init__(
        self, quiescent: Callable[[HTTP11ClientProtocol], None], limits: HeadLimits
    ) -> None:
        super().__init__(quiescent)
        self._limits = limits

    def request(self, request: Request) -> Deferred[IResponse]:
        """
        Send a request.

        :param request: what to send.
        :return: fires with the response at its head.
        """
        if self._state != "QUIESCENT":
            return fail(RequestNotSent())
        try:
            request.writeTo(self.transport)
        except Exception:
            self._state = "GENERATION_FAILED"
            self.transport.abortConnection()
            return fail(RequestGenerationFailed([Failure()]))
        self._state = "WAITING"
        self._currentRequest = request
        self._transportProxy = TransportProxyProducer(self.transport)
        self._parser = ResponseParser(request, self._finishResponse, self._limits)
        responded: Deferred[IResponse] = Deferred(self._cancelled)
        self._parser._responseDeferred = responded
        self._responseDeferred = self._finishedRequest = responded
        self._parser.makeConnection(self._transportProxy)
        return responded

    def dataReceived(self, data: bytes) -> None:
        """Take what the source sends."""
        parser = self._parser
        if not (parser is None or parser._everReceivedData):
            try:
                data = read_head(parser, data)
            except Exception:
                self._giveUp(Failure())
                return
            if not data or self._parser is not parser:
                return
        super().dataReceived(data)

    def _disconnectParser(self, reason: Any) -> None:
        """
        End the response, and free its parser.

        The parser, its decoder, and the response that reads connection headers and
        trailers from them refer to each other.
        """
        parser = self._parser
        super()._disconnectParser(reason)
        if parser is not None:
            parser.finisher = None
            if parser.bodyDecoder is not None:
                parser.bodyDecoder.dataCallback = None
                parser.bodyDecoder.finishCallback = None

    def _cancelled(self, _: Deferred[IResponse]) -> None:
        self.transport.abortConnection()
        self._disconnectParser(Failure(CancelledError()))
