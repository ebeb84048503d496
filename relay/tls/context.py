"""Common parts of the OpenSSL contexts of clients and servers."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from OpenSSL import SSL, crypto

from relay.tls.material import Identity, MaterialError
from relay.tls.verification import explain


def new_context(method: int, ciphers: bytes) -> SSL.Context:
    """Make a context for TLS 1.2 and 1.3 without compression (RFC 9325 §3).

    :param method: ``SSL.TLS_SERVER_METHOD`` or ``SSL.TLS_CLIENT_METHOD``.
    :param ciphers: OpenSSL's cipher list, which applies to TLS 1.2 only.
    """
    context = SSL.Context(method)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION)
    # Releases some 34 KiB of buffers while a stream is quiet.
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_cipher_list(ciphers)
    return context


def show(context: SSL.Context, identity: Identity, name: str) -> None:
    """Make a context present a certificate.

    :param name: the name of the certificate in errors.
    :raises MaterialError: when OpenSSL refuses it, such as for a short key.
    """
    try:
        context.use_certificate(identity.certificate)
        for above in identity.chain:
            context.add_extra_chain_cert(above)
        context.use_privatekey(identity.key)
        context.check_privatekey()
    except SSL.Error as error:
        raise MaterialError(f"{name}: {explain(error)}") from None


def trust(
    context: SSL.Context, certificates: Iterable[x509.Certificate], name: str
) -> None:
    """Add trust anchors to a context.

    Each is an anchor by itself, as in Java's trust stores: a root, an intermediate, or
    the very certificate of the peer.

    :param name: the name of the certificates in errors.
    :raises MaterialError: when OpenSSL refuses one.
    """
    store = context.get_cert_store()
    if store is None:
        raise MaterialError(f"{name}: OpenSSL has no place for certificates")
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    for certificate in certificates:
        try:
            store.add_cert(crypto.X509.from_cryptography(certificate))
        except crypto.Error as error:
            raise MaterialError(f"{name}: {error}") from None
