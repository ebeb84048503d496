"""What a request has to authenticate its user, read once.

A request has either a header ``Authorization`` or the cookie of a session. One that has
both is refused: which of two users acts must not depend on the order of checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.interfaces import IAddress
from twisted.web.http_headers import Headers
from twisted.web.server import Request

from relay.http.cross_site import SAFE_METHODS, origin_of
from relay.management.http.errors import BadRequest

COOKIE = "relay_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The name under TLS: with this prefix browsers take the cookie from its own host only,
and only over TLS (RFC 6265bis, 4.1.3.2)."""
CSRF_HEADER = "X-CSRF-Token"
UNATTENDED_HEADER = "X-Unattended"
"""Sent by a page that updates itself while nobody uses it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of one request, unchecked."""

    address: str
    """Of the client."""
    authorization: bytes | None = None
    """The header of that name."""
    session: str | None = None
    """The value of the session's cookie; empty for cookies that contradict each other,
    which no session has."""
    csrf_token: str = ""
    changes: bool = False
    """Whether the request may change something."""
    posts: bool = False
    """Whether the request is a ``POST``."""
    secure: bool = False
    """Whether the browser's connection has TLS, here or at a proxy in front."""
    is_script: bool = False
    """Whether a page of a browser sent the request."""
    unattended: bool = False
    """Whether the request does not count as use of its session."""

    def check_one(self) -> None:
        """
        :raises BadRequest: for a cookie of a session beside ``Authorization``.
        """
        if self.session is not None and self.authorization is not None:
            raise BadRequest(
                "A request has either the cookie of a session or an Authorization "
                "header; this one has both",
                "credentials.ambiguous",
            )


NO_CREDENTIALS = Credentials("local")


def credentials_of(request: Request) -> Credentials:
    """
    Read the credentials of a request.

    Two ``Authorization`` headers count as one that is malformed: a proxy may have
    checked only one of them.

    :param request: its ``Origin`` is that of this listener, as the guard checks.
    """
    headers = request.requestHeaders
    sent = headers.getRawHeaders(b"authorization", [])
    over_tls = bool(request.isSecure())
    origin = origin_of(headers) or ""
    session = _session(headers, over_tls)
    of_scripts = ("Sec-Fetch-Mode", CSRF_HEADER, "X-Requested-With")
    return Credentials(
        address=_host_of(request.getClientAddress()),
        authorization=(sent[0] if len(sent) == 1 else b"") if sent else None,
        session=session,
        csrf_token=(request.getHeader(CSRF_HEADER) or "").strip(),
        changes=request.method not in SAFE_METHODS,
        posts=request.method == b"POST",
        # A browser names the scheme of its page in every POST.
        secure=over_tls or origin.lower().startswith("https://"),
        is_script=session is not None
        or any(headers.hasHeader(one) for one in of_scripts),
        unattended=headers.hasHeader(UNATTENDED_HEADER),
    )


def set_cookie(value: str, secure: bool) -> str:
    """
    Return the header ``Set-Cookie`` that begins a session in a browser.

    The cookie ends with the browser, and before that with its session.

    :param secure: whether the browser's connection has TLS.
    """
    name = SECURE_COOKIE if secure else COOKIE
    suffix = "; Secure" if secure else ""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{suffix}"


def clear_cookie(secure: bool) -> str:
    """
    Return the header ``Set-Cookie`` that removes the cookie from a browser.

    :param secure: as of :func:`set_cookie`.
    """
    return f"{set_cookie('', secure)}; Max-Age=0"


def _session(headers: Headers, over_tls: bool) -> str | None:
    names = (SECURE_COOKIE,) if over_tls else (SECURE_COOKIE, COOKIE)
    pairs = [
        (name.strip(), value.strip())
        for line in headers.getRawHeaders(b"cookie", [])
        for name, _, value in (
            one.partition("=") for one in line.decode("latin-1").split(";")
        )
    ]
    for name in names:
        values = {value for found, value in pairs if found == name}
        if values:
            return values.pop() if len(values) == 1 else ""
    return None


def _host_of(address: IAddress) -> str:
    # Clients on a Unix socket have no address, and count as one.
    return str(getattr(address, "host", "local"))
