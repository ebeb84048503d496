"""The TLS session of a connection: the certificates of its sides, and its version."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from OpenSSL import SSL


def peer_certificate(transport: Any) -> x509.Certificate | None:
    """
    Return the certificate that the other side presented in its TLS handshake.

    It is verified: a listener accepts none that its authorities have not signed.

    :param transport: a connection, with or without TLS.
    :return: None without TLS, and without a certificate.
    """
    get = getattr(transport, "getPeerCertificate", None)
    shown = get() if get is not None else None
    if shown is None:
        return None
    certificate: x509.Certificate = shown.to_cryptography()
    return certificate


def local_certificate(transport: Any) -> x509.Certificate | None:
    """
    Return the certificate that this side presented in its TLS handshake.

    :param transport: a connection, with or without TLS.
    :return: None without TLS.
    """
    connection = getattr(transport, "getHandle", lambda: None)()
    if not isinstance(connection, SSL.Connection):
        return None
    shown = connection.get_certificate()
    return None if shown is None else shown.to_cryptography()


def tls_version(transport: Any) -> str | None:
    """
    Return the version of TLS that a connection uses, such as ``TLSv1.3``.

    :param transport: a connection whose handshake is over.
    :return: None without TLS.
    """
    connection = getattr(transport, "getHandle", lambda: None)()
    if not isinstance(connection, SSL.Connection):
        return None
    version: str = connection.get_protocol_version_name()
    return version
