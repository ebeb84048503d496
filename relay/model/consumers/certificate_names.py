"""Rules about the names and policies in client certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cryptography import x509

from relay.expression.ant import ant_pattern
from relay.expression.patterns import Pattern

TYPES = {
    "C": "2.5.4.6",
    "CN": "2.5.4.3",
    "DC": "0.9.2342.19200300.100.1.25",
    "DNQUALIFIER": "2.5.4.46",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "GENERATION": "2.5.4.44",
    "GIVENNAME": "2.5.4.42",
    "INITIALS": "2.5.4.43",
    "L": "2.5.4.7",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "SERIALNUMBER": "2.5.4.5",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "SURNAME": "2.5.4.4",
    "T": "2.5.4.12",
    "UID": "0.9.2342.19200300.100.1.1",
}
"""The object identifiers of the attribute types that can be written by name."""

_TEXTS = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier)
_OID = re.compile(r"\d+(\.\d+)+")
_Rdn = tuple[tuple[str, Pattern], ...]


class NamePattern:
    """
    A distinguished name, such as ``CN=localhost,O=Example*,C=??``.

    The order of its parts does not matter. Each value is a pattern, which is compared
    without regard to case and to the number of blanks.

    :raises ValueError: when it is no distinguished name; ``BadPattern`` for a value
        that is too long.
    """

    def __init__(self, text: str) -> None:
        self._rdns = [_rdn(part) for part in _split(text, ",")]

    def matches(self, name: x509.Name) -> bool:
        """Whether a name has these parts and no other."""
        found = list(name.rdns)
        if len(found) != len(self._rdns):
            return False
        for wanted in self._rdns:
            for number, rdn in enumerate(found):
                if _fits(wanted, rdn):
                    del found[number]
                    break
            else:
                return False
        return True


class AlternativeNamePattern:
    """
    A pattern of subject alternative names, such as ``*.example.com``.

    :raises BadPattern: when it is too long.
    """

    def __init__(self, text: str) -> None:
        self._pattern = ant_pattern(text.lower())

    def matches(self, name: str) -> bool:
        """Whether a name fits, without regard to case."""
        return self._pattern.matches(f"/{name.lower().strip('/')}")


def alternative_names(certificate: x509.Certificate) -> Iterator[str]:
    """Return the subject alternative names that are texts or addresses."""
    try:
        names = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for name in names:
        if isinstance(name, _TEXTS):
            yield name.value
        elif isinstance(name, x509.IPAddress):
            yield str(name.value)


def certificate_policies(certificate: x509.Certificate) -> frozenset[str]:
    """Return the object identifiers of ``certificatePolicies`` (RFC 5280, 4.2.1.4)."""
    try:
        policies = certificate.extensions.get_extension_for_class(
            x509.CertificatePolicies
        ).value
    except (x509.ExtensionNotFound, ValueError):
        return frozenset()
    return frozenset(one.policy_identifier.dotted_string for one in policies)


def _rdn(text: str) -> _Rdn:
    attributes = []
    for part in _split(text, "+"):
        kind, equals, value = part.partition("=")
        kind, value = kind.strip().upper(), _unescaped(value.strip())
        if not equals or not kind or not value:
            raise ValueError(
                "must be a distinguished name, such as CN=localhost,O=Example*,C=??"
            )
        if not _OID.fullmatch(kind) and kind not in TYPES:
            raise ValueError(
                f"there is no attribute type {kind}: it is one of {', '.join(TYPES)},"
                " or an object identifier"
            )
        pattern = ant_pattern(_canonical(value))
        attributes.append((TYPES.get(kind, kind), pattern))
    return tuple(attributes)


def _fits(wanted: _Rdn, rdn: x509.RelativeDistinguishedName) -> bool:
    values = {one.oid.dotted_string: one.value for one in rdn}
    if len(values) != len(wanted) or {kind for kind, _ in wanted} != set(values):
        return False
    for kind, pattern in wanted:
        value = values[kind]
        if not isinstance(value, str):
            return False
        if not pattern.matches(f"/{_canonical(value).strip('/')}"):
            return False
    return True


def _canonical(value: str) -> str:
    return " ".join(value.lower().split())


def _split(text: str, at: str) -> list[str]:
    return re.split(rf"(?<!\\){re.escape(at)}", text)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value)
