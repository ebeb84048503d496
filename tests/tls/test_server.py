"""Tests for :mod:`relay.tls.server`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import IReactorProcess
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SynchronousTestCase, TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site

from relay.tls.material import MaterialError
from relay.tls.server import ServerCreator, server_creator, tls_factory
from tests.pki import DAY, Authority, Issued, Written, key_pem, pem
from tests.tls.loopback import Conversation, Plain, converse, reactor_tcp, reactor_time

ROOT = Authority("Root")
MIDDLE = Authority("Middle", ROOT)
SERVER = MIDDLE.server("localhost", "127.0.0.1")
CLIENTS = Authority("Clients")
OTHERS = Authority("Others")


class _Files(SynchronousTestCase):
    """Writes what the listener of a test reads."""

    def written(self, issued: Issued = SERVER, name: str = "server") -> Written:
        """The files of a certificate, in a directory of this test's own."""
        return issued.write(self.mktemp(), name)

    def text(self, content: str) -> str:
        """The path of a file with this content."""
        path: str = self.mktemp()
        with open(path, "w", encoding="ascii") as file:
            file.write(content)
        return path

    def creator(
        self, client_auth: str = "none", ca: str | None = None
    ) -> ServerCreator:
        """A listener that shows :data:`SERVER`."""
        files = self.written()
        return server_creator(files.certificate, files.key, client_auth, ca)


