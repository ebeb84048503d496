"""A call as plans see it: its headers, its query and its connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.web.http_headers import Headers

from relay.expression.nodes import Scope
from relay.http.fields import foldable, remove_folded
from relay.model.marks import Marks
from relay.model.schema.types.request_target import RequestTarget


def _no_scope(attributes: Mapping[str, Any]) -> Scope:
    return {}


def _no_url() -> str | None:
    return None


class Caller:
    """
    A client that a plan may admit.

    The plan that admits it removes the credential from the headers and the query, which
    go upstream.

    :param target: what follows the context-path.
    :param remote_address: the client's address, which trusted proxies may forward.
    :param transport: the connection; with TLS it has ``getPeerCertificate``.
    :param trusted: whether the peer is a trusted proxy.
    :param certificate_header: in which trusted proxies forward client certificates.
    :param scope: makes the variables of selection rules, with the attributes of a
        credential.
    :param metadata_url: makes the URL of the metadata of the resource that is called
        (RFC 9728, 3.1); it returns None if the public URL is not known.
    :param request_id: the id of the call, for the log.
    """

    __slots__ = (
        "certificate_header",
        "headers",
        "marks",
        "metadata_url",
        "remote_address",
        "request_id",
        "scope",
        "target",
        "transport",
        "trusted",
    )

    def __init__(
        self,
        headers: Headers,
        target: RequestTarget,
        remote_address: str,
        transport: Any = None,
        trusted: bool = False,
        certificate_header: bytes | None = None,
        scope: Callable[[Mapping[str, Any]], Scope] = _no_scope,
        metadata_url: Callable[[], str | None] = _no_url,
        request_id: str = "",
    ) -> None:
        self.headers = headers
        self.remote_address = remote_address
        self.transport = transport
        self.trusted = trusted
        self.certificate_header = certificate_header
        self.scope = scope
        self.metadata_url = metadata_url
        self.request_id = request_id
        self.target = target
        self.marks: Marks | None = None
        """Receives what plans decide about the client; None for nobody."""

    def header(self, name: bytes) -> str | None:
        """
        Read a header; None if the request has none of this name.

        An empty header is an empty credential, which every plan refuses. Several
        headers are joined to one list (RFC 9110, 5.3), which every plan refuses, too:
        the source might read another member than the plan does.
        """
        values = self.headers.getRawHeaders(name)
        return b", ".join(values).strip().decode("latin-1") if values else None

    def authorization(self, scheme: str) -> str | None:
        """
        Read the credentials of ``Authorization`` (RFC 9110, 11.4); None without any.

        A scheme alone has empty credentials; an empty header names no scheme. Several
        headers are one list, as with :meth:`header`.

        :param scheme: the scheme of the credentials, in lower case.
        """
        values = self.headers.getRawHeaders(b"authorization") or ()
        given = [value.split(None, 1) for value in values]
        wanted = scheme.encode("ascii")
        if not any(words and words[0].lower() == wanted for words in given):
            return None
        if len(values) > 1:
            return b", ".join(values).decode("latin-1")
        return b"".join(given[0][1:]).strip().decode("latin-1")

    def parameter(self, name: str) -> str | None:
        """
        Read a query parameter; None if the query has none of this name.

        As with headers, an empty parameter and several of a name are refused by every
        plan.

        :param name: decoded.
        """
        values = [value for named, value in self.target.parameters if named == name]
        return ", ".join(values) if values else None

    def drop_header(self, name: bytes) -> None:
        """Remove a header from what goes upstream."""
        self.headers.removeHeader(name)
        if foldable(self.headers):
            remove_folded(self.headers, name)

    def drop_parameter(self, name: str) -> None:
        """
        Remove a query parameter from what goes upstream.

        :param name: decoded.
        """
        self.target = self.target.without((name,))


def from_one_place(*found: str | None) -> str | None:
    """
    Choose the credential for a plan that reads several places of a request.

    Different credentials are joined to a list, which every plan refuses: the source
    might use another one than the plan (RFC 6750, 2: no more than one method).

    :param found: the credential in each place; None for none.
    :return: None when no place has a credential.
    """
    given = dict.fromkeys(one for one in found if one is not None)
    return ", ".join(given) if given else None
