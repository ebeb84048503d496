"""A private certificate authority for tests.

Everything is made in memory with elliptic-curve keys, which cost a fraction of
a millisecond; :meth:`Issued.write` puts the PEM files where a program wants
them.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def pem(*certificates: x509.Certificate) -> str:
    """The certificates as one PEM text, in the order given."""
    encoding = serialization.Encoding.PEM
    return "".join(one.public_bytes(encoding).decode() for one in certificates)


def key_pem(key: ec.EllipticCurvePrivateKey, password: str | None = None) -> str:
    """The key as PKCS8 PEM, encrypted when a password is given."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        _encryption(password),
    ).decode()


def _encryption(
    password: str | None,
) -> serialization.KeySerializationEncryption:
    if password is None:
        return serialization.NoEncryption()
    return serialization.BestAvailableEncryption(password.encode())


def trust_pkcs12(
    certificates: Sequence[x509.Certificate], password: str | None
) -> bytes:
    """A PKCS12 store holding certificates only, as a trust store does."""
    return pkcs12.serialize_key_and_certificates(
        None, None, None, list(certificates), _encryption(password)
    )


@dataclass(frozen=True)
class Written:
    """Paths of what :meth:`Issued.write` wrote."""

    certificate: str
    """The certificate followed by its intermediates."""
    key: str
    """The private key, not encrypted."""
    ca: str
    """The root that the certificate leads to."""


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and the way up to its root."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    intermediates: tuple[x509.Certificate, ...]
    """Between the certificate and the root, nearest first, root left out."""
    root: x509.Certificate

    @property
    def certificate_pem(self) -> str:
        """The certificate and its intermediates."""
        return pem(self.certificate, *self.intermediates)

    @property
    def key_pem(self) -> str:
        """The private key, not encrypted."""
        return key_pem(self.key)

    def pkcs12(self, password: str | None, alias: str = "relay") -> bytes:
        """Key, certificate and intermediates as one PKCS12 store."""
        return pkcs12.serialize_key_and_certificates(
            alias.encode(),
            self.key,
            self.certificate,
            list(self.intermediates),
            _encryption(password),
        )

    def write(self, directory: str, name: str = "server") -> Written:
        """Write ``{name}.pem``, ``{name}.key`` and ``{name}-ca.pem``."""
        os.makedirs(directory, exist_ok=True)
        written = Written(
            os.path.join(directory, f"{name}.pem"),
            os.path.join(directory, f"{name}.key"),
            os.path.join(directory, f"{name}-ca.pem"),
        )
        for path, text in (
            (written.certificate, self.certificate_pem),
            (written.key, self.key_pem),
            (written.ca, pem(self.root)),
        ):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        return written


class Authority:
    """A certificate authority: self-signed, or signed by another one.

    :param name: its common name.
    :param parent: the authority that signs it; none makes it a root.
    :param ends: end of validity, from now.
    """

    def __init__(
        self,
        name: str = "Test Root",
        parent: Authority | None = None,
        ends: datetime.timedelta = 3650 * DAY,
    ):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = _name(name)
        self.root: x509.Certificate
        self.path: tuple[x509.Certificate, ...]
        builder = (
            _builder(self.subject, self.key, -DAY, ends)
            .issuer_name(parent.subject if parent else self.subject)
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
        )
        self.certificate = builder.sign(
            parent.key if parent else self.key, hashes.SHA256()
        )
        if parent is None:
            self.root, self.path = self.certificate, ()
        else:
            self.root, self.path = parent.root, (self.certificate, *parent.path)

    @property
    def pem(self) -> str:
        """This authority's own certificate."""
        return pem(self.certificate)

    def issue(
        self,
        *names: str,
        client: bool = False,
        common_name: str | None = None,
        starts: datetime.timedelta = -DAY,
        ends: datetime.timedelta = 365 * DAY,
    ) -> Issued:
        """Sign a certificate.

        :param names: host names and IP addresses, which become subject
            alternative names of the right kind.
        :param client: for a client (``clientAuth``) rather than a server.
        :param common_name: the subject; the first name unless given.
        :param starts: start of validity, from now.
        :param ends: end of validity, from now.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        usage = (
            ExtendedKeyUsageOID.CLIENT_AUTH
            if client
            else ExtendedKeyUsageOID.SERVER_AUTH
        )
        subject = _name(common_name or (names[0] if names else "nobody"))
        builder = (
            _builder(subject, key, starts, ends)
            .issuer_name(self.subject)
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                critical=False,
            )
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(one) for one in names]),
                critical=False,
            )
        certificate = builder.sign(self.key, hashes.SHA256())
        return Issued(certificate, key, self.path, self.root)

    def server(self, *names: str) -> Issued:
        """A valid server certificate; ``localhost`` and 127.0.0.1 by default."""
        return self.issue(*(names or ("localhost", "127.0.0.1", "::1")))

    def client(self, name: str = "a client") -> Issued:
        """A valid client certificate."""
        return self.issue(client=True, common_name=name)

    def expired(self, *names: str) -> Issued:
        """A server certificate that ended yesterday."""
        return self.issue(*(names or ("localhost",)), starts=-30 * DAY, ends=-DAY)


def self_signed(*names: str) -> Issued:
    """A server certificate that nobody but itself has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(names[0])
    certificate = (
        _builder(subject, key, -DAY, 365 * DAY)
        .issuer_name(subject)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(one) for one in names]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Issued(certificate, key, (), certificate)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    starts: datetime.timedelta,
    ends: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            critical=False,
        )
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
