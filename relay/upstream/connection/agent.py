"""
How treq calls: one request on one connection.

treq adds ``Accept-Encoding: gzip`` to what it is told to send, and converts a URL. The
agent below it has the connection and the exact head of the request already, so that
treq is told neither of them, but only of the body. Redirects are followed by the
caller, and cookies belong to the clients.
"""

from __future__ import annotations

from typing import Any

from hyperlink import EncodedURL
from treq.client import HTTPClient
from treq.cookies import IndexableCookieJar
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IResponse
from zope.interface import implementer

from relay.upstream.connection.connection import EarlyHints, UpstreamConnection
from relay.upstream.connection.writer import RequestHead


@implementer(IAgent)
class CallAgent:
    """
    Sends one request.

    :param connection: a connection without a call.
    :param head: the head of the request, exactly as it is sent but for the framing.
    :param early_hints: called with each 103 response before the final one.
    """

    def __init__(
        self,
        connection: UpstreamConnection,
        head: RequestHead,
        early_hints: EarlyHints | None = None,
    ) -> None:
        self._connection = connection
        self._head = head
        self._early_hints = early_hints

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> Deferred[IResponse]:
        """Send the head, and the body that treq passes."""
        responded: Any = self._connection.request(
            self._head, bodyProducer, self._early_hints
        )
        sent: Deferred[IResponse] = responded
        return sent


class _UpstreamUrl(EncodedURL):
    """
    The URL of every call, which is converted once.

    treq converts a URL for each call, which takes 22 µs of CPU and fails for hosts that
    are no names of the DNS, such as IPv6 addresses.
    """

    def to_uri(self) -> _UpstreamUrl:
        """Return the URL: it is a URI already."""
        return self

    def to_text(self, with_password: bool = False) -> str:
        """Return the text of the URL."""
        return UPSTREAM_URL


class _NoCookies(IndexableCookieJar):
    """A jar that sends and keeps no cookies."""

    def add_cookie_header(self, request: object) -> None:
        """Send none."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Keep none."""


UPSTREAM_URL = "http://upstream/"
_URL = _UpstreamUrl.from_text(UPSTREAM_URL)
_NO_COOKIES = _NoCookies()


def call(
    agent: IAgent, body: IBodyProducer | None, reactor: Any
) -> Deferred[IResponse]:
    """
    Make a call through treq: unbuffered, without redirects, without cookies.

    :param agent: sends the request.
    :param body: the body of the request; None without one.
    :param reactor: what treq takes the time from.
    :return: fires at the head with treq's response, whose ``original`` is the agent's.
    """
    called: Any = HTTPClient(agent, _NO_COOKIES).request(
        "GET",
        _URL,
        data=body,
        cookies=_NO_COOKIES,
        allow_redirects=False,
        unbuffered=True,
        reactor=reactor,
    )
    responded: Deferred[IResponse] = called
    return responded
