"""Client certificates as text, and their thumbprints."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"
MAX_LENGTH = 32_768
"""Of a certificate as text, in characters."""


def read_certificate(text: str) -> x509.Certificate:
    """
    Read one certificate in any of the formats in which proxies forward it.

    PEM, percent-encoded (nginx: ``$ssl_client_escaped_cert``) or with its line breaks
    lost; DER in base64 (HAProxy: ``ssl_c_der,base64``), between colons, too (RFC 9440).

    :param text: a header's value, or a member of a JSON body.
    :raises ValueError: when it is not one certificate; the text is not shown.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError("is too long for a certificate")
    # A plus sign is part of base64 here, and never stands for a blank.
    text = unquote(text).strip()
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin >= 0:
        text = text[begin + len(_BEGIN) : end] if end > begin else ""
    elif text.startswith(":") and text.endswith(":"):
        text = text[1:-1]
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
        return x509.load_der_x509_certificate(der)
    except (ValueError, TypeError):
        raise ValueError("is no certificate, neither as PEM nor as base64") from None


def thumbprint(certificate: x509.Certificate) -> str:
    """
    Compute ``x5t#S256`` of a certificate (RFC 7515, 4.1.8): its SHA-256 in base64url.
    """
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
