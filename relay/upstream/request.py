"""A request to an endpoint, before a connection to it is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from twisted.web.http_headers import Headers

from relay.http.body import ICompletableBody
from relay.model.marks import Mark, Marks, Value
from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.connection.connection import EarlyHints

RETRIED_METHODS = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"))


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

    def note(self, mark: Mark, *values: Value) -> None:
        """Pass on what has happened."""
        if self.marks is not None:
            self.marks.note(mark, *values)
