"""Sends the body of a request over a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IConsumer, IProducer
from twisted.python.failure import Failure
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from relay.upstream.connection.writer import BodyLengthWrong, RequestWriter


@implementer(IConsumer)
class BodySender:
    """
    Frames a body and writes it to a transport, which slows the body down.

    :param writer: frames it.
    :param done: called once, with whether the whole body was sent.
    """

    __slots__ = ("_body", "_done", "_transport", "_writer")

    def __init__(
        self,
        body: IBodyProducer,
        writer: RequestWriter,
        transport: Any,
        done: Callable[[bool], None],
    ) -> None:
        self._body = body
        self._writer = writer
        self._transport = transport
        self._done: Callable[[bool], None] | None = done

    def start(self) -> None:
        """Begin."""
        self._transport.registerProducer(self._body, True)
        self._body.startProducing(self).addCallbacks(self._complete, self._failed)

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        """Not called: the body is registered with the transport."""

    def unregisterProducer(self) -> None:
        """Not called by a body (``IBodyProducer``)."""

    def write(self, data: bytes) -> None:
        """
        Write a part of the body.

        :param data: without framing.
        """
        if self._done is None:
            return
        try:
            framed = self._writer.body(data)
        except BodyLengthWrong:
            self._end(False)
            self._body.stopProducing()
        else:
            self._transport.write(framed)

    def _complete(self, _: None) -> None:
        if self._done is None:
            return
        try:
            end = self._writer.end()
        except BodyLengthWrong:
            self._end(False)
            return
        if end:
            self._transport.write(end)
        self._end(True)

    def _failed(self, _: Failure) -> None:
        self._end(False)

    def drop(self) -> None:
        """Write nothing more; the transport stops the body when it is gone."""
        self._done = None

    def _end(self, whole: bool) -> None:
        done, self._done = self._done, None
        if done is not None:
            self._transport.unregisterProducer()
            done(whole)
