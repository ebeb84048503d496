"""Read certificates and private keys from files and definitions.

A :class:`Content` is bytes together with their name in errors. Supported are PEM (RFC
7468) and PKCS12 (RFC 7292) from a file; as content in a definition, PEM as text, or
base64 of PEM, DER or PKCS12. Java key stores (JKS, JCEKS) are refused with the command
that converts them.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

#: Larger than the bundle of authorities of any system.
MAX_SOURCE_BYTES = 8 * 1024 * 1024

_PEM_MARK = b"-----BEGIN "
_JAVA_MAGICS = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_JAVA_ADVICE = (
    "Java key stores (JKS) are not supported: convert it with "
    "`keytool -importkeystore -srckeystore OLD.jks -destkeystore NEW.p12 "
    "-deststoretype PKCS12`, or give PEM"
)

PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


class MaterialError(ValueError):
    """A certificate or key cannot be used; the message is one line without secrets."""


@dataclass(frozen=True)
class Content:
    """Bytes, and their name in error messages."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Identity:
    """A certificate, its chain up to the root and its private key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """Nearest authority first; the root may be missing."""
    key: PrivateKey = field(repr=False)


def java_store_refusal(name: str) -> MaterialError:
    """Return the error for a store that is declared to be JKS."""
    return MaterialError(f"{name}: {_JAVA_ADVICE}")


def from_path(name: str, path: str) -> Content:
    """Read a file.

    :param name: the field that holds the path.
    :raises MaterialError: when there is no such regular, readable file.
    """
    label = f"{name} ({path})"
    try:
        # Opening a pipe would block the process; a device may never end.
        regular = stat.S_ISREG(os.stat(path).st_mode)
        data = _read(path) if regular else b""
    except OSError as error:
        raise MaterialError(f"{label}: {error.strerror}") from None
    except ValueError:
        raise MaterialError(f"{name}: not a file name") from None
    if not regular:
        raise MaterialError(f"{label}: not a regular file")
    if len(data) > MAX_SOURCE_BYTES:
        raise MaterialError(f"{label}: larger than {MAX_SOURCE_BYTES} bytes")
    return Content(label, data)


def from_content(name: str, content: str) -> Content:
    """Read the content of a definition.

    :param name: the field that holds the content.
    :param content: PEM text, or base64 of PEM, DER or PKCS12.
    :raises MaterialError: when it is neither.
    """
    if _PEM_MARK.decode() in content:
        return Content(name, content.encode("utf-8", "replace"))
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MaterialError(f"{name}: neither PEM text nor base64") from None
    return Content(name, data)


def load_certificates(source: Content) -> tuple[x509.Certificate, ...]:
    """Return all certificates of a PEM or DER source, in their order.

    :raises MaterialError: when there is none, or one is damaged.
    """
    _refuse_java(source)
    try:
        if _PEM_MARK in source.data:
            return tuple(x509.load_pem_x509_certificates(source.data))
        return (x509.load_der_x509_certificate(source.data),)
    except ValueError:
        if b"-----BEGIN CERTIFICATE-----" in source.data:
            raise MaterialError(f"{source.name}: a certificate is damaged") from None
        raise MaterialError(f"{source.name}: holds no certificate") from None


def load_private_key(source: Content, password: str | None = None) -> PrivateKey:
    """Return the private key of a PEM or DER source.

    :param password: needed when the key is encrypted, ignored when not.
    :raises MaterialError: when there is none, it is damaged, is of a kind that TLS does
        not use, or cannot be decrypted with the password.
    """
    _refuse_java(source)
    load = (
        serialization.load_pem_private_key
        if _PEM_MARK in source.data
        else serialization.load_der_private_key
    )
    try:
        try:
            key = load(source.data, password.encode() if password else None)
        except TypeError:
            # Raised for a missing password and for an unnecessary one.
            if not password:
                raise MaterialError(
                    f"{source.name}: the private key is encrypted, "
                    "and no password is given"
                ) from None
            key = load(source.data, None)
    except MaterialError:
        raise
    except (ValueError, TypeError):
        cause = "holds no private key that can be read"
        if b"PRIVATE KEY-----" in source.data:
            cause = "the private key is damaged"
            if password:
                cause += ", or the password wrong"
        raise MaterialError(f"{source.name}: {cause}") from None
    except UnsupportedAlgorithm:
        raise MaterialError(f"{source.name}: unknown kind of private key") from None
    if not isinstance(key, PrivateKey):
        raise MaterialError(f"{source.name}: not a private key that TLS can use")
    return key


def match(
    certificates: Sequence[x509.Certificate], key: PrivateKey, name: str
) -> Identity:
    """Combine a private key and its certificate.

    The certificate of the key goes first, regardless of the order of the file:
    authorities issue chains in either direction.

    :param name: the name of the pair in errors.
    :raises MaterialError: when the key belongs to none of them.
    """
    public = key.public_key()
    for index, certificate in enumerate(certificates):
        if _public_key(certificate) == public:
            others = (*certificates[:index], *certificates[index + 1 :])
            return Identity(certificate, others, key)
    raise MaterialError(f"{name}: the private key does not belong to the certificate")


def load_pkcs12_identity(
    source: Content, password: str | None, alias: str | None = None
) -> Identity:
    """Return the key, certificate and chain of a PKCS12 store.

    :param alias: the entry's name; compared without case, as Java does.
    :raises MaterialError: when the store cannot be opened, holds no key, or its key has
        another name.
    """
    store = _open_pkcs12(source, password)
    if store.key is None or store.cert is None:
        raise MaterialError(f"{source.name}: holds no private key with a certificate")
    if not isinstance(store.key, PrivateKey):
        raise MaterialError(f"{source.name}: not a private key that TLS can use")
    if alias:
        found = (store.cert.friendly_name or b"").decode("utf-8", "replace")
        if found.lower() != alias.lower():
            # `cryptography` returns only the first key of a store.
            raise MaterialError(
                f"{source.name}: its first key has the alias {found!r}, not "
                f"{alias!r}; a store should hold one key"
            )
    leaf = store.cert.certificate
    others = [other.certificate for other in store.additional_certs]
    pair = match([leaf], store.key, source.name)
    return Identity(pair.certificate, _way_up(leaf, others), pair.key)


def exported(identity: Identity) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the private key as PEM, and the certificates as DER, the key's first."""
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificates = (identity.certificate, *identity.chain)
    return key, tuple(one.public_bytes(Encoding.DER) for one in certificates)


