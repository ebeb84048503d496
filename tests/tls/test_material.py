"""Tests for :mod:`relay.tls.material`."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, x25519
from twisted.trial.unittest import SynchronousTestCase

from relay.tls import material
from relay.tls.material import Content, MaterialError
from tests.pki import Authority, key_pem, trust_pkcs12

SECRET = "s3cret-word"
ROOT = Authority("Root")
MIDDLE = Authority("Middle", ROOT)
SERVER = MIDDLE.server("localhost")


class SourceTests(SynchronousTestCase):
    """Where bytes come from."""

    def test_reads_a_file(self) -> None:
        """A file's bytes come back, and errors will name field and path."""
        path = self.mktemp()
        with open(path, "wb") as file:
            file.write(b"bytes")
        source = material.from_path("certificate", path)
        self.assertEqual(
            (source.data, source.name), (b"bytes", f"certificate ({path})")
        )

    def test_missing_file(self) -> None:
        """A missing file is named together with its field."""
        error = self.assertRaises(MaterialError, material.from_path, "key", "/nope/k")
        self.assertEqual(str(error), "key (/nope/k): No such file or directory")

    def test_irregular_files(self) -> None:
        """Files that could block or never end are not opened."""
        pipe = self.mktemp()
        os.mkfifo(pipe)
        for path in (pipe, "/dev/zero", "."):
            error = self.assertRaises(MaterialError, material.from_path, "ca", path)
            self.assertEqual(str(error), f"ca ({path}): not a regular file")

    def test_impossible_name(self) -> None:
        """A NUL in a path is an error of ours, too."""
        error = self.assertRaises(MaterialError, material.from_path, "ca", "a\0b")
        self.assertEqual(str(error), "ca: not a file name")

    def test_large_file(self) -> None:
        """A file that no certificate needs is not taken into memory."""
        path = self.mktemp()
        with open(path, "wb") as file:
            file.truncate(material.MAX_SOURCE_BYTES + 1)
        error = self.assertRaises(MaterialError, material.from_path, "ca", path)
        self.assertIn("larger than 8388608 bytes", str(error))

    def test_content_forms(self) -> None:
        """Inline content is PEM text, or base64 of PEM or DER, wrapped or not."""
        der = SERVER.certificate.public_bytes(serialization.Encoding.DER)
        for content in (
            SERVER.certificate_pem,
            base64.b64encode(SERVER.certificate_pem.encode()).decode(),
            base64.encodebytes(der).decode(),
        ):
            source = material.from_content("content", content)
            found = material.load_certificates(source)
            self.assertEqual(found[0], SERVER.certificate)

    def test_content_that_is_neither(self) -> None:
        """Anything else is refused without being repeated."""
        error = self.assertRaises(
            MaterialError, material.from_content, "ssl.trustStore.content", SECRET + "!"
        )
        self.assertEqual(
            str(error), "ssl.trustStore.content: neither PEM text nor base64"
        )

    def test_content_stays_out_of_repr(self) -> None:
        """A source and an identity do not show their bytes."""
        source = Content("field", SECRET.encode())
        identity = material.match([SERVER.certificate], SERVER.key, "x")
        self.assertNotIn(SECRET, repr(source))
        self.assertNotIn("key=", repr(identity))


class CertificateTests(SynchronousTestCase):
    """PEM certificates."""

    def test_chain_in_order(self) -> None:
        """All certificates come in the order of the file; keys are passed over."""
        text = SERVER.key_pem + SERVER.certificate_pem
        found = material.load_certificates(Content("c", text.encode()))
        self.assertEqual(found, (SERVER.certificate, MIDDLE.certificate))

    def test_refusals(self) -> None:
        """A missing and a damaged certificate have different messages."""
        damaged = SERVER.certificate_pem.replace("MII", "AAA", 1)
        for data, message in (
            (b"", "c: holds no certificate"),
            (b"junk", "c: holds no certificate"),
            (SERVER.key_pem.encode(), "c: holds no certificate"),
            (damaged.encode(), "c: a certificate is damaged"),
        ):
            error = self.assertRaises(
                MaterialError, material.load_certificates, Content("c", data)
            )
            self.assertEqual(str(error), message)


class PrivateKeyTests(SynchronousTestCase):
    """Private keys and the certificates that they belong to."""

    def test_forms(self) -> None:
        """PEM and DER, encrypted and not, with a password needed or needless."""
        der = SERVER.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for data, password in (
            (SERVER.key_pem.encode(), None),
            (SERVER.key_pem.encode(), "needless"),
            (key_pem(SERVER.key, SECRET).encode(), SECRET),
            (der, None),
        ):
            found = material.load_private_key(Content("k", data), password)
            self.assertEqual(found.public_key(), SERVER.key.public_key())

    def test_refusals(self) -> None:
        """Each failure names the problem and never contains a password."""
        encrypted = key_pem(SERVER.key, SECRET).encode()
        damaged = SERVER.key_pem.replace("MI", "AA", 1).encode()
        exchange = x25519.X25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for data, password, message in (
            (
                encrypted,
                None,
                "k: the private key is encrypted, and no password is given",
            ),
            (
                encrypted,
                "wrong-word",
                "k: the private key is damaged, or the password wrong",
            ),
            (damaged, None, "k: the private key is damaged"),
            (b"", None, "k: holds no private key that can be read"),
            (
                SERVER.certificate_pem.encode(),
                None,
                "k: holds no private key that can be read",
            ),
            (exchange, None, "k: not a private key that TLS can use"),
        ):
            error = self.assertRaises(
                MaterialError, material.load_private_key, Content("k", data), password
            )
            self.assertEqual(str(error), message)

    def test_dsa(self) -> None:
        """A kind of key that TLS 1.2 suites of ours never use is refused."""
        data = dsa.generate_private_key(1024).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        error = self.assertRaises(
            MaterialError, material.load_private_key, Content("k", data)
        )
        self.assertEqual(str(error), "k: not a private key that TLS can use")

    def test_match_reorders(self) -> None:
        """The key's own certificate goes first, whatever the file's order."""
        identity = material.match(
            [MIDDLE.certificate, SERVER.certificate], SERVER.key, "key"
        )
        self.assertEqual(identity.certificate, SERVER.certificate)
        self.assertEqual(identity.chain, (MIDDLE.certificate,))

    def test_mismatch(self) -> None:
        """A key of another certificate is refused."""
        error = self.assertRaises(
            MaterialError, material.match, [SERVER.certificate], ROOT.key, "key (k.pem)"
        )
        self.assertEqual(
            str(error),
            "key (k.pem): the private key does not belong to the certificate",
        )


