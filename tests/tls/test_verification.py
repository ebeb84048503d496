"""Why a handshake failed, in words."""

from __future__ import annotations

from typing import Any, cast

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.verification import (
    VerificationFailed,
    explain,
    failure_reason,
    verify_chain,
)

NONE = cast(Any, None)


class ReasonTests(SynchronousTestCase):
    """The words for OpenSSL's numbers."""

    def test_numbers_that_have_words(self) -> None:
        """The codes that operators meet have words of their own."""
        codes = SSL.X509VerificationCodes
        for code, words in (
            (codes.ERR_CERT_HAS_EXPIRED, "certificate has expired"),
            (codes.ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed certificate"),
            (66, "the key of the certificate is too short"),
        ):
            self.assertEqual(failure_reason(code), words)

    def test_numbers_that_have_a_name(self) -> None:
        """Other codes have OpenSSL's name in lower case."""
        code = SSL.X509VerificationCodes.ERR_CRL_HAS_EXPIRED
        self.assertEqual(failure_reason(code), "crl has expired")

    def test_other_numbers(self) -> None:
        """Codes without a name are reported as numbers."""
        self.assertEqual(failure_reason(9999), "verification error 9999")


class VerifyTests(SynchronousTestCase):
    """The verify callback."""

    def test_it_adds_the_reason(self) -> None:
        """The callback adds the reason, and leaves the decision to OpenSSL."""
        self.assertTrue(verify_chain(NONE, NONE, 0, 0, 1))
        error = SSL.X509VerificationCodes.ERR_CERT_HAS_EXPIRED
        failed = self.assertRaises(
            VerificationFailed, verify_chain, NONE, NONE, error, 0, 0
        )
        self.assertEqual(str(failed), "certificate has expired")
        self.assertEqual(failed.reason, "certificate has expired")


class ExplainTests(SynchronousTestCase):
    """The reasons of failed connections."""

    def test_causes(self) -> None:
        """Every error of TLS has a reason; other errors have none."""
        queue = [("SSL routines", "", "no shared cipher"), ("a", "b", "c")]
        for error, words in (
            (VerificationFailed("it is over"), "it is over"),
            (SSL.Error(queue), "no shared cipher; c"),
            (SSL.Error([]), "the connection was cut"),
            (SSL.SysCallError(-1, "Unexpected EOF"), "Unexpected EOF"),
            (SSL.Error(), "the handshake failed"),
            (ConnectionError("gone"), None),
            (None, None),
        ):
            self.assertEqual(explain(error), words, repr(error))

    def test_a_refused_certificate_is_an_error_of_openssl(self) -> None:
        """
        The error has the shape of OpenSSL's errors, so that any code can print the
        reason.
        """
        ((_, _, words),) = VerificationFailed("it is over").args[0]
        self.assertEqual(words, "certificate verify failed: it is over")
