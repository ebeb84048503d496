"""Failures of a call to a source before its response head."""

from __future__ import annotations

from errno import EMFILE, ENFILE

from OpenSSL import SSL
from twisted.internet import error
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived

from relay.model.outcome import Outcome
from relay.tls.material import MaterialError
from relay.tls.verification import explain
from relay.upstream.connection.response_rules import HeadTooLarge, InvalidResponse
from relay.upstream.dial.eyeballs import AddressRefused
from relay.upstream.dial.tcp import NoDescriptors

HEAD_TOO_LARGE = "GATEWAY_CLIENT_RESPONSE_HEAD_TOO_LARGE"
_UNTRUSTED = ("self-signed certificate", "the issuer of ")
"""Beginnings of the reasons for a certificate whose authority is not trusted."""


class UpstreamError(Exception):
    """
    A call that received no response head.

    :param status: the HTTP status for the client.
    :param key: the error key, as in Gravitee's reference of error keys.
    :param message: one sentence for the client, without secrets.
    :param clock: the timeout that expired; None for any other failure.
    """

    def __init__(
        self,
        status: int,
        key: str,
        message: str,
        outcome: Outcome = Outcome.UPSTREAM_GONE,
        clock: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.key = key
        self.message = message
        self.outcome = outcome
        self.clock = clock


class RedirectError(UpstreamError):
    """
    A redirect that cannot be followed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(502, "GATEWAY_CLIENT_CONNECTION_ERROR", message)


def connect_timeout() -> UpstreamError:
    """No connection to the source was established within ``connectTimeout``."""
    return UpstreamError(
        504,
        "GATEWAY_CLIENT_CONNECT_TIMEOUT",
        "The upstream did not accept the connection in time",
        Outcome.CONNECT_TIMEOUT,
        "connectTimeout",
    )


def queue_timeout() -> UpstreamError:
    """No pooled connection became free within ``readTimeout``."""
    return UpstreamError(
        504,
        "GATEWAY_CLIENT_CONNECT_TIMEOUT",
        "No upstream connection became free in time",
        Outcome.CONNECT_TIMEOUT,
        "readTimeout",
    )


def read_timeout() -> UpstreamError:
    """The source sent no response head within ``readTimeout``."""
    return UpstreamError(
        504,
        "GATEWAY_CLIENT_READ_TIMEOUT",
        "The upstream did not answer in time",
        Outcome.READ_TIMEOUT,
        "readTimeout",
    )


def pool_exhausted() -> UpstreamError:
    """Already ``maxWaitQueueSize`` requests wait for a connection."""
    return UpstreamError(
        503,
        "GATEWAY_CLIENT_CONNECTION_POOL_EXHAUSTED",
        "Too many requests wait for an upstream connection",
        Outcome.LIMIT_REACHED,
    )


def classify(failure: Failure, trust: str = "ssl.trustStore") -> UpstreamError:
    """
    Classify the failure of a call that was not ended by a timeout of Relay.

    :param failure: of connecting, or of waiting for the response head.
    :param trust: the setting that names the trusted authorities.
    """
    reason = failure.value
    if isinstance(reason, UpstreamError):
        return reason
    reasons = getattr(reason, "reasons", None)
    while reasons:
        inner = reasons[0]
        reason = inner.value if isinstance(inner, Failure) else inner
        reasons = getattr(reason, "reasons", None)

    if isinstance(reason, AddressRefused):
        return UpstreamError(
            502,
            "GATEWAY_CLIENT_CONNECTION_ERROR",
            "The upstream redirects to an address that is not public, and"
            " outbound.allow does not list it",
        )

    def refused(key: str, message: str) -> UpstreamError:
        return UpstreamError(502, f"GATEWAY_CLIENT_{key}", message)

    if isinstance(reason, InvalidResponse):
        if isinstance(reason, HeadTooLarge):
            return UpstreamError(502, HEAD_TOO_LARGE, reason.message)
        return refused("CONNECTION_ERROR", reason.message)
    if _lacks_descriptors(reason):
        return refused(
            "CONNECTION_ERROR",
            "The gateway has no more open files for connections to the upstream",
        )
    if isinstance(reason, error.ConnectionRefusedError):
        return refused("CONNECTION_REFUSED", "The upstream refused the connection")
    if isinstance(reason, error.DNSLookupError | error.UnknownHostError):
        return refused("DNS_RESOLUTION_ERROR", "The upstream's name did not resolve")
    if isinstance(reason, error.TimeoutError | error.TCPTimedOutError):
        return connect_timeout()
    if isinstance(reason, SSL.Error | MaterialError):
        why = explain(reason) if isinstance(reason, SSL.Error) else str(reason)
        message = "The TLS handshake with the upstream failed"
        if why is not None and why.startswith(_UNTRUSTED):
            why = f"{why}; {trust} sets the authorities that are trusted"
        return refused("TLS_HANDSHAKE_ERROR", f"{message}: {why}" if why else message)
    if isinstance(reason, error.NoRouteError) or (
        isinstance(reason, error.ConnectError) and type(reason) is error.ConnectError
    ):
        return refused("UNREACHABLE", "The upstream cannot be reached")
    if isinstance(reason, error.ConnectError):
        return refused("CONNECTION_ERROR", str(reason) or "The connection failed")
    if isinstance(reason, error.ConnectionDone):
        return refused(
            "CONNECTION_CLOSED", "The upstream closed the connection unanswered"
        )
    if isinstance(reason, error.ConnectionLost | error.ConnectionAborted):
        return refused(
            "CONNECTION_RESET", "The upstream reset the connection unanswered"
        )
    return refused("CONNECTION_ERROR", "The upstream sent no valid response head")


def never_sent(failure: Failure) -> bool:
    """
    Whether the connection ended before any byte of the response.

    :param failure: of the request.
    """
    return failure.check(ResponseNeverReceived) is not None


def _lacks_descriptors(reason: BaseException | None) -> bool:
    number = getattr(getattr(reason, "socketError", None), "errno", None)
    number = number or getattr(reason, "osError", None)
    return isinstance(reason, NoDescriptors) or number in (EMFILE, ENFILE)
