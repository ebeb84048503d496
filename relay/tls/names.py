"""Host names of certificates and TLS handshakes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

import idna
from cryptography import x509

T = TypeVar("T")


class NameTable(Generic[T]):
    """
    Values by host name, where an exact name takes precedence over a wildcard.

    A wildcard stands for one label (RFC 9525, 6.3): ``*.example.com`` includes
    ``a.example.com``, but neither ``example.com`` nor ``a.b.example.com``.

    :param entries: names in normal form, with their values; of equal names the first
        counts.
    """

    def __init__(self, entries: Iterable[tuple[str, T]] = ()) -> None:
        self._exact: dict[str, T] = {}
        self._wildcards: dict[str, T] = {}
        for name, value in entries:
            if name.startswith("*."):
                self._wildcards.setdefault(name[2:], value)
            else:
                self._exact.setdefault(name, value)

    def find(self, name: str) -> T | None:
        """
        Find the value of a host.

        :param name: a name in normal form, without a wildcard.
        """
        found = self._exact.get(name)
        if found is None and self._wildcards:
            found = self._wildcards.get(name.partition(".")[2])
        return found


def normal_name(name: str) -> str:
    """
    Normalise a host name: A-labels (RFC 5890) in lower case, without a trailing dot.

    :param name: may begin with ``*.``.
    :raises ValueError: when it is no host name.
    """
    wildcard = "*." if name.startswith("*.") else ""
    host = name.removeprefix(wildcard).rstrip(".")
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    if not host or "*" in host:
        raise ValueError(f"not a host name: {name!r}")
    return wildcard + host.lower()


def certificate_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """
    Return the host names of a certificate in normal form: its subject alternative
    names, in their order, without the common name (RFC 9525, 2).
    """
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (x509.ExtensionNotFound, ValueError):
        return ()
    names = []
    for name in found.value.get_values_for_type(x509.DNSName):
        try:
            names.append(normal_name(name))
        except ValueError:
            continue
    return tuple(names)
