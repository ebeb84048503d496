"""Tests for :mod:`relay.tls.client`."""

from __future__ import annotations

import base64
import os
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID
from OpenSSL import SSL
from twisted.internet.error import ConnectionRefusedError
from twisted.trial.unittest import SynchronousTestCase, TestCase

from relay.model.api.endpoints.ssl_options import SslOptions
from relay.tls import client
from relay.tls.client import VerificationFailed, client_creators
from relay.tls.context import show
from relay.tls.material import Identity, MaterialError
from relay.tls.server import ServerCreator, server_creator
from relay.tls.verification import explain
from tests.pki import (
    DAY,
    Authority,
    Issued,
    key_pem,
    self_signed,
    trust_pkcs12,
)
from tests.tls.loopback import Conversation, Plain, converse

ROOT = Authority("Root")
MIDDLE = Authority("Middle", ROOT)
OTHERS = Authority("Others")
CLIENTS = Authority("Clients")
SERVER = MIDDLE.server(
    "localhost", "*.wild.example", "127.0.0.1", "::1", "xn--bcher-kva.example"
)
CLIENT = CLIENTS.client()
SECRET = "s3cret-word"

TRUSTING = {"trustStore": {"type": "PEM", "content": ROOT.pem}}
UNKNOWN = "the issuer of a certificate is not known"


def options(**members: Any) -> SslOptions:
    """The ``ssl`` member as a definition gives it, believing :data:`ROOT`."""
    return SslOptions.read({**TRUSTING, **members})


def base64_of(data: bytes) -> str:
    """Binary content as a definition holds it."""
    return base64.b64encode(data).decode()


