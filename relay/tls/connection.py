"""The server side of one TLS connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509

from relay.tls.verification import VerificationFailed, failure_reason


class ServerConnection(SSL.Connection):
    """
    A connection whose certificate is chosen during the handshake.

    :param front: the context that the handshake begins with. OpenSSL decrypts session
        tickets with its keys, also after another context has been chosen.
    """

    permits: Callable[[str], bool] | None = None
    """Whether requests for a host may be made on this connection; None when all may."""
    refusal: str | None = None
    """Why the client's certificate was refused."""
    _certificate_is_required = False

    def __init__(self, front: SSL.Context) -> None:
        super().__init__(front, None)
        # OpenSSL calls its callbacks as long as the connection lasts.
        self._front = front

    def require_certificate(self, mode: int) -> None:
        """
        Ask the client for a certificate.

        :param mode: ``VERIFY_PEER``, with or without ``VERIFY_FAIL_IF_NO_PEER_CERT``.
        """
        self.set_verify(mode)
        # A resumed session would skip the check of an expired certificate.
        self.set_options(SSL.OP_NO_TICKET)
        self._certificate_is_required = bool(mode & SSL.VERIFY_FAIL_IF_NO_PEER_CERT)

    def do_handshake(self) -> None:
        """
        Continue the handshake.

        :raises VerificationFailed: when the client's certificate is refused, or is
            required and missing in the session that the client resumes: it may have
            begun at a host that requires none.
        """
        try:
            super().do_handshake()
        except SSL.WantReadError:
            raise
        except SSL.Error:
            if self.refusal is not None:
                raise VerificationFailed(self.refusal) from None
            raise
        if self._certificate_is_required and self.get_peer_certificate() is None:
            raise VerificationFailed("the resumed session has no client certificate")


def note_refusal(
    connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int
) -> bool:
    """
    Verify callback of the context that handshakes begin with: it adds only the reason
    to OpenSSL's checks.

    pyOpenSSL looks for exceptions of this callback in the chosen context, where they
    are not.
    """
    if not ok and isinstance(connection, ServerConnection):
        connection.refusal = failure_reason(error)
    return bool(ok)


def permits(transport: Any, host: str) -> bool:
    """
    Whether a request for a host may be made on a client's connection.

    A connection for one host does not serve another host that is stricter about client
    certificates, although clients may use one connection for several hosts (RFC 9113,
    9.1.1).

    :param transport: a connection, with or without TLS.
    :param host: the host of the request in normal form, without a port.
    """
    connection = getattr(transport, "getHandle", lambda: None)()
    if not isinstance(connection, ServerConnection) or connection.permits is None:
        return True
    return connection.permits(host)
