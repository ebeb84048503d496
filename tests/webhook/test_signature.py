"""Signatures, against what the specification gives as its example."""

from __future__ import annotations

import base64

from twisted.trial.unittest import SynchronousTestCase

from relay.webhook.signature import sign

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT_S = 1_614_265_330
BODY = b'{"test": 2432232314}'
EXPECTED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class SignatureTests(SynchronousTestCase):
    """The signature of one delivery."""

    def test_the_example(self) -> None:
        """Receivers' libraries hold exactly this against their own."""
        self.assertEqual(sign([SECRET], ID, AT_S, BODY), EXPECTED)

    def test_everything_counts(self) -> None:
        """Another id, time, body or secret has another signature."""
        others = {
            sign([SECRET], ID + "x", AT_S, BODY),
            sign([SECRET], ID, AT_S + 1, BODY),
            sign([SECRET], ID, AT_S, BODY + b" "),
            sign([b"x" * 24], ID, AT_S, BODY),
        }
        self.assertEqual(len(others - {EXPECTED}), 4)

    def test_two_secrets(self) -> None:
        """While receivers change over, each finds one that it knows."""
        both = sign([SECRET, b"x" * 24], ID, AT_S, BODY).split(" ")
        self.assertEqual(both, [EXPECTED, sign([b"x" * 24], ID, AT_S, BODY)])
