"""The reason of a failed TLS handshake.

OpenSSL reports every refused certificate as "certificate verify failed"; the cause can
only be read during the verification. The callbacks of our contexts read it, and raise
:class:`VerificationFailed`: pyOpenSSL lets an exception of a context's verify callback
come out of ``do_handshake``, after the alert that fits the cause has been queued for
the peer. Twisted then passes it to the protocol's ``connectionLost`` like any other
``SSL.Error``.
"""

from __future__ import annotations

from typing import Final

from OpenSSL import SSL
from OpenSSL.crypto import X509

_REASONS: Final = {
    SSL.X509VerificationCodes.ERR_UNABLE_TO_GET_ISSUER_CERT: (
        "the issuer of a certificate is not known"
    ),
    SSL.X509VerificationCodes.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (
        "the issuer of a certificate is not known"
    ),
    SSL.X509VerificationCodes.ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: (
        "the issuer of the certificate is not known"
    ),
    SSL.X509VerificationCodes.ERR_DEPTH_ZERO_SELF_SIGNED_CERT: (
        "self-signed certificate"
    ),
    SSL.X509VerificationCodes.ERR_SELF_SIGNED_CERT_IN_CHAIN: (
        "self-signed certificate in the chain"
    ),
    SSL.X509VerificationCodes.ERR_CERT_HAS_EXPIRED: "certificate has expired",
    SSL.X509VerificationCodes.ERR_CERT_NOT_YET_VALID: "certificate is not yet valid",
    SSL.X509VerificationCodes.ERR_CERT_SIGNATURE_FAILURE: (
        "a signature in the chain is wrong"
    ),
    SSL.X509VerificationCodes.ERR_CERT_REVOKED: "certificate is revoked",
    SSL.X509VerificationCodes.ERR_INVALID_CA: (
        "a certificate in the chain is not an authority's"
    ),
    SSL.X509VerificationCodes.ERR_INVALID_PURPOSE: (
        "certificate is not meant for this use"
    ),
    # From x509_vfy.h of OpenSSL; pyOpenSSL does not define these three.
    66: "the key of the certificate is too short",
    67: "the key of an authority is too short",
    68: "a signature in the chain uses a broken digest",
}


class VerificationFailed(SSL.Error):
    """The peer's certificate was refused.

    :param reason: for log lines and error responses.
    """

    def __init__(self, reason: str) -> None:
        # The arguments of SSL.Error: code that prints its reasons prints this one.
        super().__init__([("SSL routines", "", f"certificate verify failed: {reason}")])
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def failure_reason(code: int) -> str:
    """Return the words for one of OpenSSL's ``X509_V_ERR`` numbers."""
    if code in _REASONS:
        return _REASONS[code]
    for name, value in vars(SSL.X509VerificationCodes).items():
        if value == code and name.startswith("ERR_"):
            return name.removeprefix("ERR_").replace("_", " ").lower()
    return f"verification error {code}"


def verify_chain(
    connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int
) -> bool:
    """Verify callback that adds only the reason to OpenSSL's checks.

    :raises VerificationFailed: when OpenSSL refuses the chain.
    """
    if not ok:
        raise VerificationFailed(failure_reason(error))
    return True


def explain(error: BaseException | None) -> str | None:
    """Return the cause of a failed TLS connection, or ``None`` if TLS did not fail.

    :param error: the reason of a protocol's ``connectionLost``.
    """
    if isinstance(error, VerificationFailed):
        return error.reason
    if not isinstance(error, SSL.Error):
        return None
    queue = error.args[0] if error.args else None
    if isinstance(queue, list):
        return "; ".join(entry[-1] for entry in queue) or "the connection was cut"
    return str(error.args[-1]) if error.args else "the handshake failed"
