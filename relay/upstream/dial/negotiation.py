"""Common parts of the negotiations with forward proxies, sans IO."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Protocol, Self

import idna
from twisted.internet.error import ConnectError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")


class TunnelError(ConnectError):
    """The proxy did not open a tunnel.

    :param message: one line without secrets and without the target's name.
    :param status: the HTTP status of the proxy's refusal, if there was one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(string=message)
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


class TunnelNegotiation(Protocol):
    """The negotiation with a proxy."""

    rest: bytes | None
    """``None`` until the tunnel is open; then the received bytes that belong to the
    tunnel."""

    def start(self) -> bytes:
        """The first bytes to send."""

    def receive(self, data: bytes) -> bytes:
        """Process bytes of the proxy.

        :returns: bytes to send, often none.
        :raises TunnelError: when the proxy refuses, or its answer is not valid.
        """


@dataclass(frozen=True)
class TunnelTarget:
    """The other end of a tunnel."""

    host: str
    """An ASCII name, or an address without brackets."""
    port: int

    @classmethod
    def read(cls, host: str, port: int) -> Self:
        """Check host and port.

        :param host: a name, in Unicode or not, or an address, bracketed or not.
        :raises ValueError: when the proxy could misinterpret them.
        """
        if not 0 < port < 65536:
            raise ValueError(f"{port} is not a port")
        bare = host.removeprefix("[").removesuffix("]")
        if "%" in bare:
            raise ValueError(f"{host!r}: a proxy knows no zones of this machine")
        try:
            return cls(str(ipaddress.ip_address(bare)), port)
        except ValueError:
            name = bare if bare.isascii() else idna.encode(bare, uts46=True).decode()
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{host!r} is not a host name")
        return cls(name, port)

    @property
    def authority(self) -> str:
        """Host and port in the form of RFC 9112 §3.2.3."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
