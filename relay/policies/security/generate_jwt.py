"""``policy-generate-jwt``: signs a token about the call, for the upstream."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import Key
from pydantic import Field, Strict, model_validator
from zope.interface import implementer

from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.plans.signatures import read_signing_key
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.scalars import Flag, Integral, Upper
from relay.model.schema.types.sensitive import SENSITIVE
from relay.model.schema.types.texts import NameAndText, Text
from relay.policies.call import Call
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.tls.material import Content, exported, load_pkcs12_identity

ATTRIBUTE = "jwt.generated"
"""The attribute with the token: ``{#context.attributes['jwt.generated']}``."""
_UNITS_S = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86_400}


StorePassword = Annotated[str, Field(repr=False), SENSITIVE]


class GenerateJwt(Options):
    """The token."""

    signature: Annotated[
        Literal["RSA_RS256", "HMAC_HS256", "HMAC_HS384", "HMAC_HS512"], Upper
    ] = "RSA_RS256"
    """The algorithm of the signature."""
    key_resolver: Annotated[Literal["INLINE", "PEM", "JKS", "PKCS12"], Upper] = "INLINE"
    """Whether ``content`` is the key, or the path of a file of it."""
    content: Annotated[str, Field(min_length=1, repr=False), SENSITIVE, MULTILINE]
    """The key, or the path of its file."""
    secret_base64_encoded: Annotated[Flag, Field(alias="secretBase64Encoded")] = False
    """The secret is encoded in base64."""
    kid: str | None = None
    """The header ``kid``."""
    alias: str = ""
    """The name of the key in a key store."""
    storepass: StorePassword = ""
    """The password of the key store."""
    keypass: StorePassword = ""
    """That of the store, or empty."""
    x509_certificate_chain: Annotated[
        Literal["NONE", "X5C"], Field(alias="x509CertificateChain"), Upper
    ] = "NONE"
    """``X5C`` adds the certificates of a key store to the header of the token."""
    id: Text = ""
    """The claim ``jti``; without it a new UUID."""
    issuer: Text = "urn://gravitee-api-gw"
    """The claim ``iss``."""
    subject: Text = ""
    """The claim ``sub``."""
    audiences: tuple[Text, ...] = ()
    """The claim ``aud``."""
    expires_in: Annotated[int, Strict(), Field(ge=1, le=10**9), Integral] = 30
    """The time for which the token is valid."""
    expires_in_unit: Annotated[
        Literal["SECONDS", "MINUTES", "HOURS", "DAYS"], Upper
    ] = "SECONDS"
    """The unit of this time."""
    custom_claims: tuple[NameAndText, ...] = ()
    """A value that is one expression keeps its kind."""

    @model_validator(mode="after")
    def _can_sign(self) -> Self:
        if self.key_resolver == "JKS":
            raise refusal([(("keyResolver",), "must be INLINE, PEM or PKCS12")])
        if self.key_resolver != "INLINE" and self.signature != "RSA_RS256":
            problem = f"{self.key_resolver} is for RSA_RS256 only"
            raise refusal([(("keyResolver",), problem)])
        if problems := list(self._store_problems()):
            raise refusal(problems)
        if self.key_resolver == "INLINE":
            try:
                self.read_key(self.content.encode())
            except ValueError as error:
                raise refusal([(("content",), str(error))]) from None
        return self

    def read_key(self, content: bytes) -> Key:
        """
        Read the signing key.

        :param content: a private key as PEM, or a secret.
        :raises ValueError: when it does not fit the signature; the key is not shown.
        """
        return read_signing_key(self.signature, content, self.secret_base64_encoded)

    def _store_problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        needed = {"alias": self.alias, "storepass": self.storepass}
        if self.key_resolver == "PKCS12":
            for name, value in needed.items():
                if not value:
                    yield (name,), "is required"
            if self.keypass not in ("", self.storepass):
                yield ("keypass",), "must be that of the store, or empty"
            return
        for name, value in {**needed, "keypass": self.keypass}.items():
            if value:
                yield (name,), "is for the key resolver PKCS12 only"
        if self.x509_certificate_chain == "X5C":
            yield ("x509CertificateChain",), "X5C is for the key resolver PKCS12 only"


GENERATE_JWT = PolicyType(
    "policy-generate-jwt",
    "Generate JWT",
    GenerateJwt,
    proxy=("request",),
    message=("request",),
    description="Creates a signed token for the source.",
)


@implementer(IPolicy)
class GenerateJwtType:
    """Makes ``policy-generate-jwt`` steps."""

    kind = GENERATE_JWT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = GenerateJwt.read(configuration)
        content = options.content.encode()
        certificates: tuple[bytes, ...] = ()
        if options.key_resolver != "INLINE":
            with open(options.content, "rb") as file:
                content = file.read(65536)
        if options.key_resolver == "PKCS12":
            source = Content(options.content, content)
            identity = load_pkcs12_identity(source, options.storepass, options.alias)
            content, certificates = exported(identity)
        key = options.read_key(content)
        return Signing(options, key, certificates, context.wall_ms)


class Signing(Policy):
    """
    A configured ``generate-jwt`` step.

    :param certificates: in DER, that of the key first.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        options: GenerateJwt,
        key: Key,
        certificates: Sequence[bytes],
        wall_ms: Callable[[], int],
    ) -> None:
        self._algorithm = options.signature.rpartition("_")[2]
        self._header: dict[str, Any] = {"alg": self._algorithm, "typ": "JWT"}
        if options.x509_certificate_chain == "X5C":
            self._header["x5c"] = [
                base64.b64encode(one).decode("ascii") for one in certificates
            ]
        if options.kid:
            self._header["kid"] = options.kid
        self._key = key
        self._wall_ms = wall_ms
        self._lifetime_s = options.expires_in * _UNITS_S[options.expires_in_unit]
        self._id = Template.read(options.id)
        self._audiences = [Template.read(one) for one in options.audiences]
        self._claims = [
            ("iss", Template.read(options.issuer)),
            ("sub", Template.read(options.subject)),
        ]
        self._custom_claims = [
            (one.name, Template.read(one.value)) for one in options.custom_claims
        ]

    def on_request(self, call: Call) -> None:
        """Set the attribute with the token."""
        now_s = self._wall_ms() // 1000
        claims: dict[str, Any] = {
            "jti": self._id.render(call.scope) or str(uuid4()),
            "iat": now_s,
            "exp": now_s + self._lifetime_s,
        }
        given = [one.render(call.scope) for one in self._audiences]
        audiences = [one for one in given if one]
        if audiences:
            claims["aud"] = audiences if len(given) > 1 else audiences[0]
        for name, text in self._claims:
            value = text.evaluate(call.scope)
            if value not in (None, ""):
                claims[name] = value
        for name, text in self._custom_claims:
            value = text.evaluate(call.scope)
            if value is not None:
                claims[name] = value
        token = jwt.encode(self._header, claims, self._key, [self._algorithm])
        call.attributes[ATTRIBUTE] = token


generate_jwt = GenerateJwtType()
