"""The forms that the URL of the engine may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Kind = Literal["server", "sentinel", "cluster"]

PORT = 6379
SENTINEL_PORT = 26379
_SCHEMES: dict[str, tuple[Kind, bool]] = {
    "redis": ("server", False),
    "rediss": ("server", True),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}


class BadAddress(ValueError):
    """A URL that names no Redis server; the message does not repeat it."""


@dataclass(frozen=True, slots=True)
class Address:
    """
    Redis servers.

    :param hosts: names and ports: of the server, of Sentinels, or of some servers of a
        Redis Cluster.
    :param service: the name by which Sentinels know the server.
    :param ca: file of the authorities to trust instead of the system's.
    :param certificate: file of the client certificate; with its key, unless ``key``
        names another file.
    """

    kind: Kind
    hosts: tuple[tuple[str, int], ...]
    service: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    @property
    def shown(self) -> str:
        """The servers in one line, without user and password."""
        return ", ".join(f"{_bracketed(host)}:{port}" for host, port in self.hosts)


def parse(url: str) -> Address:
    """
    Parse a URL.

    ``redis://[user@]host[:port][/database]``; ``rediss`` is with TLS.
    ``redis+sentinel://host[:port],…/service[/database]`` and
    ``redis+cluster://host[:port],…``, both with ``rediss``, too.

    :raises BadAddress: with what is wrong with it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadAddress("is not a URL") from None
    if parts.scheme not in _SCHEMES:
        raise BadAddress(f"must begin with one of {', '.join(_SCHEMES)}, and ://")
    if parts.query or parts.fragment:
        raise BadAddress("must have neither query nor fragment")
    kind, tls = _SCHEMES[parts.scheme]
    user, at, hosts = parts.netloc.rpartition("@")
    if ":" in user:
        raise BadAddress("must have no password: set cluster.password_file")
    default = SENTINEL_PORT if kind == "sentinel" else PORT
    servers = tuple(_host(one, default) for one in hosts.split(","))
    if kind == "server" and len(servers) > 1:
        raise BadAddress("must name one host")
    service, database = _path(kind, parts.path.strip("/"))
    return Address(
        kind,
        servers,
        service,
        database,
        unquote(user) if at and user else None,
        tls=tls,
    )


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        one = urlsplit(f"//{text}")
        host, given = one.hostname, one.port
    except ValueError:
        host, given = None, None
    if not host:
        raise BadAddress("must name a host, with a port from 1 to 65535 if any")
    return host, given or port


def _path(kind: Kind, path: str) -> tuple[str, int]:
    """Read the name of the service, and the number of the database."""
    service = ""
    if kind == "sentinel":
        service, _, path = path.partition("/")
        if not service:
            raise BadAddress("must name the service that the Sentinels watch")
    if kind == "cluster" and path:
        raise BadAddress("must have no path: a Redis Cluster has no databases")
    if not path:
        return service, 0
    if not path.isascii() or not path.isdigit():
        raise BadAddress("must have the number of a database as its path")
    return service, int(path)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
