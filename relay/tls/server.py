"""TLS towards clients: certificates, client certificates, ALPN.

Twisted's ``CertificateOptions`` has no optional client certificates, and its ALPN
answer comes from ``Site``, which offers ``h2`` whenever the package is installed.
Listeners therefore have a connection creator of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

from OpenSSL import SSL
from twisted.internet.interfaces import (
    IOpenSSLServerConnectionCreator,
    IProtocolFactory,
    IReactorTime,
)
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from relay.reactor.direct_tls import tls_protocol
from relay.tls.context import new_context, show, trust
from relay.tls.material import (
    MaterialError,
    from_path,
    load_certificates,
    load_private_key,
    match,
    warn_unless_current,
)
from relay.tls.verification import verify_chain

#: TLS 1.2 with forward secrecy and authenticated encryption, as in all suites of TLS
#: 1.3. Every client since 2015 supports one of these.
CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"

_VERIFY_MODES: Final = {
    "none": SSL.VERIFY_NONE,
    "request": SSL.VERIFY_PEER,
    "required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}


class NoCommonProtocol(SSL.Error):
    """The client offers no protocol of the listener."""

    def __init__(self) -> None:
        super().__init__([("SSL routines", "", "no application protocol")])


@implementer(IOpenSSLServerConnectionCreator)
class ServerCreator:
    """Creates the server side of TLS connections.

    :param prepare: reads the files and returns a context.
    :raises MaterialError: when a file cannot be used.
    """

    def __init__(self, prepare: Callable[[], SSL.Context]) -> None:
        self._prepare = prepare
        self._context = prepare()

    def reload(self) -> None:
        """Read the files again for later connections.

        :raises MaterialError: when a file cannot be used; the context is unchanged.
        """
        self._context = self._prepare()

    def serverConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        """Return the TLS connection for an accepted socket."""
        return SSL.Connection(self._context)


def server_creator(
    certificate: str,
    key: str,
    client_auth: str = "none",
    ca: str | None = None,
    http2: bool = False,
) -> ServerCreator:
    """Read a listener's files and prepare its TLS context.

    TLS 1.2 and 1.3. With ``request`` a client may connect without a certificate, but a
    certificate that it presents must be valid; with ``required`` it must present one.
    Each certificate of the ``ca`` file is an anchor, also an intermediate one.

    :param certificate: path of the PEM certificate, which may contain the chain.
    :param key: path of the PEM private key.
    :param client_auth: ``none``, ``request`` or ``required``.
    :param ca: path of the PEM certificates that sign client certificates.
    :param http2: whether HTTP/2 is selected if a client offers it.
    :raises MaterialError: when a file cannot be used.
    """
    if client_auth not in _VERIFY_MODES:
        raise MaterialError("client_auth: must be none, request or required")
    if client_auth != "none" and ca is None:
        raise MaterialError(f"client_auth = {client_auth!r} needs a ca file")
    if client_auth == "none" and ca is not None:
        raise MaterialError("ca: has no use while client_auth is 'none'")
    return ServerCreator(partial(_prepare, certificate, key, client_auth, ca, http2))


def _prepare(
    certificate: str, key: str, client_auth: str, ca: str | None, http2: bool
) -> SSL.Context:
    source = from_path("certificate", certificate)
    identity = match(
        load_certificates(source),
        load_private_key(from_path("key", key)),
        f"key ({key})",
    )
    warn_unless_current(identity.certificate, source.name)
    context = _server_context(http2)
    show(context, identity, source.name)
    if ca is not None:
        _ask_for_certificate(context, client_auth, ca)
    return context


def tls_factory(
    creator: IOpenSSLServerConnectionCreator,
    factory: IProtocolFactory,
    clock: IReactorTime,
) -> TLSMemoryBIOFactory:
    """Wrap the factory of a listener in TLS.

    Data is encrypted at once. Twisted's default delays small writes until the next turn
    of the reactor, and loses them when the connection is cut.

    :param clock: for Twisted's factory.
    """
    wrapped = TLSMemoryBIOFactory(creator, False, factory, clock)
    wrapped.protocol = tls_protocol()
    return wrapped


def _server_context(http2: bool) -> SSL.Context:
    context = new_context(SSL.TLS_SERVER_METHOD, CIPHERS)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE)
    # Sessions are resumed by tickets under a key of this context, which saves a
    # signature for clients that reconnect. The id separates contexts.
    context.set_session_id(secrets.token_bytes(16))
    context.set_alpn_select_callback(_select_http2 if http2 else _select_protocol)
    return context


def _ask_for_certificate(context: SSL.Context, client_auth: str, ca: str) -> None:
    source = from_path("ca", ca)
    authorities = load_certificates(source)
    trust(context, authorities, source.name)
    for authority in authorities:
        context.add_client_ca(authority)
    # A resumed session would skip the check of an expired certificate.
    context.set_options(SSL.OP_NO_TICKET)
    context.set_verify(_VERIFY_MODES[client_auth], verify_chain)


def _select_http2(
    connection: SSL.Connection, offered: list[bytes]
) -> bytes | SSL._NoOverlappingProtocols:
    """Select ``h2`` if it is offered (RFC 9113 §3.2).

    :raises NoCommonProtocol: as :func:`_select_protocol`.
    """
    return b"h2" if b"h2" in offered else _select_protocol(connection, offered)


def _select_protocol(
    connection: SSL.Connection, offered: list[bytes]
) -> bytes | SSL._NoOverlappingProtocols:
    """Answer ALPN (RFC 7301 §3.2).

    ``http/1.1`` is selected if it is offered. A client that offers ``http/1.0`` and not
    ``http/1.1`` receives no answer, continues without ALPN, and is served HTTP/1.0 on
    the same port. Any other list has no protocol in common with the listener, for which
    the RFC requires a fatal ``no_application_protocol`` alert.

    :raises NoCommonProtocol: which pyOpenSSL turns into that alert.
    """
    if b"http/1.1" in offered:
        return b"http/1.1"
    if b"http/1.0" in offered:
        return SSL.NO_OVERLAPPING_PROTOCOLS
    raise NoCommonProtocol
