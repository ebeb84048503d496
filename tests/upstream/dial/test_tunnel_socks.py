"""Tests for :mod:`relay.upstream.dial.tunnel_socks`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.dial.negotiation import TunnelError, TunnelTarget
from relay.upstream.dial.tunnel_socks import SocksNegotiation

TARGET = TunnelTarget("origin.example", 443)
COMMAND = b"\x05\x01\x00\x03\x0eorigin.example\x01\xbb"
GRANTED = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"
SECRET = "s3cret"


def talk(
    answers: bytes, *credentials: str, target: TunnelTarget = TARGET
) -> tuple[SocksNegotiation, bytes]:
    """Start, receive everything at once; gives all that was sent."""
    one = SocksNegotiation(target, *credentials)
    sent = one.start()
    return one, sent + one.receive(answers)


class ConversationTests(SynchronousTestCase):
    """Tunnels that come to stand."""

    def test_without_credentials(self) -> None:
        """Only the method without authentication is offered."""
        one, sent = talk(b"\x05\x00" + GRANTED + b"rest")
        self.assertEqual(sent, b"\x05\x01\x00" + COMMAND)
        self.assertEqual(one.rest, b"rest")

    def test_with_credentials(self) -> None:
        """
        Both methods are offered; the password is sent only if the proxy selects it.
        """
        one, sent = talk(b"\x05\x02\x01\x00" + GRANTED, "user", SECRET)
        self.assertEqual(
            sent, b"\x05\x02\x00\x02" + b"\x01\x04user\x06s3cret" + COMMAND
        )
        self.assertEqual(one.rest, b"")
        one, sent = talk(b"\x05\x00" + GRANTED, "user", SECRET)
        self.assertNotIn(SECRET.encode(), sent)
        self.assertEqual(one.rest, b"")

    def test_targets(self) -> None:
        """Names go as names, addresses as addresses."""
        for host, address in (
            ("a.example", b"\x03\x09a.example"),
            ("192.0.2.1", b"\x01\xc0\x00\x02\x01"),
            ("2001:db8::1", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01"),
        ):
            _, sent = talk(b"\x05\x00", target=TunnelTarget(host, 8080))
            self.assertEqual(sent[3:], b"\x05\x01\x00" + address + b"\x1f\x90")

    def test_every_split(self) -> None:
        """Wherever the answers are cut, whatever address they name."""
        for bound in (
            b"\x01" + bytes(4),
            b"\x04" + bytes(16),
            b"\x03\x05proxy",
            b"\x03\x00",
        ):
            answers = b"\x05\x02\x01\x00\x05\x00\x00" + bound + b"\x00\x50"
            data = answers + b"\x05\x00tunnel"
            for cut in range(len(data) + 1):
                one = SocksNegotiation(TARGET, "user", SECRET)
                sent, rest = one.start(), b""
                for part in (data[:cut], data[cut:]):
                    if one.rest is None:
                        sent += one.receive(part)
                    else:
                        rest += part
                self.assertEqual((one.rest or b"") + rest, b"\x05\x00tunnel", cut)
                self.assertTrue(sent.endswith(COMMAND))
            one = SocksNegotiation(TARGET, "user", SECRET)
            one.start()
            for index in range(len(answers)):
                self.assertIsNone(one.rest)
                one.receive(answers[index : index + 1])
            self.assertEqual(one.rest, b"")


class RefusalTests(SynchronousTestCase):
    """Tunnels that do not."""

    def refusal(self, answers: bytes, *credentials: str) -> str:
        """The message that these answers end with."""
        error = self.assertRaises(TunnelError, talk, answers, *credentials)
        self.assertNotIn(SECRET, str(error))
        return str(error)

    def test_authentication(self) -> None:
        """Missing, unsuitable and wrong credentials have different messages."""
        self.assertEqual(
            self.refusal(b"\x05\xff"), "the proxy requires a user name and password"
        )
        self.assertEqual(
            self.refusal(b"\x05\xff", "user", SECRET),
            "the proxy requires another authentication than a password",
        )
        self.assertEqual(
            self.refusal(b"\x05\x02\x01\x01", "user", SECRET),
            "the proxy refused the user name and password",
        )

    def test_codes(self) -> None:
        """Every reply code of RFC 1928 has words."""
        messages = {
            self.refusal(b"\x05\x00\x05" + bytes([code]) + GRANTED[2:])
            for code in range(1, 9)
        }
        self.assertEqual(len(messages), 8)
        self.assertIn("the proxy refused the tunnel: connection refused", messages)

    def test_not_socks(self) -> None:
        """
        Other services, methods that were not offered, and unknown codes are refused.
        """
        for answers in (
            b"HTTP/1.1 400 Bad Request\r\n",
            b"\x04\x00",
            b"\x05\x02",
            b"\x05\x01",
            b"\x05\x42",
            b"\x05\x00\x05\x09" + GRANTED[2:],
            b"\x05\x00\x05\x00\x00\x02" + bytes(20),
            b"\x05\x00\x04" + GRANTED[1:],
            b"\x05\x00\x05\x00\x00\x03\x02\xff\xff\x00\x50",
        ):
            self.assertEqual(
                self.refusal(answers), "the proxy's answer is not SOCKS5", answers
            )
        self.assertEqual(
            self.refusal(b"\x05\x02\x05\x00", "user", SECRET),
            "the proxy's answer is not SOCKS5",
        )

    def test_long_credentials(self) -> None:
        """Credentials longer than a length byte can count are refused at once."""
        SocksNegotiation(TARGET, "u" * 255, "p" * 255)
        for pair in (("u" * 256, "p"), ("u", "ü" * 128)):
            self.assertRaises(ValueError, SocksNegotiation, TARGET, *pair)
