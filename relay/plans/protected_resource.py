"""The metadata by which clients obtain tokens for an API (RFC 9728)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

METHODS = ("header", "query")
"""How tokens are sent (RFC 6750, 2.1 and 2.3)."""


@dataclass(frozen=True, slots=True)
class ProtectedResource:
    """
    The part of one plan in the metadata of an API.

    :param authorization_servers: their issuer identifiers (RFC 8414, 2).
    :param scopes: those that a token needs.
    :param certificate_bound: whether a token must be bound to the certificate of its
        client (RFC 8705, 3).
    """

    authorization_servers: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    certificate_bound: bool = False


def metadata_document(parts: Sequence[ProtectedResource], resource: str) -> bytes:
    """
    Write the metadata of a protected resource as JSON (RFC 9728, 2 and 3.2).

    :param parts: of the plans that accept tokens, at least one.
    :param resource: the resource identifier: the URL that the client calls.
    """
    servers = [server for part in parts for server in part.authorization_servers]
    scopes = [scope for part in parts for scope in part.scopes]
    document: dict[str, object] = {
        "resource": resource,
        "authorization_servers": list(dict.fromkeys(servers)),
        "bearer_methods_supported": METHODS,
    }
    # Members without a value are left out (RFC 9728, 3.2).
    if scopes:
        document["scopes_supported"] = list(dict.fromkeys(scopes))
    if all(part.certificate_bound for part in parts):
        document["tls_client_certificate_bound_access_tokens"] = True
    return json.dumps(document).encode("ascii")
