"""TLS towards clients: the choice of certificates, and client certificates.

Twisted's ``CertificateOptions`` has no optional client certificates, and its ALPN
answer comes from ``Site``, which offers ``h2`` whenever the package is installed.
Listeners therefore have a connection creator of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, cast
from weakref import ReferenceType, WeakKeyDictionary, ref

from cryptography import x509
from OpenSSL import SSL
from twisted.internet.interfaces import (
    IOpenSSLServerConnectionCreator,
    IProtocolFactory,
    IReactorTime,
)
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from relay.reactor.direct_tls import tls_protocol
from relay.tls.connection import ServerConnection, note_refusal
from relay.tls.context import show, trust
from relay.tls.files.directory import PairDirectory
from relay.tls.files.pairs import Authorities, ClientAuthorities, Pair
from relay.tls.material import Identity, MaterialError
from relay.tls.names import NameTable, normal_name
from relay.tls.server_context import server_context

_VERIFY_MODES: Final = {
    "none": SSL.VERIFY_NONE,
    "request": SSL.VERIFY_PEER,
    "required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}
_STRICTNESS: Final = ("none", "request", "required")
TICKET_KEYS_S: Final = 86_400
"""How long session tickets are encrypted with the same keys. OpenSSL accepts a ticket
for two hours at the most."""


@dataclass(frozen=True)
class HostFiles:
    """
    The files and rules of some hosts of a listener.

    :param names: host names; ``*.`` in front stands for one label.
    :param certificate: path of the PEM certificate, which may contain the chain; None
        to choose it as for other hosts.
    :param key: path of the PEM private key.
    :param client_auth: ``none``, ``request`` or ``required``.
    :param ca: path of the PEM certificates that sign client certificates.
    """

    names: Sequence[str] = ()
    certificate: str | None = None
    key: str | None = None
    client_auth: str = "none"
    ca: str | None = None


class HostRules:
    """
    The rules of some hosts, with their files.

    :param name: who uses the files, for log lines.
    :param files: the paths.
    :raises MaterialError: when a file cannot be used.
    """

    def __init__(self, name: str, files: HostFiles) -> None:
        if files.client_auth not in _VERIFY_MODES:
            raise MaterialError("client_auth: must be none, request or required")
        if files.client_auth != "none" and files.ca is None:
            raise MaterialError(f"client_auth = {files.client_auth!r} needs a ca file")
        if files.client_auth == "none" and files.ca is not None:
            raise MaterialError("ca: has no use while client_auth is 'none'")
        self.files = files
        self.verify_mode = _VERIFY_MODES[files.client_auth]
        self.pair: Pair | None = None
        """The certificate of these hosts; None when it is chosen by name."""
        if files.certificate is not None and files.key is not None:
            self.pair = Pair(name, files.certificate, files.key)
            self.pair.load()
        self.authorities: ClientAuthorities | None = None
        if files.ca is not None:
            self.authorities = ClientAuthorities(name, files.ca)
            self.authorities.load()

    def stop_watching(self) -> None:
        """Do not examine the files any more."""
        for one in (self.pair, self.authorities):
            if one is not None:
                one.stop_watching()

    def include(self, other: HostRules) -> bool:
        """
        Whether a client that meets these rules meets others, too.
        """
        if other.files.client_auth == "none":
            return True
        mine, theirs = (
            _STRICTNESS.index(one.files.client_auth) for one in (self, other)
        )
        return mine >= theirs and self.files.ca == other.files.ca


class _Chooser:
    """
    Chooses the context that a handshake continues with.

    It keeps no creator alive: the files of one that is not in use any more would be
    watched until the garbage is collected. A connection keeps its own.
    """

    creator: ReferenceType[ServerCreator] | None = None

    def choose(self, connection: SSL.Connection) -> None:
        """Choose; without a creator the handshake fails."""
        creator = None if self.creator is None else self.creator()
        if creator is not None:
            creator.choose(cast(ServerConnection, connection))


class _Front:
    """
    What handshakes begin with. Its keys encrypt session tickets; it has no certificate.

    :param now_s: the monotonic time.
    """

    def __init__(self, http2: bool, now_s: float) -> None:
        self.since_s = now_s
        self.chooser = chooser = _Chooser()
        self.context = server_context(http2)
        self.context.set_verify(SSL.VERIFY_NONE, note_refusal)
        # Also called when the client names no host.
        self.context.set_tlsext_servername_callback(
            lambda connection: chooser.choose(connection)
        )


class _Made(NamedTuple):
    """A context, and what it was made of."""

    context: SSL.Context
    identity: Identity
    trusted: Authorities | None


@implementer(IOpenSSLServerConnectionCreator)
class ServerCreator:
    """
    Creates the server side of TLS connections.

    Each handshake begins with one context, the front, and continues with the context of
    the host that the client names. OpenSSL encrypts session tickets with keys of the
    front, which has no files: tickets remain valid when certificates are replaced.

    :param name: who uses the files, for log lines.
    :param default: the rules of hosts that ``hosts`` does not name.
    :param hosts: the rules of some hosts.
    :param directory: path of a directory of certificates; None for none.
    :param http2: whether HTTP/2 is selected if a client offers it.
    :param seconds: the monotonic time.
    :raises MaterialError: when a file cannot be used.
    """

    log = Logger()

    def __init__(
        self,
        name: str,
        default: HostFiles,
        hosts: Sequence[HostFiles] = (),
        directory: str | None = None,
        http2: bool = False,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http2 = http2
        self._seconds = seconds
        self._default = HostRules(name, default)
        self._special = rules = [HostRules(name, one) for one in hosts]
        self._hosts = NameTable(
            (normal_name(host), one) for one in rules for host in one.files.names
        )
        all_ = [self._default, *rules]
        self._is_uniform = all(one.include(other) for one in all_ for other in all_)
        self._directory: PairDirectory | None = None
        if directory is not None:
            self._directory = PairDirectory(name, directory)
            self._directory.load()
        self._contexts: WeakKeyDictionary[
            Pair, dict[ClientAuthorities | None, _Made]
        ] = WeakKeyDictionary()
        self._front = self._new_front()

    def serverConnectionForTLS(
        self, tlsProtocol: TLSMemoryBIOProtocol
    ) -> SSL.Connection:
        """Return the TLS connection for an accepted socket."""
        if self._seconds() - self._front.since_s >= TICKET_KEYS_S:
            self._front = self._new_front()
        return ServerConnection(self._front.context)

    def replace(self, other: ServerCreator) -> None:
        """
        Take the place of another creator: session tickets of its connections remain
        valid.
        """
        self._front = other._front
        self._front.chooser.creator = ref(self)

    def stop_watching(self) -> None:
        """Do not examine the files any more, although connections may go on."""
        for one in (self._directory, self._default, *self._special):
            if one is not None:
                one.stop_watching()

    def _new_front(self) -> _Front:
        front = _Front(self._http2, self._seconds())
        front.chooser.creator = ref(self)
        return front

    def choose(self, connection: ServerConnection) -> None:
        """Choose the certificate and the rules for the host that a client names."""
        try:
            self._switch(connection)
        except Exception:
            # The handshake fails, since the front has no certificate.
            self.log.failure("no certificate could be chosen")

    def _switch(self, connection: ServerConnection) -> None:
        host = (connection.get_servername() or b"").decode("latin-1").lower()
        host = host.removesuffix(".")
        rules = self._rules(host)
        pair = self._pair(rules, host)
        if pair is None:
            return
        connection.set_context(self._context(pair, rules.authorities))
        if rules.verify_mode != SSL.VERIFY_NONE:
            connection.require_certificate(rules.verify_mode)
        if not self._is_uniform:
            connection.permits = partial(self._permits, rules)

    def certificate_of(self, host: str) -> x509.Certificate | None:
        """
        Return the certificate that is presented to a client; None for no certificate.

        :param host: the host that the client names, in lower case; empty for none.
        """
        pair = self._pair(self._rules(host), host)
        return None if pair is None else pair.value.certificate

    def _pair(self, rules: HostRules, host: str) -> Pair | None:
        if rules is not self._default and rules.pair is not None:
            return rules.pair
        found = None if self._directory is None else self._directory.find(host)
        return found or self._default.pair

    def _rules(self, host: str) -> HostRules:
        return self._hosts.find(host) or self._default

    def _permits(self, rules: HostRules, host: str) -> bool:
        return rules.include(self._rules(host))

    def _context(
        self, pair: Pair, authorities: ClientAuthorities | None
    ) -> SSL.Context:
        identity = pair.value
        trusted = None if authorities is None else authorities.value
        of_pair = self._contexts.setdefault(pair, {})
        made = of_pair.get(authorities)
        if made is None or made.identity is not identity or made.trusted is not trusted:
            context = server_context(self._http2)
            show(context, identity, "certificate")
            if trusted is not None:
                trust(context, trusted, "ca")
                for authority in trusted:
                    context.add_client_ca(authority)
            made = of_pair[authorities] = _Made(context, identity, trusted)
        return made.context


def server_creator(
    certificate: str,
    key: str,
    client_auth: str = "none",
    ca: str | None = None,
    http2: bool = False,
) -> ServerCreator:
    """
    Make a creator with one certificate for all hosts.

    TLS 1.2 and 1.3. With ``request`` a client may connect without a certificate, but a
    certificate that it presents must be valid; with ``required`` it must present one.
    Each certificate of the ``ca`` file is an anchor, also an intermediate one.

    :param certificate: path of the PEM certificate, which may contain the chain.
    :param key: path of the PEM private key.
    :param client_auth: ``none``, ``request`` or ``required``.
    :param ca: path of the PEM certificates that sign client certificates.
    :param http2: whether HTTP/2 is selected if a client offers it.
    :raises MaterialError: when a file cannot be used.
    """
    files = HostFiles((), certificate, key, client_auth, ca)
    return ServerCreator("listener", files, http2=http2)


def tls_factory(
    creator: IOpenSSLServerConnectionCreator,
    factory: IProtocolFactory,
    clock: IReactorTime,
) -> TLSMemoryBIOFactory:
    """Wrap the factory of a listener in TLS.

    Data is encrypted at once. Twisted's default delays small writes until the next turn
    of the reactor, and loses them when the connection is cut.

    :param clock: for Twisted's factory.
    """
    wrapped = TLSMemoryBIOFactory(creator, False, factory, clock)
    wrapped.protocol = tls_protocol()
    return wrapped
