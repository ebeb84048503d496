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
    extract_certificate_from_header: Flag = False
    """For TLS that ends at a proxy; only a trusted proxy's header is read."""
    header_name: HeaderName = "ssl-client-cert"


class ConfirmationMethodValidation(Options):
    """Whether the caller must prove to be whom the token was given to."""

    ignore_missing: Flag = False
    certificate_bound_thumbprint: CertificateBoundThumbprint = (
        CertificateBoundThumbprint()
    )


class TokenTypValidation(Options):
    """The allowed values of a token's header ``typ``."""

    enabled: Flag = False
    ignore_missing: Flag = False
    expected_values: Names = ("JWT",)
    ignore_case: Flag = False


class JwtOptions(TokenOptions):
    """Identify the caller by a signed token."""

    signature: Annotated[
        str,
        AfterValidator(_known_signature),
        Field(json_schema_extra={"enum": [*SIGNATURES]}),
    ] = "RSA_RS256"
    public_key_resolver: Annotated[
        Literal["GIVEN_KEY", "JWKS_URL"], BeforeValidator(_not_gateway_keys)
    ] = "GIVEN_KEY"
    resolver_parameter: Annotated[LiterallyOrAbsent, Field(repr=False), SENSITIVE] = (
        None
    )
    """The key, or the URL of the key set."""
    connect_timeout: Milliseconds = 2000
    request_timeout: Milliseconds = 2000
    follow_redirects: Redirects = False
    use_system_proxy: SystemProxy = False
    extract_claims: Flag = False
    """Whether expressions see the claims as ``#context.attributes['jwt.claims']``."""
    user_claim: LiterallyOrAbsent = "sub"
    client_id_claim: LiterallyOrAbsent = None
    """Unless given, the first of ``azp``, ``aud`` and ``client_id`` that there is."""
    confirmation_method_validation: ConfirmationMethodValidation = (
        ConfirmationMethodValidation()
    )
    token_typ_validation: TokenTypValidation = TokenTypValidation()
    expected_issuers: Names = ()
    """Ours: what ``iss`` must be one of; empty for any."""
    expected_audiences: Names = ()
    """Ours: what ``aud`` must name one of; empty for any."""
    require_expiration: Flag = False
    """Ours: whether a token without ``exp`` is refused."""
    clock_skew: Annotated[int, Strict(), Field(ge=0, le=_LARGEST_SKEW_MS), Integral] = (
        60_000
    )
    """Ours: milliseconds by which the issuer's clock and ours may differ."""
    revocation_check: Annotated[
        Any,
        unsupported.refused(
            unsupported.switched_on, "revocation lists are not supported"
        ),
    ] = None

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
