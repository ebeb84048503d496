"""The OpenAPI document as JSON and as a page, which need no credentials."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from twisted.internet.defer import DeferredLock
from twisted.internet.threads import deferToThreadPool
from twisted.web.http_headers import Headers
from werkzeug.exceptions import MethodNotAllowed

from relay.management.http.reply import JSON_TYPE, Reply, dump
from relay.management.http.request import ManagementRequest
from relay.management.openapi.document import Section, document
from relay.management.openapi.html import page, style_hash

JSON_PATH = b"/management/openapi.json"
PAGE_PATH = b"/management/openapi"
METHODS = ("GET", "HEAD")
_HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """One representation of the document."""

    content: bytes
    media_type: str
    tag: str
    """The entity tag."""


@cache
def rendered(sections: tuple[Section, ...]) -> dict[bytes, Rendered]:
    """
    Make the document, and its page.

    :param sections: all that is served on one listener.
    :returns: the representations by path.
    """
    made = document(sections)
    return {
        JSON_PATH: _rendered(dump(made), JSON_TYPE),
        PAGE_PATH: _rendered(page(made).encode(), "text/html; charset=utf-8"),
    }


def _rendered(content: bytes, media_type: str) -> Rendered:
    return Rendered(
        content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    )


class ReferencePages:
    """
    Serves the document at ``/management/openapi.json``, and its page at
    ``/management/openapi``.

    They need no credentials: every installation of a version has the same. They are
    made in a thread, when the first of them is asked for.

    :param sections: all that is served on this listener.
    :param reactor: has the threads.
    """

    def __init__(self, sections: tuple[Section, ...], reactor: Any) -> None:
        self._sections = sections
        self._reactor = reactor
        self._lock = DeferredLock()
        self._made: dict[bytes, Rendered] | None = None

    def serves(self, path: bytes, headers: Headers) -> bool:
        """
        Return whether a request is for one of both.

        :param path: undecoded.
        :param headers: of the request.
        """
        return path in (JSON_PATH, PAGE_PATH)

    async def render(self, request: ManagementRequest) -> None:
        """
        Answer a request.

        :raises MethodNotAllowed: unless it only reads.
        """
        if request.method.decode("latin-1") not in METHODS:
            raise MethodNotAllowed(METHODS)
        found = (await self._ready())[request.path]
        headers = {
            **_HEADERS,
            "Content-Security-Policy": (
                f"default-src 'none'; style-src '{style_hash()}'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"
            ),
            "ETag": found.tag,
        }
        if found.tag in (request.getHeader("If-None-Match") or ""):
            reply = Reply(304, None, headers)
        else:
            headers["Content-Type"] = found.media_type
            reply = Reply(200, found.content, headers)
        if request.is_open:
            await request.send(reply.put_on(request))
            request.finish()

    async def _ready(self) -> dict[bytes, Rendered]:
        if self._made is None:
            # Only the first of several requests makes them.
            self._made = await self._lock.run(
                deferToThreadPool,
                self._reactor,
                self._reactor.getThreadPool(),
                rendered,
                self._sections,
            )
        return self._made
