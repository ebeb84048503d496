"""Serves the console below ``/console/``."""

from __future__ import annotations

from dataclasses import replace

from twisted.web.http_headers import Headers
from werkzeug.exceptions import MethodNotAllowed

from relay.console.assets import INDEX, Asset, Assets, is_hashed
from relay.http.accept import accept_of
from relay.management.http.errors import NotFound
from relay.management.http.reply import Reply
from relay.management.http.request import ManagementRequest

PREFIX = b"/console"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types lit-html"
)
"""The content security policy of all pages: nothing of another host, no inline
script or style, no text that becomes code, no frame of another page around."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every response."""
UNCHANGING = "public, max-age=31536000, immutable"
METHODS = ("GET", "HEAD")


class ConsolePages:
    """
    Serves the files of the console, and its page at every other path.

    A browser is redirected from ``/``. The pages contain nothing secret, and need no
    credentials: the REST API does.

    :param assets: the built files.
    """

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def serves(self, path: bytes, headers: Headers) -> bool:
        """
        Return whether the console answers a request.

        :param path: undecoded.
        :param headers: of the request.
        """
        if path == b"/":
            html = accept_of(headers).prefers(b"text/html")
            return html is not None and html.precision > 0
        return path == PREFIX or path.startswith(PREFIX + b"/")

    async def render(self, request: ManagementRequest) -> None:
        """
        Answer a request.

        :raises MethodNotAllowed: unless it only reads.
        :raises NotFound: for a file that does not exist.
        """
        if request.method.decode("latin-1") not in METHODS:
            raise MethodNotAllowed(METHODS)
        reply = (
            self._answer(request)
            if request.path.startswith(PREFIX + b"/")
            else Reply(302, None, {"Location": f"{PREFIX.decode()}/"})
        )
        headers = {"Cache-Control": "no-cache", **HEADERS, **reply.headers}
        await request.send(replace(reply, headers=headers).put_on(request))
        request.finish()

    def _answer(self, request: ManagementRequest) -> Reply:
        asset = self._find(request.path[len(PREFIX) + 1 :].decode("latin-1"))
        body, tag, headers = asset.content, asset.tag, {}
        if asset.compressed is not None:
            headers["Vary"] = "Accept-Encoding"
            if _takes_gzip(request.getHeader("Accept-Encoding") or ""):
                body, tag = asset.compressed, f"{tag}-gzip"
                headers["Content-Encoding"] = "gzip"
        headers["ETag"] = f'"{tag}"'
        if is_hashed(asset.name):
            headers["Cache-Control"] = UNCHANGING
        if _has(request.getHeader("If-None-Match") or "", tag):
            return Reply(304, None, headers)
        return Reply(200, body, {**headers, "Content-Type": asset.media_type})

    def _find(self, name: str) -> Asset:
        found = self._assets.by_name
        if not found:
            raise NotFound(
                "This installation has no console: its files are made by make console",
                "console.notBuilt",
            )
        # The page of a former version asks for files that are there no more: it must
        # not take the page for one of them.
        if name not in found and is_hashed(name):
            raise NotFound("There is nothing at this path", "notFound")
        return found.get(name) or found[INDEX]


def _takes_gzip(accepted: str) -> bool:
    for member in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in member.split(";"))
        if coding == "gzip":
            weights = [one[2:] for one in parameters if one.startswith("q=")]
            return not any(one.strip("0.") == "" for one in weights)
    return False


def _has(tags: str, tag: str) -> bool:
    sent = {one.strip().removeprefix("W/") for one in tags.split(",")}
    return "*" in sent or f'"{tag}"' in sent
