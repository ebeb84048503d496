"""The certificate that a caller has, wherever its TLS ends."""

from __future__ import annotations

from cryptography.x509 import Certificate

from relay.model.certificates import read_certificate
from relay.plans.caller import Caller
from relay.tls.peer import peer_certificate


def client_certificate(caller: Caller) -> Certificate | None:
    """
    Give the certificate of a caller.

    Where a listener names a header, a trusted proxy's word counts there, and its own
    certificate never does.

    :param caller: who asks.
    :return: None when it has none, or none that can be read.
    """
    if caller.trusted and caller.certificate_header is not None:
        return certificate_in_header(caller, caller.certificate_header)
    return peer_certificate(caller.transport)


def certificate_in_header(caller: Caller, name: bytes) -> Certificate | None:
    """
    Give the certificate that a trusted proxy has written into a header.

    :param caller: who asks; the headers of anybody but a trusted proxy are its own
        words.
    :param name: the header's name.
    """
    text = caller.header(name) if caller.trusted else None
    # Of several the first would be the client's own, from a proxy that only adds one.
    if text is None or "," in text:
        return None
    try:
        return read_certificate(text)
    except ValueError:
        return None