def client_context(
    identity: Issued | None = None, alpn: Sequence[bytes] = (b"http/1.1",)
) -> SSL.Context:
    """A client that believes :data:`ROOT`."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    store = context.get_cert_store()
    assert store is not None
    store.add_cert(X509.from_cryptography(ROOT.certificate))
    context.set_verify(SSL.VERIFY_PEER)
    if alpn:
        context.set_alpn_protos(list(alpn))
    if identity is not None:
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
    return context


class RefusalTests(_Files):
    """Files that a listener cannot use."""

    def refusal(self, *arguments: str | None) -> str:
        """The one line that these arguments are refused with."""
        error = self.assertRaises(MaterialError, server_creator, *arguments)
        self.assertNotIn("\n", str(error))
        return str(error)

    def test_certificate_and_key(self) -> None:
        """The message names the setting and its path."""
        files = self.written()
        self.assertIn("certificate (/nope): No such", self.refusal("/nope", files.key))
        self.assertIn("key (/nope): No such", self.refusal(files.certificate, "/nope"))
        self.assertIn(
            f"certificate ({files.key}): holds no certificate",
            self.refusal(files.key, files.key),
        )
        other = self.written(MIDDLE.server("other"))
        self.assertEqual(
            self.refusal(files.certificate, other.key),
            f"key ({other.key}): the private key does not belong to the certificate",
        )

    def test_encrypted_key(self) -> None:
        """
        An encrypted key is refused, since a listener has no setting for its password.
        """
        files = self.written()
        encrypted = self.text(key_pem(SERVER.key, "s3cret"))
        self.assertEqual(
            self.refusal(files.certificate, encrypted),
            f"key ({encrypted}): the private key is encrypted, "
            "and no password is given",
        )

    def test_short_key(self) -> None:
        """A key that OpenSSL finds too short is refused at start, with the cause."""
        key = rsa.generate_private_key(65537, 1024)
        name = SERVER.certificate.subject
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(SERVER.certificate.not_valid_before_utc)
            .not_valid_after(SERVER.certificate.not_valid_after_utc)
            .sign(key, hashes.SHA256())
        )
        paths = (
            self.text(pem(certificate)),
            self.text(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ).decode()
            ),
        )
        self.assertIn("ee key too small", self.refusal(*paths))

    def test_client_auth(self) -> None:
        """Client certificates need a word that is known and a CA file."""
        files = self.written()
        pair = (files.certificate, files.key)
        self.assertIn("none, request or required", self.refusal(*pair, "maybe", None))
        self.assertIn("needs a ca file", self.refusal(*pair, "request", None))
        self.assertIn("has no use", self.refusal(*pair, "none", files.ca))
        self.assertIn("ca (/nope)", self.refusal(*pair, "required", "/nope"))
        self.assertIn(
            "holds no certificate", self.refusal(*pair, "required", files.key)
        )


class HandshakeTests(TestCase, _Files):
    """The handshakes of clients."""

    async def talk(self, creator: ServerCreator, context: SSL.Context) -> Conversation:
        """Run one conversation with a client of this context."""
        return await converse(creator, Plain(context, b"localhost"))

    async def test_chain_is_sent(self) -> None:
        """A client that knows only the root is convinced, over TLS 1.3."""
        seen = await self.talk(self.creator(), client_context())
        self.assertTrue(seen.good)
        self.assertEqual(seen.client.version, "TLSv1.3")
        self.assertEqual(seen.client.peer, SERVER.certificate)

    async def test_tls_1_2(self) -> None:
        """TLS 1.2 works, with forward secrecy and authenticated encryption."""
        context = client_context()
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        seen = await self.talk(self.creator(), context)
        self.assertTrue(seen.good)
        self.assertEqual(seen.server.version, "TLSv1.2")

    async def test_weak_suites(self) -> None:
        """A TLS 1.2 client with CBC suites only is refused."""
        context = client_context()
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(b"ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA")
        seen = await self.talk(self.creator(), context)
        self.assertFalse(seen.good)
        self.assertEqual(seen.server.reason, "no shared cipher")

    async def test_tls_1_1(self) -> None:
        """A client that speaks at most TLS 1.1 is refused."""
        context = client_context()
        context.set_max_proto_version(SSL.TLS1_1_VERSION)
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
        seen = await self.talk(self.creator(), context)
        self.assertFalse(seen.good)
        self.assertEqual(seen.server.reason, "unsupported protocol")
        self.assertEqual(seen.client.reason, "tlsv1 alert protocol version")

    async def test_alpn(self) -> None:
        """http/1.1 wins wherever it stands; HTTP/1.0 and silence go on without."""
        for offered, chosen in (
            ((b"http/1.1",), b"http/1.1"),
            ((b"h2", b"http/1.1"), b"http/1.1"),
            ((b"http/1.0",), None),
            ((b"http/1.0", b"http/1.1"), b"http/1.1"),
            ((), None),
        ):
            seen = await self.talk(self.creator(), client_context(alpn=offered))
            self.assertTrue(seen.good, offered)
            self.assertEqual(seen.client.alpn, chosen, offered)
            self.assertEqual(seen.server.alpn, chosen, offered)

    async def test_alpn_with_http2(self) -> None:
        """A listener with HTTP/2 selects it whenever the client offers it."""
        files = self.written()
        creator = server_creator(files.certificate, files.key, http2=True)
        for offered, chosen in (
            ((b"http/1.1", b"h2"), b"h2"),
            ((b"h2",), b"h2"),
            ((b"http/1.1",), b"http/1.1"),
            ((), None),
        ):
            seen = await self.talk(creator, client_context(alpn=offered))
            self.assertEqual(seen.client.alpn, chosen, offered)

    async def test_alpn_without_overlap(self) -> None:
        """A client that offers h2 only gets the alert of RFC 7301 §3.2."""
        for offered in ((b"h2",), (b"h2", b"acme-tls/1")):
            seen = await self.talk(self.creator(), client_context(alpn=offered))
            self.assertFalse(seen.good)
            self.assertEqual(seen.client.reason, "tlsv1 alert no application protocol")
            self.assertEqual(seen.server.reason, "no application protocol")

    async def test_client_auth(self) -> None:
        """The nine cases of none, request, required with no, good, bad certificate."""
        ca = self.text(CLIENTS.pem)
        absent = "peer did not return a certificate"
        unknown = "the issuer of a certificate is not known"
        for client_auth, identity, reason in (
            ("none", None, None),
            ("none", CLIENTS.client(), None),
            ("none", OTHERS.client(), None),
            ("request", None, None),
            ("request", CLIENTS.client(), None),
            ("request", OTHERS.client(), unknown),
            ("required", None, absent),
            ("required", CLIENTS.client(), None),
            ("required", OTHERS.client(), unknown),
        ):
            creator = self.creator(client_auth, None if client_auth == "none" else ca)
            for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
                case = (client_auth, identity and identity.root.subject, version)
                context = client_context(identity)
                context.set_max_proto_version(version)
                seen = await self.talk(creator, context)
                self.assertEqual(seen.good, reason is None, case)
                self.assertEqual(seen.server.reason, reason, case)
                shown = identity is not None and client_auth != "none" and seen.good
                self.assertEqual(seen.server.peer is not None, shown, case)

    async def test_client_certificate_of_the_wrong_kind(self) -> None:
        """Expired, and a server's certificate: refused even when only requested."""
        creator = self.creator("request", self.text(CLIENTS.pem))
        expired = CLIENTS.issue(client=True, starts=-2 * DAY, ends=-DAY)
        for identity, reason in (
            (expired, "certificate has expired"),
            (CLIENTS.server("someone"), "certificate is not meant for this use"),
        ):
            seen = await self.talk(creator, client_context(identity))
            self.assertFalse(seen.good)
            self.assertEqual(seen.server.reason, reason)

    async def test_ca_file_with_an_intermediate_only(self) -> None:
        """An intermediate in the CA file is an anchor by itself."""
        below = Authority("Staff", CLIENTS)
        creator = self.creator("required", self.text(below.pem))
        good = await self.talk(creator, client_context(below.client()))
        self.assertTrue(good.good)
        bad = await self.talk(creator, client_context(CLIENTS.client()))
        self.assertFalse(bad.good)


