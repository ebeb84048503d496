"""
Twisted's HTTP/1.1 client, with a shorter way for what most calls are.

A request without a body is written at once, so that none of the states between its
first and its last byte is ever seen, and its response is what the caller waits for: one
Deferred does for four, and one ``send`` for a turn of the reactor and two calls of
``epoll_ctl``. A response head that came as a whole is read as a whole
(``response_head.py``).
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.python.failure import Failure
from twisted.web._newclient import (
    HTTP11ClientProtocol,
    HTTPClientParser,
    Request,
    RequestGenerationFailed,
    TransportProxyProducer,
)
from twisted.web.iweb import IResponse

from relay.plain_path import PLAIN_PATH
from relay.upstream.response_head import read_head


class SourceClient(HTTP11ClientProtocol):
    """The HTTP client of one connection."""

    transport: Any

    def request(self, request: Request) -> Deferred[IResponse]:
        """
        Send a request.

        :param request: what to send.
        :return: fires with the response at its head.
        """
        if PLAIN_PATH or request.bodyProducer is not None or self._state != "QUIESCENT":
            plain: Deferred[IResponse] = super().request(request)
            return plain
        try:
            request.writeTo(self.transport)
        except Exception:
            self._state = "GENERATION_FAILED"
            self.transport.abortConnection()
            return fail(RequestGenerationFailed([Failure()]))
        self._state = "WAITING"
        self._currentRequest = request
        self._transportProxy = TransportProxyProducer(self.transport)
        self._parser = HTTPClientParser(request, self._finishResponse)
        responded: Deferred[IResponse] = Deferred(self._cancelled)
        self._parser._responseDeferred = responded
        self._responseDeferred = self._finishedRequest = responded
        self._parser.makeConnection(self._transportProxy)
        return responded

    def dataReceived(self, data: bytes) -> None:
        """Take what the source sends."""
        parser = self._parser
        if not (PLAIN_PATH or parser is None or parser._everReceivedData):
            try:
                data = read_head(parser, data)
            except Exception:
                self._giveUp(Failure())
                return
            if not data or self._parser is not parser:
                return
        super().dataReceived(data)

    def _cancelled(self, _: Deferred[IResponse]) -> None:
        self.transport.abortConnection()
        self._disconnectParser(Failure(CancelledError()))
