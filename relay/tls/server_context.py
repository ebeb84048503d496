"""The context of the server side of TLS, and its answer to ALPN."""

from __future__ import annotations

from typing import Final

from OpenSSL import SSL

from relay.tls.context import new_context

#: TLS 1.2 with forward secrecy and authenticated encryption, as in all suites of TLS
#: 1.3. Every client since 2015 supports one of these.
CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"


class NoCommonProtocol(SSL.Error):
    """The client offers no protocol of the listener."""

    def __init__(self) -> None:
        super().__init__([("SSL routines", "", "no application protocol")])


def server_context(http2: bool) -> SSL.Context:
    """
    Make a context without a certificate.

    :param http2: whether HTTP/2 is selected if a client offers it.
    """
    context = new_context(SSL.TLS_SERVER_METHOD, CIPHERS)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE)
    # Sessions are resumed by tickets, which saves a signature for clients that
    # reconnect. OpenSSL requires an id where clients present certificates.
    context.set_session_id(b"relay")
    context.set_alpn_select_callback(_select_http2 if http2 else _select_protocol)
    return context


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