class ProgramTests(TestCase, _Files):
    """The listener as programs outside of Python see it."""

    async def serve(self, creator: ServerCreator) -> int:
        """Serve a small site; the port is closed after the test."""
        root = Resource()
        page = Resource()
        page.render_GET = lambda request: b"over TLS\n"  # type: ignore[attr-defined]
        root.putChild(b"", page)
        port = await TCP4ServerEndpoint(reactor_tcp, 0, interface="127.0.0.1").listen(
            tls_factory(creator, Site(root), reactor_time)
        )
        self.addCleanup(port.stopListening)
        number: int = port.getHost().port
        return number

    async def run_program(self, *command: str, stdin: bytes = b"") -> tuple[int, str]:
        """Exit status and all output of a program."""
        program = shutil.which(command[0])
        assert program is not None
        out, err, status = await getProcessOutputAndValue(
            program,
            command[1:],
            env=dict(os.environ),
            reactor=IReactorProcess(reactor_tcp),
            stdinBytes=stdin or b"\n",
        ).addTimeout(20, reactor_time)
        return status, (out + err).decode("utf-8", "replace")


class CurlTests(ProgramTests):
    """curl against a listener."""

    if shutil.which("curl") is None:
        skip = "curl is not installed"

    async def curl(self, port: int, *options: str) -> tuple[int, str]:
        """Fetch the page, believing :data:`ROOT` only."""
        ca = self.text(ROOT.pem)
        url = f"https://localhost:{port}/"
        return await self.run_program(
            "curl", "-sSv", "--max-time", "10", "--cacert", ca, *options, url
        )

    async def test_versions(self) -> None:
        """curl gets the page when it offers h2, HTTP/1.1 or HTTP/1.0."""
        port = await self.serve(self.creator())
        for options in ((), ("--http1.1",), ("--http1.0",), ("--no-alpn",)):
            status, output = await self.curl(port, *options)
            self.assertEqual(status, 0, output)
            self.assertIn("over TLS", output)

    async def test_client_certificate(self) -> None:
        """A listener that requires one is met with one, and not without."""
        port = await self.serve(self.creator("required", self.text(CLIENTS.pem)))
        mine = CLIENTS.client().write(self.mktemp(), "client")
        status, output = await self.curl(
            port, "--cert", mine.certificate, "--key", mine.key
        )
        self.assertEqual(status, 0, output)
        status, output = await self.curl(port)
        self.assertNotEqual(status, 0)
        self.assertNotIn("over TLS", output)


class OpensslTests(ProgramTests):
    """openssl s_client against a listener."""

    if shutil.which("openssl") is None:
        skip = "openssl is not installed"

    async def s_client(
        self, port: int, *options: str, stdin: bytes = b""
    ) -> tuple[int, str]:
        """Connect, send some bytes, and give what s_client printed."""
        return await self.run_program(
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
            *("-servername", "localhost", "-CAfile", self.text(ROOT.pem)),
            *options,
            stdin=stdin,
        )

    async def test_chain_verifies(self) -> None:
        """The chain is complete and in order; nothing is compressed."""
        port = await self.serve(self.creator())
        status, output = await self.s_client(port, "-verify_return_error")
        self.assertEqual(status, 0, output)
        self.assertIn("Verify return code: 0 (ok)", output)
        self.assertIn("Compression: NONE", output)

    async def test_old_version(self) -> None:
        """TLS 1.1 is refused with the protocol version alert."""
        port = await self.serve(self.creator())
        status, output = await self.s_client(
            port, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"
        )
        self.assertNotEqual(status, 0)
        self.assertIn("alert protocol version", output)

    async def test_client_authorities_are_told(self) -> None:
        """A client learns whose certificates are wanted, to choose one."""
        port = await self.serve(self.creator("request", self.text(CLIENTS.pem)))
        _, output = await self.s_client(port)
        self.assertIn("Acceptable client certificate CA names", output)
        self.assertIn("CN = Clients", output.replace("CN=", "CN = "))

    async def test_renegotiation(self) -> None:
        """A TLS 1.2 client that asks for renegotiation is refused."""
        port = await self.serve(self.creator())
        _, output = await self.s_client(port, "-tls1_2", stdin=b"R\n")
        self.assertIn("no renegotiation", output)

    async def test_resumption(self) -> None:
        """A client resumes its session, unless it has a certificate to show."""
        ca = self.text(CLIENTS.pem)
        for creator, resumed in (
            (self.creator(), True),
            (self.creator("request", ca), False),
        ):
            port = await self.serve(creator)
            for version in ("-tls1_2", "-tls1_3"):
                session = self.mktemp()
                get = b"GET / HTTP/1.0\r\n\r\n"
                await self.s_client(
                    port, version, "-ign_eof", "-sess_out", session, stdin=get
                )
                if not resumed and not os.path.exists(session):
                    continue
                _, output = await self.s_client(
                    port, version, "-sess_in", session, stdin=b""
                )
                self.assertEqual("Reused, TLS" in output, resumed, (version, output))
