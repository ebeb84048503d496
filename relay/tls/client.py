"""TLS towards endpoints: which certificates are trusted, and which one is presented.

A context takes milliseconds and, with the system's authorities in it, most of a
megabyte; so it is built once per deployment, and only once per process for the options
that name no file. What differs per connection, the server name and the expected
identity, is set on the connection.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import idna
from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import extract_patterns
from service_identity.hazmat import (
    DNS_ID,
    CertificatePattern,
    DNSPattern,
    IPAddress_ID,
    IPAddressPattern,
    verify_service_identity,
)
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface import implementer

from relay.model.api.endpoints.ssl_options import KeyStore, SslOptions, TrustStore
from relay.tls.context import new_context, show, trust
from relay.tls.files.presented import Presented, presented
from relay.tls.files.watched import Read, Watched
from relay.tls.material import (
    Content,
    Identity,
    MaterialError,
    from_content,
    load_certificates,
    load_pkcs12_certificates,
    load_pkcs12_identity,
    load_private_key,
    match,
)
from relay.tls.verification import VerificationFailed, verify_chain

if TYPE_CHECKING:
    from cryptography import x509
    from twisted.protocols.tls import TLSMemoryBIOProtocol

__all__ = [
    "ClientCreator",
    "VerificationFailed",
    "client_creators",
]

#: More than listeners accept: old origins speak CBC and plain RSA.
CIPHERS: Final = (
    b"ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:DHE+AES:"
    b"RSA+AESGCM:RSA+AES:!aNULL:!eNULL:!PSK:!SRP:!DSS"
)

#: Redirects can lead one deployment to any number of hosts.
MAX_CREATORS: Final = 256

_MAX_NAMES_TOLD: Final = 3

ServiceId = DNS_ID | IPAddress_ID


class _Connection(SSL.Connection):
    """A connection with the identity that it expects of its peer."""

    expected: ServiceId | None = None


class ClientMaterial(NamedTuple):
    """A context, and the certificate that it presents, if any."""

    context: SSL.Context
    presented: tuple[Presented, ...] = ()


class ClientContext(Watched[ClientMaterial]):
    """
    A context that is made of the files that a definition names.

    :param ssl: the definition's options.
    :param user: who uses it, for log lines.
    :raises MaterialError: when a store cannot be used.
    """

    def __init__(self, ssl: SslOptions, user: str) -> None:
        super().__init__(
            user,
            partial(_client_context, ssl),
            lambda material: material.presented,
        )
        self.load()


@implementer(IOpenSSLClientConnectionCreator)
class ClientCreator:
    """Makes the client side of TLS connections to one host.

    :param context: shared with other hosts.
    :param server_name: sent as SNI; RFC 6066 §3 allows no address there.
    :param expected: the name that the certificate must contain; None for any.
    """

    def __init__(
        self,
        context: ClientContext,
        server_name: bytes | None,
        expected: ServiceId | None,
    ) -> None:
        self._context = context
        self._server_name = server_name
        self._expected = expected

    def clientConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        """Return the TLS connection for a connected socket."""
        connection = _Connection(self._context.value.context)
        connection.expected = self._expected
        if self._server_name is not None:
            connection.set_tlsext_host_name(self._server_name)
        return connection


def client_creators(
    ssl: SslOptions, user: str = "calls over TLS"
) -> Callable[[str], IOpenSSLClientConnectionCreator]:
    """Read the stores of a definition.

    ``trustAll`` and ``hostnameVerifier`` are independent, as in Gravitee: with
    ``trustAll`` alone a certificate of any issuer must still name the host. A
    failed handshake ends in the protocol's ``connectionLost`` with
    :class:`VerificationFailed`.

    :param ssl: the ``ssl`` member of an endpoint's shared configuration.
    :param user: who uses its files, for log lines.
    :returns: returns the creator for a host, which is a name or an address; it raises
        ``MaterialError`` for anything else.
    :raises MaterialError: when a store cannot be used.
    """
    if ssl.trust_store.type == "NONE" and ssl.key_store.type == "NONE":
        context = _plain_context(ssl.trust_all)
    else:
        context = ClientContext(ssl, user)

    @functools.lru_cache(MAX_CREATORS)
    def creator(host: str) -> ClientCreator:
        server_name, identity = _identify(host)
        return ClientCreator(
            context, server_name, identity if ssl.hostname_verifier else None
        )

    return creator


@functools.cache
def _plain_context(trust_all: bool) -> ClientContext:
    return ClientContext(SslOptions(trust_all=trust_all), "calls over TLS")


def _client_context(ssl: SslOptions, read: Read) -> ClientMaterial:
    context = new_context(SSL.TLS_CLIENT_METHOD, CIPHERS)
    context.set_alpn_protos([b"http/1.1"])
    if ssl.trust_all:
        context.set_verify(SSL.VERIFY_PEER, _verify_name)
    else:
        context.set_verify(SSL.VERIFY_PEER, _verify_chain_and_name)
        if ssl.trust_store.type == "NONE":
            context.set_default_verify_paths()
        else:
            trust(context, *_authorities(ssl.trust_store, read))
    if ssl.key_store.type == "NONE":
        return ClientMaterial(context)
    identity, name = _identity(ssl.key_store, read)
    show(context, identity, name)
    return ClientMaterial(context, (presented(identity, name),))


def _authorities(
    store: TrustStore, read: Read
) -> tuple[tuple[x509.Certificate, ...], str]:
    source = _source(
        read, "ssl.trustStore", "path", store.path, "content", store.content
    )
    if store.type == "PKCS12":
        return load_pkcs12_certificates(source, store.password), source.name
    return load_certificates(source), source.name


def _identity(store: KeyStore, read: Read) -> tuple[Identity, str]:
    where = "ssl.keyStore"
    if store.type == "PKCS12":
        source = _source(read, where, "path", store.path, "content", store.content)
        return load_pkcs12_identity(source, store.password, store.alias), source.name
    certificate = _source(
        read, where, "certPath", store.cert_path, "certContent", store.cert_content
    )
    key = _source(
        read, where, "keyPath", store.key_path, "keyContent", store.key_content
    )
    identity = match(
        load_certificates(certificate),
        load_private_key(key, store.key_password),
        key.name,
    )
    return identity, certificate.name


def _source(
    read: Read,
    where: str,
    path_name: str,
    path: str | None,
    content_name: str,
    content: str | None,
) -> Content:
    if path:
        return read(f"{where}.{path_name}", path)
    if content:
        return from_content(f"{where}.{content_name}", content)
    raise MaterialError(f"{where}: {path_name} or {content_name} is required")


def _identify(host: str) -> tuple[bytes | None, ServiceId]:
    """Return server name and identity of a host.

    :param host: a name, in Unicode or not, or an address, bracketed or not.
    """
    bare = host.removeprefix("[").removesuffix("]")
    try:
        # Certificates contain no zones (RFC 4007 §11 scopes them to this node).
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        pass
    else:
        return None, IPAddress_ID(str(address))
    name = bare.rstrip(".")
    try:
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
        return name.encode("ascii"), DNS_ID(name)
    except ValueError:
        raise MaterialError(f"{host!r}: no certificate can name such a host") from None


def _verify_chain_and_name(
    connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int
) -> bool:
    verify_chain(connection, certificate, error, depth, ok)
    return _verify_name(connection, certificate, error, depth, ok)


def _verify_name(
    connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int
) -> bool:
    if depth == 0 and isinstance(connection, _Connection) and connection.expected:
        _require_name(connection.expected, certificate)
    return True


def _require_name(expected: ServiceId, certificate: X509) -> None:
    """Compare the names as RFC 9525 §6 says, without the common name.

    :raises VerificationFailed: unless the certificate names the host.
    """
    patterns: list[CertificatePattern] = []
    try:
        patterns.extend(extract_patterns(certificate.to_cryptography()))
        verify_service_identity(patterns, [expected], [])
    except VerificationError:
        raise VerificationFailed(
            f"host name mismatch: the certificate is for {_told(patterns)}, "
            f"not for {_wanted(expected)}"
        ) from None
    except CertificateError:
        raise VerificationFailed(
            "host name mismatch: the certificate has no usable "
            "subject alternative names"
        ) from None
    except Exception:
        # Any exception of the parsers must fail this handshake, and not reach the
        # reactor.
        raise VerificationFailed("the certificate cannot be read") from None


def _wanted(expected: ServiceId) -> str:
    if isinstance(expected, DNS_ID):
        return expected.hostname.decode("ascii")
    return str(expected.ip)


def _told(patterns: list[CertificatePattern]) -> str:
    names = [
        one.pattern.decode("ascii", "backslashreplace")
        if isinstance(one, DNSPattern)
        else str(one.pattern)
        for one in patterns
        if isinstance(one, DNSPattern | IPAddressPattern)
    ]
    shown = [ascii(name)[1:-1][:255] for name in names[:_MAX_NAMES_TOLD]]
    if len(names) > _MAX_NAMES_TOLD:
        shown.append(f"{len(names) - _MAX_NAMES_TOLD} more")
    return ", ".join(shown) or "no host"
