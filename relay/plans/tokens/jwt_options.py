"""Configuration of ``JWT`` plans; options that Gravitee lacks are marked."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from relay.model.api.resources.oauth2_resource import HeaderName
from relay.model.plans.signatures import SIGNATURES, read_key
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types import target
from relay.model.schema.types.keywords import INEFFECTIVE, MS, MULTILINE
from relay.model.schema.types.scalars import (
    Flag,
    Integral,
    LiterallyOrAbsent,
    Milliseconds,
    Name,
)
from relay.model.schema.types.sensitive import SENSITIVE
from relay.plans.tokens.bearer import TokenOptions

_LARGEST_SKEW_MS = 300_000


def _known_signature(value: str) -> str:
    if value not in SIGNATURES:
        raise ValueError(f"must be one of {', '.join(SIGNATURES)}")
    return value


def _not_gateway_keys(value: object) -> object:
    if value == "GATEWAY_KEYS":
        raise ValueError(
            "GATEWAY_KEYS is not supported: use GIVEN_KEY or JWKS_URL instead"
        )
    return value


def _off(reason: str) -> AfterValidator:
    def check(value: bool) -> bool:
        if value:
            raise ValueError(reason)
        return value

    return AfterValidator(check)


Names = tuple[Name, ...]
Redirects = Annotated[
    Flag,
    _off("redirects are not followed: one could lead to an address that is guarded"),
]
SystemProxy = Annotated[Flag, _off("a system proxy is not supported")]


class CertificateBoundThumbprint(Options):
    """Tokens bound to a client certificate (RFC 8705, 3.1)."""

    enabled: Flag = False
    """The token must be bound to the certificate of the client."""
    extract_certificate_from_header: Flag = False
    """The certificate is in a header of a trusted proxy that ends TLS."""
    header_name: HeaderName = "ssl-client-cert"
    """The name of this header."""


class ConfirmationMethodValidation(Options):
    """Whether the caller must prove to be whom the token was given to."""

    ignore_missing: Flag = False
    """Tokens without the claim ``cnf`` are accepted."""
    certificate_bound_thumbprint: CertificateBoundThumbprint = (
        CertificateBoundThumbprint()
    )


class TokenTypValidation(Options):
    """The allowed values of a token's header ``typ``."""

    enabled: Flag = False
    """The header ``typ`` of the token is checked."""
    ignore_missing: Flag = False
    """Tokens without ``typ`` are accepted."""
    expected_values: Names = ("JWT",)
    """The values that are accepted."""
    ignore_case: Flag = False
    """Case is ignored."""


class JwtOptions(TokenOptions):
    """Identify the caller by a signed token."""

    signature: Annotated[
        str,
        AfterValidator(_known_signature),
        Field(json_schema_extra={"enum": [*SIGNATURES]}),
    ] = "RSA_RS256"
    """The algorithm of the signature."""
    public_key_resolver: Annotated[
        Literal["GIVEN_KEY", "JWKS_URL"], BeforeValidator(_not_gateway_keys)
    ] = "GIVEN_KEY"
    """Whether the key is given, or read from a URL (JWKS)."""
    resolver_parameter: Annotated[
        LiterallyOrAbsent, Field(repr=False), SENSITIVE, MULTILINE
    ] = None
    """The key, or the URL of the key set."""
    connect_timeout: Milliseconds = 2000
    """The time for connecting to the server of the key set."""
    request_timeout: Milliseconds = 2000
    """The time for reading the key set."""
    follow_redirects: Redirects = False
    """Redirects of the server of the key set are followed."""
    use_system_proxy: SystemProxy = False
    """The proxy of the system is used for reading the key set."""
    extract_claims: Flag = False
    """Whether expressions see the claims as ``#context.attributes['jwt.claims']``."""
    user_claim: LiterallyOrAbsent = "sub"
    """The claim that identifies the user."""
    client_id_claim: LiterallyOrAbsent = None
    """The claim with the client ID; by default the first of ``azp``, ``aud`` and
    ``client_id`` that exists."""
    confirmation_method_validation: ConfirmationMethodValidation = (
        ConfirmationMethodValidation()
    )
    token_typ_validation: TokenTypValidation = TokenTypValidation()
    expected_issuers: Names = ()
    """The accepted values of the claim ``iss``; empty for any."""
    expected_audiences: Names = ()
    """The accepted values of the claim ``aud``; empty for any."""
    require_expiration: Flag = False
    """Tokens without the claim ``exp`` are refused."""
    clock_skew: Annotated[
        int, Strict(), Field(ge=0, le=_LARGEST_SKEW_MS), Integral, MS
    ] = 60_000
    """The time by which the clocks of the issuer and of the gateway may differ."""
    revocation_check: Annotated[
        Any,
        unsupported.refused(
            unsupported.switched_on, "revocation lists are not supported"
        ),
        INEFFECTIVE,
    ] = None
    """Not supported."""

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        where = ("resolverParameter",)
        if self.resolver_parameter is None:
            raise refusal([(where, "is required: the key, or the URL of the keys")])
        try:
            if self.public_key_resolver == "GIVEN_KEY":
                read_key(self.signature, self.resolver_parameter)
            else:
                target.check(self.resolver_parameter)
        except ValueError as error:
            raise refusal([(where, str(error))]) from None
        if self.public_key_resolver == "JWKS_URL" and self.signature.startswith("HMAC"):
            # Whoever can read the URL could sign.
            raise refusal(
                [(("publicKeyResolver",), "secrets are not fetched: use GIVEN_KEY")]
            )
        return self