def load_pkcs12_certificates(
    source: Content, password: str | None
) -> tuple[x509.Certificate, ...]:
    """Return all certificates of a PKCS12 store, without keys.

    :raises MaterialError: when the store cannot be opened or holds none.
    """
    store = _open_pkcs12(source, password)
    entries = [*([store.cert] if store.cert else []), *store.additional_certs]
    if not entries:
        raise MaterialError(f"{source.name}: holds no certificate")
    return tuple(entry.certificate for entry in entries)


def _open_pkcs12(
    source: Content, password: str | None
) -> pkcs12.PKCS12KeyAndCertificates:
    _refuse_java(source)
    if _PEM_MARK in source.data:
        raise MaterialError(f"{source.name}: is PEM, not PKCS12")
    try:
        return pkcs12.load_pkcs12(source.data, (password or "").encode())
    except UnsupportedAlgorithm:
        raise MaterialError(
            f"{source.name}: the PKCS12 store uses an unknown encryption"
        ) from None
    except (ValueError, TypeError):
        raise MaterialError(
            f"{source.name}: not a PKCS12 store, or the password is wrong"
        ) from None


def _refuse_java(source: Content) -> None:
    if source.data.startswith(_JAVA_MAGICS):
        raise java_store_refusal(source.name)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(MAX_SOURCE_BYTES + 1)


def _public_key(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _way_up(
    leaf: x509.Certificate, others: list[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return the authorities above a certificate: a store has no order."""
    way: list[x509.Certificate] = []
    below = leaf
    while below.issuer != below.subject:
        issuer = next((one for one in others if _issued(one, below)), None)
        if issuer is None or issuer in way:
            break
        way.append(issuer)
        below = issuer
    return tuple(way)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
