"""The client certificate of a caller, whether TLS ends here or at a proxy."""

from __future__ import annotations

from cryptography.x509 import Certificate

from relay.model.consumers.certificates import read_certificate
from relay.plans.caller import Caller
from relay.tls.peer import peer_certificate

ABSENT = ("", "::", "(null)")
"""What proxies write for a client that has shown no certificate: HAProxy, HAProxy in
the form of RFC 9440, Apache. nginx writes no header."""


def client_certificate(caller: Caller) -> Certificate | None:
    """
    Read the certificate of a caller.

    If the listener has a ``client_certificate_header``, the certificate of a client of
    a trusted proxy is read from this header, never from the proxy's connection.

    :return: None when the caller has no certificate.
    :raises ValueError: when the header does not hold one valid certificate.
    """
    if caller.trusted and caller.certificate_header is not None:
        return certificate_in_header(caller, caller.certificate_header)
    return peer_certificate(caller.transport)


def certificate_in_header(caller: Caller, name: bytes) -> Certificate | None:
    """
    Read the certificate that a trusted proxy has written into a header.

    :param caller: the header counts only if the peer is a trusted proxy.
    :return: None without the header, and for one of :data:`ABSENT`.
    :raises ValueError: when it does not hold one valid certificate.
    """
    text = caller.header(name) if caller.trusted else None
    if text is None or text in ABSENT:
        return None
    # A proxy that only appends the header would leave a forged one before its own.
    if "," in text:
        raise ValueError("there are several certificates")
    return read_certificate(text)
