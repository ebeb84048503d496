"""The resource ``oauth2``, with Gravitee's names; additions of Relay are marked."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.api.endpoints.http_proxy import HttpOptions, ProxyOptions, SslOptions
from relay.model.schema.base import Options
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.types import target
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import (
    TOKEN,
    Flag,
    Integral,
    Literally,
    LiterallyOrAbsent,
    MillisecondsOrOff,
    Upper,
)
from relay.model.schema.types.sensitive import LOCATING, SENSITIVE


def _header_name(value: str) -> str:
    if not TOKEN.fullmatch(value):
        raise ValueError("is not a header name (RFC 9110)")
    return value


HeaderName = Annotated[str, AfterValidator(_header_name)]


def no_redirects(http: HttpOptions) -> HttpOptions:
    """Refuse ``followRedirects``."""
    if http.follow_redirects:
        raise refusal(
            [
                (
                    ("followRedirects",),
                    "redirects are not followed: one could lead to an address that"
                    " is guarded",
                )
            ]
        )
    return http


def no_proxy(proxy: ProxyOptions) -> ProxyOptions:
    """Refuse a proxy that is enabled."""
    if proxy.enabled:
        raise refusal([(("enabled",), "a proxy is not supported here")])
    return proxy


def no_system_proxy(value: bool) -> bool:
    """Refuse ``useSystemProxy``."""
    if value:
        raise ValueError("a proxy is not supported here")
    return value


class Oauth2Resource(Options):
    """An authorization server that introspects tokens (RFC 7662)."""

    requires_active: ClassVar[bool] = False
    """Whether a response without ``active`` means that the token is not active."""

    authorization_server_url: LiterallyOrAbsent = None
    """The URL of the server."""
    introspection_endpoint: Annotated[Literally, LOCATING] = "/oauth/check_token"
    """The path that is added to the URL of the server, or a whole URL."""
    introspection_endpoint_method: Annotated[Literal["GET", "POST"], Upper] = "GET"
    """The method of the introspection."""
    client_id: Literally
    """The client ID with which tokens are introspected."""
    client_secret: Annotated[Literally, Field(repr=False), SENSITIVE]
    """The client secret."""
    use_client_authorization_header: Flag = True
    """The client ID and secret are sent in a header."""
    client_authorization_header_name: HeaderName = "Authorization"
    """The name of this header."""
    client_authorization_header_scheme: Literally = "Basic"
    """The scheme of this header."""
    token_is_supplied_by_query_param: Flag = True
    """The token is sent in the query."""
    token_query_param_name: Literally = "token"
    """The name of this query parameter."""
    token_is_supplied_by_http_header: Flag = False
    """The token is sent in a header."""
    token_header_name: LiterallyOrAbsent = None
    """The name of this header."""
    token_is_supplied_by_form_url_encoded: Flag = False
    """The token is sent in a form; only with ``POST`` (RFC 7662)."""
    token_form_url_encoded_name: Literally = "token"
    """The name of the token in this form."""
    scope_separator: Annotated[str, Field(min_length=1)] = " "
    """The characters between two scopes."""
    user_claim: LiterallyOrAbsent = "sub"
    """The claim that identifies the user."""
    cache_ttl: MillisecondsOrOff = 30_000
    """The time for which an answer is kept, if the token is valid that long; 0 asks the
    server at each call."""
    cache_entries: Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral] = (
        10_000
    )
    """The number of answers that are kept; the oldest one is dropped first."""
    http: Annotated[HttpOptions, AfterValidator(no_redirects)] = HttpOptions()
    """``connectTimeout`` and ``readTimeout`` are used."""
    proxy: Annotated[ProxyOptions, AfterValidator(no_proxy)] = ProxyOptions()
    use_system_proxy: Annotated[Flag, AfterValidator(no_system_proxy), INEFFECTIVE] = (
        False
    )
    """Not supported."""
    ssl: SslOptions = SslOptions()
    authorization_server_metadata_endpoint: Annotated[Any, LOCATING] = None
    """Joined to the server's URL: where clients find the server's metadata."""
    user_info_endpoint: Annotated[Any, LOCATING, INEFFECTIVE] = None
    """Without effect."""
    user_info_endpoint_method: Annotated[Any, INEFFECTIVE] = None
    """Without effect."""

    @property
    def url(self) -> str:
        """The URL of the introspection endpoint."""
        if self.authorization_server_url is None:
            return self.introspection_endpoint
        server = self.authorization_server_url.rstrip("/")
        return f"{server}/{self.introspection_endpoint.lstrip('/')}"

    @property
    def issuer(self) -> str | None:
        """
        The issuer identifier (RFC 8414, 2): the URL of the server's metadata without
        its well-known part; None where that URL is not configured.
        """
        endpoint = self.authorization_server_metadata_endpoint
        if not isinstance(endpoint, str):
            return None
        path, known, _ = endpoint.rpartition("/.well-known/")
        server = self.authorization_server_url
        if not known or "://" in path:
            return path if known else None
        if server is None or not path:
            return server
        return f"{server.rstrip('/')}/{path.lstrip('/')}"

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        problems: list[tuple[Where, str]] = []
        try:
            target.check(self.url)
        except ValueError as error:
            named = (
                "introspectionEndpoint"
                if self.authorization_server_url is None
                else "authorizationServerUrl"
            )
            problems.append(((named,), str(error)))
        form = self.token_is_supplied_by_form_url_encoded
        if form and self.introspection_endpoint_method == "GET":
            problems.append(
                (
                    ("tokenIsSuppliedByFormUrlEncoded",),
                    "needs introspectionEndpointMethod POST",
                )
            )
        if self.token_is_supplied_by_http_header and not self.token_header_name:
            problems.append((("tokenHeaderName",), "is required"))
        if not (
            form
            or self.token_is_supplied_by_http_header
            or self.token_is_supplied_by_query_param
        ):
            problems.append((("tokenIsSuppliedByQueryParam",), "no way is switched on"))
        if problems:
            raise refusal(problems)
        return self
