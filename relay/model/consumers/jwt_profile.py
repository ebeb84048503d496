"""A client that authenticates at a token endpoint with a JWT (RFC 7523, 2.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self
from uuid import uuid4

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from joserfc import jwt
from joserfc.jwk import Key
from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.plans.signatures import read_signing_key
from relay.model.schema.base import Options
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.types import target
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.scalars import Flag, Integral, Literally, Name, Upper
from relay.model.schema.types.sensitive import SENSITIVE

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
UNITS_S = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86_400}
LONGEST_S = 86_400
"""How long an assertion may be valid, in seconds."""
OWN_CLAIMS = frozenset({"iss", "sub", "aud", "iat", "exp", "jti"})
_FILE = "; a file of the gateway cannot be named"
_Time = Annotated[int, Strict(), Field(ge=1, le=LONGEST_S), Integral]
_Secret = Annotated[str, Field(repr=False), SENSITIVE]


class KeystoreOptions(Options):
    """How a key store is opened."""

    alias: str = ""
    """The name of its key; any name if empty."""
    store_password: _Secret = ""
    """The password of the key store."""
    key_password: _Secret = ""
    """That of the store, or empty."""


class CustomClaim(Options):
    """A further claim of an assertion."""

    name: Name
    """The name of the claim."""
    value: str = ""
    """The value of the claim."""


class _Signer(NamedTuple):
    key: Key
    certificates: tuple[bytes, ...]
    """In DER, that of the key first; empty unless the key is of a store."""


class JwtProfile(Options):
    """A token that is fetched with a signed assertion instead of a client's secret."""

    issuer: Name
    """The claim ``iss``."""
    subject: Name
    """The claim ``sub``."""
    audience: Annotated[Literally, AfterValidator(target.check)]
    """The token endpoint, which is also the audience of the assertion."""
    expiration_time: _Time = 30
    """The time for which the assertion is valid."""
    expiration_time_unit: Annotated[
        Literal["SECONDS", "MINUTES", "HOURS", "DAYS"], Upper
    ] = "SECONDS"
    """The unit of this time."""
    signature_algorithm: Annotated[
        Literal["RSA_RS256", "HMAC_HS256", "HMAC_HS384", "HMAC_HS512"], Upper
    ] = "RSA_RS256"
    """The algorithm of the signature."""
    key_source: Annotated[Literal["INLINE", "PEM", "JKS", "PKCS12"], Upper] = "INLINE"
    """Where the key is."""
    key_content: Annotated[str, Field(min_length=1, repr=False), SENSITIVE, MULTILINE]
    """A secret, a private key as PEM, or a PKCS12 store in base64."""
    key_id: str = ""
    """The header ``kid``."""
    jwt_id: str = ""
    """The claim ``jti``; a new UUID for each assertion if empty."""
    secret_base64_encoded: Annotated[Flag, Field(alias="secretBase64Encoded")] = False
    """The secret is encoded in base64."""
    x509_cert_chain: Annotated[
        Literal["NONE", "X5C"], Field(alias="x509CertChain"), Upper
    ] = "NONE"
    """``X5C`` adds the certificates of a key store to the header."""
    keystore_options: KeystoreOptions = KeystoreOptions()
    custom_claims: tuple[CustomClaim, ...] = ()
    """Further claims."""

    @model_validator(mode="after")
    def _can_sign(self) -> Self:
        if problems := list(self._problems()):
            raise refusal(problems)
        try:
            self._signer  # noqa: B018
        except ValueError as error:
            raise refusal([(("keyContent",), str(error))]) from None
        return self

    def _problems(self) -> Iterator[tuple[Where, str]]:
        is_store, store = self.key_source == "PKCS12", self.keystore_options
        if self.key_source == "JKS":
            yield ("keySource",), "must be INLINE, PEM or PKCS12"
        elif self.key_source != "INLINE" and self.signature_algorithm != "RSA_RS256":
            yield ("keySource",), f"{self.key_source} is for RSA_RS256 only"
        if self.x509_cert_chain == "X5C" and not is_store:
            yield ("x509CertChain",), "X5C is for the key source PKCS12 only"
        if store != KeystoreOptions() and not is_store:
            yield ("keystoreOptions",), "is for the key source PKCS12 only"
        elif store.key_password not in ("", store.store_password):
            at = ("keystoreOptions", "keyPassword")
            yield at, "must be that of the store, or empty"
        if self.lifetime_s > LONGEST_S:
            yield ("expirationTime",), f"must be at most {LONGEST_S} seconds"
        for place, claim in enumerate(self.custom_claims):
            if claim.name in OWN_CLAIMS:
                where = ("customClaims", place, "name")
                yield where, "is a claim that the gateway sets"

    @property
    def lifetime_s(self) -> int:
        """How long an assertion is valid, in seconds."""
        return self.expiration_time * UNITS_S[self.expiration_time_unit]

    @property
    def endpoint(self) -> str:
        """The URL of the token endpoint."""
        return self.audience

    def form(self, now_s: int) -> dict[str, str]:
        """
        Make the form of a request for a token.

        :param now_s: the time of day, in seconds since the Unix epoch.
        """
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(now_s),
        }

    def _assertion(self, now_s: int) -> str:
        signer, algorithm = self._signer, self.signature_algorithm.rpartition("_")[2]
        header: dict[str, Any] = {"alg": algorithm, "typ": "JWT"}
        if self.key_id:
            header["kid"] = self.key_id
        if self.x509_cert_chain == "X5C":
            header["x5c"] = [
                base64.b64encode(one).decode("ascii") for one in signer.certificates
            ]
        claims = {
            **{claim.name: claim.value for claim in self.custom_claims},
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.audience,
            "jti": self.jwt_id or str(uuid4()),
            "iat": now_s,
            "exp": now_s + self.lifetime_s,
        }
        return jwt.encode(header, claims, signer.key, [algorithm])

    @cached_property
    def _signer(self) -> _Signer:
        content = self.key_content.encode()
        certificates: tuple[bytes, ...] = ()
        if self.key_source == "PKCS12":
            content, certificates = self._opened()
        try:
            key = read_signing_key(
                self.signature_algorithm, content, self.secret_base64_encoded
            )
        except ValueError as error:
            raise ValueError(str(error) + _FILE) from None
        return _Signer(key, certificates)

    def _opened(self) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the key of the store as PEM, and its certificates."""
        options = self.keystore_options
        try:
            data = base64.b64decode(self.key_content, validate=True)
        except binascii.Error:
            raise ValueError("must be a PKCS12 store in base64" + _FILE) from None
        try:
            store = pkcs12.load_pkcs12(data, options.store_password.encode())
        except (ValueError, TypeError):
            raise ValueError("is no PKCS12 store with this password") from None
        if store.key is None or store.cert is None:
            raise ValueError("holds no private key with a certificate")
        name = (store.cert.friendly_name or b"").decode("utf-8", "replace")
        if options.alias and name.lower() != options.alias.lower():
            raise ValueError("its first key has another alias")
        pem = store.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = [store.cert, *store.additional_certs]
        certificates = [one.certificate.public_bytes(Encoding.DER) for one in chain]
        return pem, tuple(certificates)