class Pkcs12Tests(SynchronousTestCase):
    """PKCS12 stores."""

    def test_identity(self) -> None:
        """Key, certificate and way up come out, by any case of the alias."""
        source = Content("s", SERVER.pkcs12(SECRET, "Relay"))
        for alias in (None, "", "Relay", "RELAY"):
            identity = material.load_pkcs12_identity(source, SECRET, alias)
            self.assertEqual(identity.certificate, SERVER.certificate)
            self.assertEqual(identity.chain, (MIDDLE.certificate,))
            self.assertEqual(identity.key.public_key(), SERVER.key.public_key())

    def test_without_password(self) -> None:
        """A store without password opens with an empty one and with none."""
        source = Content("s", SERVER.pkcs12(None))
        for password in (None, ""):
            identity = material.load_pkcs12_identity(source, password)
            self.assertEqual(identity.certificate, SERVER.certificate)

    def test_certificates(self) -> None:
        """A trust store gives all its certificates, a key store also its own."""
        trusted = Content("t", trust_pkcs12([ROOT.certificate], SECRET))
        self.assertEqual(
            material.load_pkcs12_certificates(trusted, SECRET), (ROOT.certificate,)
        )
        keyed = Content("t", SERVER.pkcs12(SECRET))
        self.assertEqual(
            material.load_pkcs12_certificates(keyed, SECRET),
            (SERVER.certificate, MIDDLE.certificate),
        )

    def test_refusals(self) -> None:
        """Each failure names the problem and never contains a password."""
        store = SERVER.pkcs12(SECRET)
        unopened = "s: not a PKCS12 store, or the password is wrong"
        for data, password, alias, message in (
            (store, "wrong-word", None, unopened),
            (store, None, None, unopened),
            (b"junk", SECRET, None, unopened),
            (SERVER.certificate_pem.encode(), None, None, "s: is PEM, not PKCS12"),
            (
                store,
                SECRET,
                "other",
                "s: its first key has the alias 'relay', not 'other'; "
                "a store should hold one key",
            ),
            (
                trust_pkcs12([ROOT.certificate], SECRET),
                SECRET,
                None,
                "s: holds no private key with a certificate",
            ),
        ):
            error = self.assertRaises(
                MaterialError,
                material.load_pkcs12_identity,
                Content("s", data),
                password,
                alias,
            )
            self.assertEqual(str(error), message)

    def test_java_store_by_its_bytes(self) -> None:
        """A JKS store that is called something else still gets the advice."""
        source = Content("ssl.keyStore.path", b"\xfe\xed\xfe\xed\0\0\0\2")
        for load in (
            material.load_certificates,
            material.load_private_key,
            lambda one: material.load_pkcs12_identity(one, SECRET),
            lambda one: material.load_pkcs12_certificates(one, SECRET),
        ):
            error = self.assertRaises(MaterialError, load, source)
            self.assertIn("ssl.keyStore.path: Java key stores (JKS)", str(error))
            self.assertIn("keytool -importkeystore", str(error))


class KeytoolTests(SynchronousTestCase):
    """Stores as Java's own tool writes them."""

    if shutil.which("keytool") is None:
        skip = "keytool is not installed"

    def keytool(self, *arguments: str) -> None:
        """Run keytool, and fail the test if it fails."""
        done = subprocess.run(
            ("keytool", *arguments, "-storepass", SECRET), capture_output=True
        )
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_stores(self) -> None:
        """Key and trust stores made by keytool open; of two keys, the first."""
        keys, trusted, der = self.mktemp(), self.mktemp(), self.mktemp()
        pair = ("-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12")
        self.keytool(*pair, "-keystore", keys, "-alias", "First", "-dname", "CN=one")
        self.keytool(*pair, "-keystore", keys, "-alias", "next", "-dname", "CN=two")
        self.keytool("-exportcert", "-keystore", keys, "-alias", "first", "-file", der)
        self.keytool(
            *("-importcert", "-noprompt", "-storetype", "PKCS12"),
            *("-keystore", trusted, "-alias", "authority", "-file", der),
        )
        source = material.from_path("ssl.keyStore.path", keys)
        identity = material.load_pkcs12_identity(source, SECRET, "First")
        self.assertEqual(identity.certificate.subject.rfc4514_string(), "CN=one")
        self.assertEqual(identity.chain, ())
        found = material.load_pkcs12_certificates(
            material.from_path("ssl.trustStore.path", trusted), SECRET
        )
        self.assertEqual(found, (identity.certificate,))
