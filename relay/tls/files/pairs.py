"""Certificates of listeners, and authorities of their clients, as watched files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cryptography import x509
from OpenSSL import SSL

from relay.tls.context import show, trust
from relay.tls.files.presented import Presented, presented
from relay.tls.files.watched import Read, Watched
from relay.tls.material import (
    Identity,
    MaterialError,
    load_certificates,
    load_private_key,
    match,
)
from relay.tls.names import certificate_names
from relay.tls.server_context import server_context

Authorities = tuple[x509.Certificate, ...]


class Pair(Watched[Identity]):
    """
    A certificate with its private key.

    :param name: who uses it, for log lines.
    :param certificate: path of the PEM certificate, which may contain the chain.
    :param key: path of the PEM private key.
    :param named: whether the certificate must contain a host name.
    """

    def __init__(
        self, name: str, certificate: str, key: str, named: bool = False
    ) -> None:
        super().__init__(
            name,
            partial(_read_identity, certificate, key, named),
            partial(_present, f"certificate ({certificate})"),
        )


class ClientAuthorities(Watched[Authorities]):
    """
    The authorities that sign client certificates.

    :param name: who uses them, for log lines.
    :param path: of their PEM file.
    """

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, partial(_read_authorities, path))


def _read_identity(certificate: str, key: str, named: bool, read: Read) -> Identity:
    source = read("certificate", certificate)
    identity = match(
        load_certificates(source),
        load_private_key(read("key", key)),
        f"key ({key})",
    )
    if named and not certificate_names(identity.certificate):
        raise MaterialError(
            f"{source.name}: the certificate has no host name as subject alternative "
            "name"
        )
    # OpenSSL refuses some, such as short keys.
    show(_scratch(), identity, source.name)
    return identity


def _present(source: str, identity: Identity) -> Sequence[Presented]:
    return (presented(identity, source),)


def _read_authorities(path: str, read: Read) -> Authorities:
    source = read("ca", path)
    authorities = load_certificates(source)
    trust(_scratch(), authorities, source.name)
    return authorities


def _scratch() -> SSL.Context:
    return server_context(http2=False)
