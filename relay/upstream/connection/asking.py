"""
How treq is asked: everything that it would do with a request is switched off.

The agent below it knows where to and what to send (``upstream/agent.py``), so that the
URL is the same for every call. treq takes it apart, encodes its host with IDNA and puts
it together again each time, makes an empty cookie jar for each call, and copies headers
that nobody reads. A URL that is both at once, a jar that is there, and headers that
stay as they are spare it that.
"""

from __future__ import annotations

from typing import Any

from hyperlink import EncodedURL
from treq.client import HTTPClient
from treq.cookies import IndexableCookieJar
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IResponse

_URL = "http://upstream/"


class _NoCookies(IndexableCookieJar):
    """Keeps and sends nothing: cookies belong to the clients."""

    def add_cookie_header(self, request: object) -> None:
        """Send none."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Keep none."""


class _ReadyUrl(EncodedURL):
    """A URL that is a URI already, and known as text."""

    def to_uri(self) -> _ReadyUrl:
        """Give itself."""
        return self

    def to_text(self, with_password: bool = False) -> str:
        """Give what it was made of."""
        return _URL


class _NoHeaders(Headers):
    """Treq's own headers, of which our agent takes none: they are not even kept."""

    def copy(self) -> Headers:
        """Give itself."""
        return self

    def addRawHeader(self, name: str | bytes, value: str | bytes) -> None:
        """Keep nothing."""

    def hasHeader(self, name: str | bytes) -> bool:
        """Say yes, so that no cookie is looked for."""
        return True


_READY_URL = _ReadyUrl.from_text(_URL)
_NO_COOKIES = _NoCookies()
_NO_HEADERS = _NoHeaders()


def ask(agent: IAgent, body: IBodyProducer | None, reactor: Any) -> Deferred[IResponse]:
    """
    Send a request through treq, without redirects, cookies or buffers.

    :param agent: what sends it, with a method and a target of its own.
    :param body: the request's body.
    :param reactor: what tells the time.
    :return: fires with the response at its head.
    """
    asked: Any = HTTPClient(agent, _NO_COOKIES).request(
        "GET",
        _READY_URL,
        headers=_NO_HEADERS,
        data=body,
        cookies=_NO_COOKIES,
        allow_redirects=False,
        unbuffered=True,
        reactor=reactor,
    )
    responded: Deferred[IResponse] = asked
    return responded
