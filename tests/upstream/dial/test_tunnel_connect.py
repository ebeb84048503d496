"""Tests for :mod:`relay.upstream.dial.tunnel_connect`."""

from __future__ import annotations

import base64

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.dial.negotiation import TunnelError, TunnelTarget
from relay.upstream.dial.tunnel_connect import MAX_HEAD_BYTES, ConnectNegotiation

TARGET = TunnelTarget("origin.example", 443)
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"


def negotiation(
    username: str | None = None, password: str | None = None
) -> ConnectNegotiation:
    """Return a negotiation that has been started."""
    one = ConnectNegotiation(TARGET, username, password)
    one.start()
    return one


class RequestTests(SynchronousTestCase):
    """The request that is sent."""

    def test_plain(self) -> None:
        """Target and Host are the same authority."""
        self.assertEqual(
            ConnectNegotiation(TunnelTarget("2001:db8::1", 8443)).start(),
            b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
        )

    def test_credentials(self) -> None:
        """Credentials are Basic in UTF-8; a missing password is empty."""
        for username, password, pair in (
            ("user", "pass:word", "user:pass:word"),
            ("üser", "pässword", "üser:pässword"),
            ("user", None, "user:"),
        ):
            sent = ConnectNegotiation(TARGET, username, password).start()
            value = base64.b64encode(pair.encode())
            self.assertIn(b"\r\nProxy-Authorization: Basic " + value + b"\r\n", sent)
        self.assertNotIn(b"Authorization", ConnectNegotiation(TARGET, "").start())

    def test_impossible_credentials(self) -> None:
        """Credentials that Basic cannot carry are refused without being repeated."""
        for username, password in (("a:b", "secret"), ("a", "sec\r\nret"), ("\0", "")):
            error = self.assertRaises(
                ValueError, ConnectNegotiation, TARGET, username, password
            )
            self.assertNotIn("sec", str(error))


class AnswerTests(SynchronousTestCase):
    """The answers that are received."""

    def test_established(self) -> None:
        """Each 2xx opens the tunnel, in each form of a status line."""
        for line in (
            b"HTTP/1.1 200 OK",
            b"HTTP/1.0 200 OK",
            b"HTTP/1.1 200 ",
            b"HTTP/1.1 200",
            b"HTTP/1.1 204 \xc3\xbc",
            b"HTTP/1.1 299 x",
        ):
            one = negotiation()
            self.assertEqual(one.receive(line + b"\r\n\r\n"), b"")
            self.assertEqual(one.rest, b"", line)

    def test_length_means_nothing(self) -> None:
        """Behind a 2xx head everything is the tunnel's (RFC 9110 §9.3.6)."""
        for field in (b"Content-Length: 3", b"Transfer-Encoding: chunked"):
            one = negotiation()
            one.receive(b"HTTP/1.1 200 OK\r\n" + field + b"\r\n\r\n3\r\nabc")
            self.assertEqual(one.rest, b"3\r\nabc")

    def test_every_split(self) -> None:
        """Wherever the answer is cut, and byte by byte, the outcome is the same."""
        answer = (
            b"HTTP/1.1 100 Continue\r\n\r\n"
            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ESTABLISHED
        )
        data = answer + b"\r\n\0tunnel\n"
        for cut in range(len(data) + 1):
            one = negotiation()
            rest = b""
            for part in (data[:cut], data[cut:]):
                if one.rest is None:
                    one.receive(part)
                else:
                    rest += part
            self.assertEqual((one.rest or b"") + rest, b"\r\n\0tunnel\n", cut)
        one = negotiation()
        for index in range(len(answer)):
            self.assertIsNone(one.rest)
            one.receive(answer[index : index + 1])
        self.assertEqual(one.rest, b"")

    def refusal(self, data: bytes, *credentials: str) -> TunnelError:
        """Return the error for an answer, which is the same byte by byte."""
        whole: TunnelError = self.assertRaises(
            TunnelError, negotiation(*credentials).receive, data
        )
        one = negotiation(*credentials)

        def slowly() -> None:
            for index in range(len(data)):
                one.receive(data[index : index + 1])

        self.assertEqual(str(self.assertRaises(TunnelError, slowly)), str(whole))
        self.assertIsNone(one.rest)
        return whole

    def test_refused(self) -> None:
        """Everything but 2xx is an error with its status."""
        for line, message in (
            (b"403 Forbidden", "the proxy refused the tunnel: 403 Forbidden"),
            (b"502", "the proxy refused the tunnel: 502"),
            (b"302 " + b"x" * 200, "the proxy refused the tunnel: 302 " + "x" * 80),
            (b"500 \xff", "the proxy refused the tunnel: 500 \ufffd"),
        ):
            error = self.refusal(b"HTTP/1.1 " + line + b"\r\nA: b\r\n\r\nbody")
            self.assertEqual(str(error), message)
            self.assertEqual(error.status, int(line[:3]))

    def test_407(self) -> None:
        """The message of a 407 says whether credentials are missing or wrong."""
        head = b"HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n"
        error = self.refusal(head)
        self.assertEqual(
            str(error), "the proxy requires a user name and password (407)"
        )
        error = self.refusal(head, "user", "s3cret")
        self.assertEqual(
            str(error), "the proxy refused the user name and password (407)"
        )
        self.assertEqual(error.status, 407)

    def test_not_http(self) -> None:
        """Services of other kinds are found out without waiting for a head's end."""
        for data in (
            b"220 mail.example ESMTP\r\n",
            b"SSH-2.0-x\r\n",
            b"\x05\x00",
            b"\x15\x03\x03",
            b"\r\nHTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\n\n",
            b"HTTP/1.1 200 OK\r\nA: b\n\r\n",
            b"HTTP/1.1 2000 OK\r\n\r\n",
            b"HTTP/1.1  200 OK\r\n\r\n",
            b"HTTP/1.1 099 OK\r\n\r\n",
            b"HTTP/1.1 200\tOK\r\n\r\n",
            b"HTTP/1.1 200 O\0K\r\n\r\n",
            b"HTTP/1.1 200 O\rK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n folded\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n: b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nnonsense\r\n\r\n",
        ):
            self.assertEqual(
                str(self.refusal(data)), "the proxy's answer is not HTTP", data
            )

    def test_limit(self) -> None:
        """Heads of just the limit pass; one byte more does not, in any shape."""
        frame = b"HTTP/1.1 200 OK\r\nA: " + b"\r\n\r\n"
        filling = b"x" * (MAX_HEAD_BYTES - len(frame))
        head = frame.replace(b"A: ", b"A: " + filling)
        one = negotiation()
        one.receive(head + b"more")
        self.assertEqual(one.rest, b"more")
        message = f"the proxy's response head is larger than {MAX_HEAD_BYTES} bytes"
        interim = b"HTTP/1.1 100 Continue\r\n\r\n"
        for data in (
            head.replace(b"A: ", b"A: x"),
            b"HTTP/1.1 200 OK\r\nA: " + b"x" * MAX_HEAD_BYTES,
            interim * (MAX_HEAD_BYTES // len(interim) + 1),
        ):
            self.assertEqual(str(self.refusal(data)), message)