def damage_names(issued: Issued) -> Issued:
    """The same certificate, with nonsense for its subject alternative names."""
    names = x509.UnrecognizedExtension(
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x05\x82\x09abc"
    )
    good = issued.certificate
    certificate = (
        x509.CertificateBuilder()
        .subject_name(good.subject)
        .issuer_name(ROOT.subject)
        .public_key(issued.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(good.not_valid_before_utc)
        .not_valid_after(good.not_valid_after_utc)
        .add_extension(names, critical=False)
        .sign(ROOT.key, hashes.SHA256())
    )
    return Issued(certificate, issued.key, (), issued.root)


class _Loopback(TestCase):
    """Conversations with a listener of ours."""

    def listener(
        self, issued: Issued = SERVER, client_auth: str = "none"
    ) -> ServerCreator:
        """A listener that shows a certificate, and may ask for :data:`CLIENT`'s."""
        files = issued.write(self.mktemp())
        ca = None
        if client_auth != "none":
            ca = CLIENT.write(self.mktemp()).ca
        return server_creator(files.certificate, files.key, client_auth, ca)

    async def meet(
        self, host: str, ssl: SslOptions, issued: Issued = SERVER
    ) -> Conversation:
        """Dial a listener that shows a certificate, under a name."""
        return await converse(self.listener(issued), client_creators(ssl)(host))


class IdentityTests(_Loopback):
    """Whom a certificate names."""

    async def test_names(self) -> None:
        """DNS and IP subject alternative names, wildcards, case, a final dot."""
        for host, server_name in (
            ("localhost", b"localhost"),
            ("LOCALHOST", b"LOCALHOST"),
            ("localhost.", b"localhost"),
            ("a.wild.example", b"a.wild.example"),
            ("bücher.example", b"xn--bcher-kva.example"),
            ("127.0.0.1", None),
            ("::1", None),
            ("[::1]", None),
            ("0:0:0:0:0:0:0:1", None),
        ):
            seen = await self.meet(host, options())
            self.assertTrue(seen.good, (host, seen.client.reason))
            self.assertEqual(seen.server.server_name, server_name, host)

    async def test_wrong_names(self) -> None:
        """Another name or address is refused; the reason names both."""
        names = "localhost, *.wild.example, xn--bcher-kva.example, 2 more"
        for host in ("other.example", "wild.example", "a.b.wild.example", "127.0.0.2"):
            seen = await self.meet(host, options())
            self.assertFalse(seen.good)
            self.assertEqual(
                seen.client.reason,
                f"host name mismatch: the certificate is for {names}, not for {host}",
            )

    async def test_common_name_is_no_name(self) -> None:
        """A certificate without subject alternative names is refused."""
        nameless = ROOT.issue(common_name="localhost")
        seen = await self.meet("localhost", options(), nameless)
        self.assertEqual(
            seen.client.reason,
            "host name mismatch: the certificate has no usable "
            "subject alternative names",
        )

    async def test_unreadable_names(self) -> None:
        """Names that make no sense fail the handshake and nothing else."""
        odd = ROOT.issue("*.*.example", common_name="odd")
        seen = await self.meet("localhost", options(), odd)
        self.assertIn("host name mismatch", str(seen.client.reason))

    async def test_damaged_names(self) -> None:
        """Bytes that no parser takes end the handshake, not the reactor's calm."""
        damaged = damage_names(ROOT.server("localhost"))
        seen = await self.meet("localhost", options(), damaged)
        self.assertFalse(seen.good)
        self.assertIsNotNone(seen.client.reason)
        believing = SslOptions.read({"trustAll": True})
        seen = await self.meet("localhost", believing, damaged)
        self.assertEqual(seen.client.reason, "the certificate cannot be read")

    async def test_names_cannot_forge_log_lines(self) -> None:
        """Control characters of a peer's name do not reach the reason."""
        forged = ROOT.issue("evil\n\x1b[31m.example", common_name="forged")
        seen = await self.meet("localhost", options(), forged)
        reason = str(seen.client.reason)
        self.assertIn("host name mismatch", reason)
        self.assertTrue(reason.isprintable(), reason)

    async def test_verifier_off(self) -> None:
        """Without the verifier only the chain is checked."""
        off = options(hostnameVerifier=False)
        seen = await self.meet("other.example", off)
        self.assertTrue(seen.good)
        self.assertEqual(seen.server.server_name, b"other.example")
        seen = await self.meet("localhost", off, OTHERS.server())
        self.assertEqual(seen.client.reason, UNKNOWN)

    async def test_unknown_kind_of_host(self) -> None:
        """A host that is neither a name nor an address is refused."""
        for host in ("", "a b", "12345", "a\r\nb", "x" * 70 + "ü"):
            creators = client_creators(options())
            self.assertRaises(MaterialError, creators, host)


class ChainTests(_Loopback):
    """The certificate authorities that are accepted."""

    async def test_refusals(self) -> None:
        """Each kind of bad chain has its own reason and its own alert."""
        for issued, reason, alert in (
            (OTHERS.server(), UNKNOWN, "unknown ca"),
            (self_signed("localhost"), "self-signed certificate", "unknown ca"),
            (ROOT.expired(), "certificate has expired", "certificate expired"),
            (
                ROOT.issue("localhost", starts=DAY),
                "certificate is not yet valid",
                "bad certificate",
            ),
            (
                ROOT.issue("localhost", client=True),
                "certificate is not meant for this use",
                "unsupported certificate",
            ),
        ):
            seen = await self.meet("localhost", options(), issued)
            self.assertFalse(seen.good)
            lost = seen.client.lost
            assert lost is not None
            self.assertIsInstance(lost.value, VerificationFailed)
            self.assertEqual(seen.client.reason, reason)
            self.assertEqual(str(lost.value), reason)
            self.assertIn(alert, str(seen.server.reason))

    async def test_missing_intermediate(self) -> None:
        """A server that leaves its chain out is not believed."""
        bare = Issued(SERVER.certificate, SERVER.key, (), SERVER.root)
        seen = await self.meet("localhost", options(), bare)
        self.assertEqual(seen.client.reason, UNKNOWN)

    async def test_trust_all(self) -> None:
        """trustAll takes any chain; the name still counts unless switched off."""
        believing = SslOptions.read({"trustAll": True})
        for issued in (OTHERS.server(), self_signed("localhost"), ROOT.expired()):
            self.assertTrue((await self.meet("localhost", believing, issued)).good)
            seen = await self.meet("other.example", believing, issued)
            self.assertIn("host name mismatch", str(seen.client.reason))
        anything = SslOptions.read({"trustAll": True, "hostnameVerifier": False})
        seen = await self.meet("other.example", anything, self_signed("localhost"))
        self.assertTrue(seen.good)

    async def test_trust_stores(self) -> None:
        """PEM and PKCS12 stores, by path and by content."""
        store = trust_pkcs12([OTHERS.certificate, ROOT.certificate], SECRET)
        pem_path: str = self.mktemp()
        with open(pem_path, "w", encoding="ascii") as file:
            file.write(OTHERS.pem + ROOT.pem)
        p12_path: str = self.mktemp()
        with open(p12_path, "wb") as binary:
            binary.write(store)
        for trust_store in (
            {"type": "PEM", "path": pem_path},
            {"type": "PEM", "content": OTHERS.pem + ROOT.pem},
            {"type": "PKCS12", "path": p12_path, "password": SECRET},
            {"type": "PKCS12", "content": base64_of(store), "password": SECRET},
        ):
            ssl = options(trustStore=trust_store)
            self.assertTrue((await self.meet("localhost", ssl)).good, trust_store)
            stranger = Authority("Stranger").server()
            self.assertFalse((await self.meet("localhost", ssl, stranger)).good)

    async def test_anchors(self) -> None:
        """An intermediate, or the server's own certificate, can be the anchor."""
        for text in (MIDDLE.pem, SERVER.certificate_pem):
            ssl = options(trustStore={"type": "PEM", "content": text})
            self.assertTrue((await self.meet("localhost", ssl)).good)
            seen = await self.meet("other.example", ssl)
            self.assertIn("host name mismatch", str(seen.client.reason))

    async def test_system_authorities(self) -> None:
        """Without a trust store the authorities of the system are accepted."""
        path: str = self.mktemp()
        with open(path, "w", encoding="ascii") as file:
            file.write(ROOT.pem)
        # OpenSSL reads the environment of the process, not a patched mapping.
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = path
        self.addCleanup(self.restore, "SSL_CERT_FILE", before)
        client._plain_context.cache_clear()
        self.addCleanup(client._plain_context.cache_clear)
        ssl = SslOptions()
        self.assertTrue((await self.meet("localhost", ssl)).good)
        seen = await self.meet("localhost", ssl, OTHERS.server())
        self.assertEqual(seen.client.reason, UNKNOWN)

    def restore(self, name: str, value: str | None) -> None:
        """Put an environment variable back."""
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


class ClientCertificateTests(_Loopback):
    """The client certificate that is sent."""

    def key_stores(self) -> list[dict[str, str]]:
        """Every form in which a definition can hold :data:`CLIENT`."""
        files = CLIENT.write(self.mktemp(), "client")
        store = CLIENT.pkcs12(SECRET, "Mine")
        path: str = self.mktemp()
        with open(path, "wb") as file:
            file.write(store)
        return [
            {"type": "PEM", "certPath": files.certificate, "keyPath": files.key},
            {
                "type": "PEM",
                "certContent": CLIENT.certificate_pem,
                "keyContent": CLIENT.key_pem,
            },
            {
                "type": "PEM",
                "certContent": CLIENT.certificate_pem,
                "keyContent": key_pem(CLIENT.key, SECRET),
                "keyPassword": SECRET,
            },
            {"type": "PKCS12", "path": path, "password": SECRET},
            {
                "type": "PKCS12",
                "content": base64_of(store),
                "password": SECRET,
                "alias": "mine",
            },
        ]

    async def test_forms(self) -> None:
        """The server sees the certificate of each form of key store."""
        listener = self.listener(client_auth="required")
        for key_store in self.key_stores():
            creator = client_creators(options(keyStore=key_store))("localhost")
            seen = await converse(listener, creator)
            self.assertTrue(seen.good, key_store["type"])
            self.assertEqual(seen.server.peer, CLIENT.certificate)

    async def test_none(self) -> None:
        """
        Without a key store a server that requires a certificate refuses, and the reason
        says so.
        """
        listener = self.listener(client_auth="required")
        seen = await converse(listener, client_creators(options())("localhost"))
        self.assertFalse(seen.good)
        self.assertEqual(seen.client.reason, "tlsv13 alert certificate required")

    async def test_with_trust_all(self) -> None:
        """A client certificate goes with trustAll as well."""
        ssl = SslOptions.read({"trustAll": True, "keyStore": self.key_stores()[0]})
        listener = self.listener(OTHERS.server(), client_auth="required")
        seen = await converse(listener, client_creators(ssl)("localhost"))
        self.assertTrue(seen.good)
        self.assertEqual(seen.server.peer, CLIENT.certificate)


class ProtocolTests(_Loopback):
    """Versions and ALPN."""

    def origin(self, **settings: Any) -> Plain:
        """An origin that is set up differently from our listeners."""
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        identity = Identity(SERVER.certificate, SERVER.intermediates, SERVER.key)
        for name, value in settings.items():
            getattr(context, name)(value)
        show(context, identity, "origin")
        return Plain(context)

    async def test_alpn_is_offered(self) -> None:
        """http/1.1 is offered, and nothing else."""
        offers: list[list[bytes]] = []

        def select(connection: SSL.Connection, offered: list[bytes]) -> bytes:
            offers.append(offered)
            return offered[0]

        origin = self.origin(set_alpn_select_callback=select)
        seen = await converse(origin, client_creators(options())("localhost"))
        self.assertTrue(seen.good)
        self.assertEqual(offers, [[b"http/1.1"]])
        self.assertEqual(seen.client.alpn, b"http/1.1")

    async def test_origin_without_alpn(self) -> None:
        """An origin that ignores ALPN is fine."""
        seen = await converse(self.origin(), client_creators(options())("localhost"))
        self.assertTrue(seen.good)
        self.assertIsNone(seen.client.alpn)

    async def test_versions(self) -> None:
        """TLS 1.2 and 1.3 are spoken, TLS 1.1 is not."""
        creator = client_creators(options())("localhost")
        for version, name in (
            (SSL.TLS1_2_VERSION, "TLSv1.2"),
            (SSL.TLS1_3_VERSION, "TLSv1.3"),
        ):
            seen = await converse(self.origin(set_max_proto_version=version), creator)
            self.assertEqual(seen.client.version, name)
        old = self.origin(
            set_max_proto_version=SSL.TLS1_1_VERSION,
            set_cipher_list=b"ALL:@SECLEVEL=0",
        )
        seen = await converse(old, creator)
        self.assertFalse(seen.good)
        self.assertEqual(seen.client.reason, "tlsv1 alert protocol version")

    async def test_old_suites_of_origins(self) -> None:
        """An origin with CBC suites only can still be reached."""
        origin = self.origin(
            set_max_proto_version=SSL.TLS1_2_VERSION,
            set_cipher_list=b"ECDHE-ECDSA-AES128-SHA",
        )
        seen = await converse(origin, client_creators(options())("localhost"))
        self.assertTrue(seen.good)


class CacheTests(SynchronousTestCase):
    """The objects that are built once."""

    def test_creator_per_host(self) -> None:
        """A host has one creator, and all creators share the context."""
        creators = client_creators(options())
        first, again, other = (
            creators("a.example"),
            creators("a.example"),
            creators("b"),
        )
        self.assertIs(first, again)
        self.assertIsNot(first, other)
        assert isinstance(first, client.ClientCreator)
        assert isinstance(other, client.ClientCreator)
        self.assertIs(first._context, other._context)

    def test_bound(self) -> None:
        """Any number of hosts leaves a bounded number of creators."""
        creators = client_creators(options())
        first = creators("0.example")
        for number in range(client.MAX_CREATORS + 1):
            creators(f"{number}.example")
        self.assertIsNot(creators("0.example"), first)

    def test_contexts(self) -> None:
        """Deployments share the system's context, never one with own material."""

        def context(ssl: SslOptions) -> SSL.Context:
            creator = client_creators(ssl)("a.example")
            assert isinstance(creator, client.ClientCreator)
            return creator._context.value.context

        self.assertIs(context(SslOptions()), context(SslOptions()))
        self.assertIsNot(
            context(SslOptions()), context(SslOptions.read({"trustAll": True}))
        )
        self.assertIsNot(context(options()), context(options()))


class RefusalTests(SynchronousTestCase):
    """Stores that cannot be used."""

    def test_fields_are_named(self) -> None:
        """The message names the field of the definition, never a secret."""
        wrong = base64_of(CLIENT.pkcs12(SECRET))
        for members, message in (
            (
                {"trustStore": {"type": "PEM", "path": "/nope"}},
                "ssl.trustStore.path (/nope): No such file or directory",
            ),
            (
                {"trustStore": {"type": "PEM", "content": CLIENT.key_pem}},
                "ssl.trustStore.content: holds no certificate",
            ),
            (
                {
                    "trustStore": {
                        "type": "PKCS12",
                        "content": wrong,
                        "password": "other-word",
                    }
                },
                "ssl.trustStore.content: not a PKCS12 store, or the password is wrong",
            ),
            (
                {"keyStore": {"type": "PEM", "certPath": "/c", "keyPath": "/k"}},
                "ssl.keyStore.certPath (/c): No such file or directory",
            ),
            (
                {
                    "keyStore": {
                        "type": "PEM",
                        "certContent": CLIENT.certificate_pem,
                        "keyContent": SERVER.key_pem,
                    }
                },
                "ssl.keyStore.keyContent: "
                "the private key does not belong to the certificate",
            ),
            (
                {
                    "keyStore": {
                        "type": "PKCS12",
                        "content": wrong,
                        "password": SECRET,
                        "alias": "absent",
                    }
                },
                "ssl.keyStore.content: its first key has the alias 'relay', "
                "not 'absent'; a store should hold one key",
            ),
        ):
            error = self.assertRaises(
                MaterialError, client_creators, options(**members)
            )
            self.assertEqual(str(error), message)
            self.assertNotIn("word", str(error).replace("password", ""))


class ExplainTests(SynchronousTestCase):
    """Errors in words."""

    def test_kinds(self) -> None:
        """TLS errors have words, other errors none."""
        for error, words in (
            (VerificationFailed("certificate has expired"), "certificate has expired"),
            (
                SSL.Error([("SSL routines", "", "wrong version number")]),
                "wrong version number",
            ),
            (SSL.SysCallError(-1, "Unexpected EOF"), "Unexpected EOF"),
            (SSL.Error([]), "the connection was cut"),
            (SSL.Error(), "the handshake failed"),
            (ConnectionRefusedError(), None),
            (None, None),
        ):
            self.assertEqual(explain(error), words)
