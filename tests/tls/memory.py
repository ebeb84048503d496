"""TLS handshakes in memory, whose sessions can be resumed."""

from __future__ import annotations

from dataclasses import dataclass

from OpenSSL import SSL

from tests.pki import Issued

_MOST_TURNS = 20
_MOST_BYTES = 65536


@dataclass
class Shaken:
    """Both sides after a handshake."""

    client: SSL.Connection
    server: SSL.Connection
    client_error: SSL.Error | None = None
    server_error: SSL.Error | None = None

    def error_of(self, side: SSL.Connection) -> SSL.Error | None:
        """Return the error of one side."""
        return self.client_error if side is self.client else self.server_error

    @property
    def good(self) -> bool:
        """Whether both sides are content."""
        return self.client_error is None and self.server_error is None


class Client:
    """
    A client of one version of TLS that believes everybody.

    :param version: one of pyOpenSSL's numbers.
    :param identity: the certificate that it presents.
    """

    def __init__(self, version: int, identity: Issued | None = None) -> None:
        self.context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self.context.set_min_proto_version(version)
        self.context.set_max_proto_version(version)
        if identity is not None:
            self.context.use_certificate(identity.certificate)
            self.context.use_privatekey(identity.key)


def shake_hands(
    client: Client,
    server: SSL.Connection,
    host: bytes | None = None,
    session: SSL.Session | None = None,
) -> Shaken:
    """
    Run a handshake, and send one byte, behind which TLS 1.3 sends its tickets.

    :param server: a new connection.
    :param host: the server name that the client sends.
    :param session: the session that the client resumes. OpenSSL forgets a session whose
        connection is gone without its end: keep the connection.
    """
    caller = SSL.Connection(client.context, None)
    caller.set_connect_state()
    server.set_accept_state()
    if host is not None:
        caller.set_tlsext_host_name(host)
    if session is not None:
        caller.set_session(session)
    shaken = Shaken(caller, server)
    ready: set[SSL.Connection] = set()
    for _ in range(_MOST_TURNS):
        for mine, other in ((caller, server), (server, caller)):
            if shaken.error_of(mine) is not None:
                continue
            try:
                mine.do_handshake()
                ready.add(mine)
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                ready.add(mine)
                if mine is caller:
                    shaken.client_error = error
                else:
                    shaken.server_error = error
            _carry(mine, other)
        if len(ready) == 2:
            break
    if shaken.good:
        server.send(b"x")
        _carry(server, caller)
        try:
            caller.recv(1)
        except SSL.Error as error:
            shaken.client_error = error
    return shaken


def _carry(mine: SSL.Connection, other: SSL.Connection) -> None:
    try:
        other.bio_write(mine.bio_read(_MOST_BYTES))
    except SSL.WantReadError:
        pass
