"""The TLS session of a client as a value of expressions: ``#request.ssl``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509

from relay.expression.errors import EvaluationFailed
from relay.expression.values import Fields, Lookup, Value
from relay.http.listener.peer import Peer
from relay.tls.peer import local_certificate

_EMAIL = "1.2.840.113549.1.9.1"
_PERSONAL = "1.3.6.1.5.5.7.9."
TYPES = {
    "c": "2.5.4.6",
    "cn": "2.5.4.3",
    "o": "2.5.4.10",
    "ou": "2.5.4.11",
    "l": "2.5.4.7",
    "st": "2.5.4.8",
    "street": "2.5.4.9",
    "t": "2.5.4.12",
    "dc": "0.9.2342.19200300.100.1.25",
    "uid": "0.9.2342.19200300.100.1.1",
    "e": _EMAIL,
    "emailAddress": _EMAIL,
    "serialnumber": "2.5.4.5",
    "surname": "2.5.4.4",
    "givenname": "2.5.4.42",
    "initials": "2.5.4.43",
    "generation": "2.5.4.44",
    "name": "2.5.4.41",
    "description": "2.5.4.13",
    "businessCategory": "2.5.4.15",
    "postalAddress": "2.5.4.16",
    "postalCode": "2.5.4.17",
    "telephoneNumber": "2.5.4.20",
    "uniqueIdentifier": "2.5.4.45",
    "dnQualifier": "2.5.4.46",
    "dmdName": "2.5.4.54",
    "pseudonym": "2.5.4.65",
    "role": "2.5.4.72",
    "organizationIdentifier": "2.5.4.97",
    "dateOfBirth": f"{_PERSONAL}1",
    "placeOfBirth": f"{_PERSONAL}2",
    "gender": f"{_PERSONAL}3",
    "countryOfCitizenship": f"{_PERSONAL}4",
    "countryOfResidence": f"{_PERSONAL}5",
    "nameAtBirth": "1.3.36.8.3.14",
    "unstructuredAddress": "1.2.840.113549.1.9.8",
}
"""The object identifiers of the types of a distinguished name, by member."""
_SYMBOLS = {oid: name.lower() for name, oid in TYPES.items() if oid != _EMAIL} | {
    _EMAIL: "e"
}


class PrincipalAttributes(Lookup):
    """
    The values of a distinguished name by type: by name, in upper or lower case, or by
    object identifier.

    :param values: by lower-case name and by object identifier.
    """

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    def get(self, name: str) -> Value:
        """Return all values of a type; None without any."""
        return self._values.get(name.lower())

    def names(self) -> list[str]:
        """List the names and identifiers."""
        return list(self._values)


class Principal(Fields):
    """
    The subject of a certificate.

    The last part of a name counts as the first, as in its text (RFC 4514).

    :param name: None for a side that has shown no certificate: its members are empty
        texts.
    """

    def __init__(self, name: x509.Name | None) -> None:
        self._name = name

    def get(self, name: str) -> Value:
        """Return a member; None for a type that the name does not have."""
        if name == "defined":
            return self._name is not None
        if name == "attributes":
            return PrincipalAttributes(self._values())
        if self._name is None:
            return ""
        if name == "dn":
            return self._name.rfc4514_string()
        found = self._values().get(TYPES.get(name, ""))
        return None if found is None else found[0]

    def _values(self) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for rdn in reversed(self._name.rdns if self._name is not None else []):
            for attribute in rdn:
                oid = attribute.oid.dotted_string
                shown = attribute.value
                text = shown if isinstance(shown, str) else shown.hex()
                for key in {oid, _SYMBOLS.get(oid, oid)}:
                    values.setdefault(key, []).append(text)
        return values


class TlsSession(Fields):
    """
    ``#request.ssl``.

    :param peer: the ends of the client's connection.
    :param certificate: reads the client's certificate, which a trusted proxy may have
        forwarded; None without one.
    """

    def __init__(
        self, peer: Peer, certificate: Callable[[], x509.Certificate | None]
    ) -> None:
        self._peer = peer
        self._certificate = certificate

    def get(self, name: str) -> Value:
        """
        Return a member.

        :raises EvaluationFailed: when the forwarded certificate cannot be read.
        """
        if name == "client":
            return Principal(_subject(self._client_certificate()))
        if name == "server":
            return Principal(_subject(local_certificate(self._peer.transport)))
        if name == "clientHost" and self._peer.secure:
            return self._peer.address
        if name == "clientPort" and self._peer.secure:
            port: int | None = getattr(self._peer.transport.getPeer(), "port", None)
            return port
        return None

    def _client_certificate(self) -> x509.Certificate | None:
        try:
            return self._certificate()
        except ValueError as error:
            raise EvaluationFailed(f"#request.ssl.client: {error}") from None


def _subject(certificate: Any) -> x509.Name | None:
    return None if certificate is None else certificate.subject
