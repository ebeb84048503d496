"""A request to an endpoint, before a connection to it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.web.http_headers import Headers

from relay.http.body import ICompletableBody
from relay.http.fields import put_field
from relay.model.marks import Mark, Marks, Value
from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.connection.connection import EarlyHints

RETRIED_METHODS = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"))


class Trace(Protocol):
    """The trace of a call."""

    def sending(
        self, secure: bool, host: str, port: int, path: bytes | None
    ) -> tuple[bytes, bytes | None]:
        """
        Begin a request.

        :param path: with the query; None if it may be a secret.
        :return: its headers ``traceparent`` and ``tracestate``, the second one None for
            none.
        """


def add_trace(
    headers: Headers,
    trace: Trace | None,
    secure: bool,
    host: str,
    port: int,
    path: bytes | None,
) -> None:
    """
    Put the context of a trace in the place of the one that a request may have.

    :param headers: of the request, changed in place.
    :param trace: None leaves the headers as they are.
    :param path: as of :meth:`Trace.sending`.
    """
    if trace is None:
        return
    parent, state = trace.sending(secure, host, port, path)
    put_field(headers, b"Traceparent", parent)
    if state is None:
        headers.removeHeader(b"tracestate")
    else:
        put_field(headers, b"Tracestate", state)


@dataclass
class UpstreamRequest:
    """
    A client's request to an endpoint.

    :param method: in the client's letters.
    :param target: what follows the context-path.
    :param headers: end-to-end headers, without ``Host`` and framing.
    :param host: the client's ``Host``.
    :param sends_host: send ``host`` to the endpoint regardless of
        ``propagateClientHost``.
    :param body: the body as it arrives, None when there is none.
    :param early_hints: called with each 103 response.
    :param follows_origin: follow redirects within the endpoint's origin, as the reader
        of an event stream does, regardless of ``followRedirects``.
    :param marks: receives what happens to the call; None for nobody.
    :param trace: None for a call that is not traced.
    """

    method: bytes
    target: RequestTarget
    headers: Headers
    host: bytes
    body: ICompletableBody | None
    early_hints: EarlyHints | None = None
    follows_origin: bool = False
    sends_host: bool = False
    marks: Marks | None = None
    trace: Trace | None = None

    def note(self, mark: Mark, *values: Value) -> None:
        """Pass on what has happened."""
        if self.marks is not None:
            self.marks.note(mark, *values)
