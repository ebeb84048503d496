"""TLS from this process to one of its own listeners.

No authority is asked: the certificate must be the very one that the listener presents
for the host that the client names.
"""

from __future__ import annotations

import functools

from cryptography import x509
from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from relay.model.schema.types.hosts import is_address
from relay.tls.client import CIPHERS
from relay.tls.context import new_context
from relay.tls.server import ServerCreator
from relay.tls.verification import VerificationFailed


class _Connection(SSL.Connection):
    """A connection with the certificate that it expects of its peer."""

    expected: x509.Certificate | None = None


@implementer(IOpenSSLClientConnectionCreator)
class OwnCreator:
    """
    Makes the client side of a TLS connection to a listener of this process.

    :param server: the TLS side of the listener.
    :param host: the host of the request; a name is sent as SNI (RFC 6066, 3).
    """

    def __init__(self, server: ServerCreator, host: str) -> None:
        self._server = server
        self._name = "" if is_address(host.strip("[]")) else host

    def clientConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        """Return the TLS connection for a connected socket."""
        connection = _Connection(_context())
        connection.expected = self._server.certificate_of(self._name)
        if self._name:
            connection.set_tlsext_host_name(self._name.encode("ascii"))
        return connection


@functools.cache
def _context() -> SSL.Context:
    context = new_context(SSL.TLS_CLIENT_METHOD, CIPHERS)
    context.set_alpn_protos([b"http/1.1"])
    context.set_verify(SSL.VERIFY_PEER, _verify)
    return context


def _verify(
    connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int
) -> bool:
    """Compare the certificate of the peer, and no authority, with the expected one."""
    expected = connection.expected if isinstance(connection, _Connection) else None
    if depth == 0 and certificate.to_cryptography() != expected:
        raise VerificationFailed("the certificate is not that of the listener")
    return True
