"""The client certificate of a connection."""

from __future__ import annotations

from typing import Any

from cryptography import x509


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
