"""The resource ``oauth2-am-resource``: a domain of Gravitee Access Management."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from relay.model.api.endpoints.http_proxy import HttpOptions, ProxyOptions, SslOptions
from relay.model.api.resources.oauth2_resource import (
    Oauth2Resource,
    no_proxy,
    no_redirects,
    no_system_proxy,
)
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types import target
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Literally, LiterallyOrAbsent, Upper
from relay.model.schema.types.sensitive import LOCATING, SENSITIVE


class _Introspected(Oauth2Resource):
    requires_active: ClassVar[bool] = True


class Oauth2AmResource(Options):
    """A domain of Gravitee Access Management that introspects tokens."""

    server_url: Annotated[Literally, Field(alias="serverURL"), LOCATING]
    """The URL of the server."""
    version: Annotated[Literal["V1_X", "V2_X", "V3_X"], Upper] = "V1_X"
    """The version of the server."""
    security_domain: Annotated[Literally, Field(min_length=1)]
    """The path of the domain."""
    client_id: Literally
    """The client ID with which tokens are introspected."""
    client_secret: Annotated[Literally, Field(repr=False), SENSITIVE]
    """The client secret."""
    user_claim: LiterallyOrAbsent = "sub"
    """The claim that identifies the user."""
    use_system_proxy: Annotated[Flag, AfterValidator(no_system_proxy), INEFFECTIVE] = (
        False
    )
    """Not supported."""
    http: Annotated[HttpOptions, AfterValidator(no_redirects)] = HttpOptions()
    """``connectTimeout`` and ``readTimeout`` are used."""
    proxy: Annotated[ProxyOptions, AfterValidator(no_proxy)] = ProxyOptions()
    ssl: SslOptions = SslOptions()

    @property
    def url(self) -> str:
        """The URL of the introspection endpoint."""
        path = "/oauth/check_token" if self.version == "V1_X" else "/oauth/introspect"
        return f"{self._domain}{path}"

    @property
    def _domain(self) -> str:
        return f"{self.server_url.rstrip('/')}/{self.security_domain}"

    def introspection(self) -> Oauth2Resource:
        """Describe the domain as a generic authorization server."""
        kind = Oauth2Resource if self.version == "V1_X" else _Introspected
        return kind(
            introspection_endpoint=self.url,
            introspection_endpoint_method="POST",
            client_id=self.client_id,
            client_secret=self.client_secret,
            token_is_supplied_by_query_param=False,
            token_is_supplied_by_form_url_encoded=True,
            user_claim=self.user_claim,
            authorization_server_metadata_endpoint=(
                f"{self._domain}/oidc/.well-known/openid-configuration"
            ),
            http=self.http,
            ssl=self.ssl,
        )

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        try:
            target.check(self.url)
        except ValueError as error:
            raise refusal([(("serverURL",), str(error))]) from None
        return self
