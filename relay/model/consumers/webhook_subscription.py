"""The options of a webhook that its consumer decides: the URL, credentials, retries."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from relay.model.api.endpoints.http_proxy import HeaderValue
from relay.model.api.endpoints.ssl_options import SslOptions
from relay.model.consumers.jwt_profile import JwtProfile
from relay.model.schema.base import Options
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.types import target
from relay.model.schema.types.keywords import SECONDS, When
from relay.model.schema.types.scalars import Integral, Literally, Name, Upper
from relay.model.schema.types.sensitive import SENSITIVE

SECRET_PREFIX = "whsec_"
LEAST_SECRET_BYTES = 24
MOST_SECRET_BYTES = 64
_RESERVED = re.compile(
    r"webhook-.*|relay-.*|content-type|content-encoding|host|user-agent", re.I
)
_WORDS = {"NO_RETRY": "No Retry", "RETRY_ON_FAIL": "Retry On Fail"}

_Attempts = Annotated[int, Strict(), Field(ge=1, le=1000), Integral]
_Seconds = Annotated[int, Strict(), Field(ge=1, le=86_400), Integral, SECONDS]
Secret = Annotated[str, Field(repr=False), SENSITIVE]


def _retry_option(value: object) -> object:
    if isinstance(value, str):
        return _WORDS.get(re.sub(r"[ -]", "_", value).upper(), value)
    return value


def _signing_secret(text: str) -> str:
    if len(read_secret(text)) < LEAST_SECRET_BYTES:
        raise ValueError(f"must have at least {LEAST_SECRET_BYTES} bytes behind whsec_")
    return text


def read_secret(text: str) -> bytes:
    """
    Read the secret of a signature in the format of Standard Webhooks.

    :param text: ``whsec_`` and base64.
    :raises ValueError: when it is malformed; the text is not shown.
    """
    if not text.startswith(SECRET_PREFIX):
        raise ValueError("must begin with whsec_, followed by base64")
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must begin with whsec_, followed by base64") from None
    if len(key) > MOST_SECRET_BYTES:
        raise ValueError(f"must have at most {MOST_SECRET_BYTES} bytes behind whsec_")
    return key


def write_secret(key: bytes) -> str:
    """
    Write the secret of a signature in the format of Standard Webhooks.
    """
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


SigningSecret = Annotated[str, AfterValidator(_signing_secret)]


def _not_reserved(header: HeaderValue) -> HeaderValue:
    if _RESERVED.fullmatch(header.name):
        raise refusal([(("name",), f"the relay itself sets the header {header.name}")])
    return header


def _without_files(ssl: SslOptions) -> SslOptions:
    # A consumer that could name files could have the gateway read its own.
    problems: list[tuple[Where, str]] = []
    for store in ("trustStore", "keyStore"):
        given = ssl.to_json().get(store) or {}
        for name in ("path", "certPath", "keyPath"):
            if given.get(name):
                why = "names a file of the gateway: give the content"
                problems.append(((store, name), why))
    if problems:
        raise refusal(problems)
    return ssl


class Retry(Options):
    """How often, and when, an event is sent again that was not taken."""

    retry_option: Annotated[
        Literal["No Retry", "Retry On Fail"], BeforeValidator(_retry_option)
    ] = "Retry On Fail"
    """Whether a failed delivery is tried again."""
    retry_strategy: Annotated[Literal["LINEAR", "EXPONENTIAL"], Upper] | None = None
    """``EXPONENTIAL`` unless given."""
    max_attempts: _Attempts | None = None
    """How often an event is sent, the first time included; 5 unless given."""
    initial_delay_seconds: _Seconds | None = None
    """Before the second attempt; 1 unless given."""
    max_delay_seconds: _Seconds | None = None
    """The longest between two; 60 unless given, or the initial one if that is more."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        given = {
            "retryStrategy": self.retry_strategy,
            "maxAttempts": self.max_attempts,
            "initialDelaySeconds": self.initial_delay_seconds,
            "maxDelaySeconds": self.max_delay_seconds,
        }
        if self.retry_option == "No Retry":
            why = "has no effect without the retryOption [Retry On Fail]"
            if wrong := [name for name, one in given.items() if one is not None]:
                raise refusal([((name,), why) for name in wrong])
        if self.longest_s < self.first_s:
            why = "must not be less than initialDelaySeconds"
            raise refusal([(("maxDelaySeconds",), why)])
        return self

    @property
    def attempts(self) -> int:
        """How often an event is sent."""
        return 1 if self.retry_option == "No Retry" else self.max_attempts or 5

    @property
    def first_s(self) -> int:
        """Seconds before the second attempt."""
        return self.initial_delay_seconds or 1

    @property
    def longest_s(self) -> int:
        """The most seconds between two attempts."""
        return self.max_delay_seconds or max(60, self.first_s)

    def delay_s(self, attempt: int) -> float:
        """
        Return the time until the next attempt, before jitter.

        :param attempt: the number of the attempt that has failed, from 1 on.
        """
        if self.retry_strategy == "LINEAR":
            return float(min(self.first_s * attempt, self.longest_s))
        # Beyond this the bound has been reached for any first delay.
        return float(min(self.first_s * 2 ** min(attempt - 1, 20), self.longest_s))


class BasicAuth(Options):
    """A user name and a password."""

    username: Name
    """The user name."""
    password: Secret
    """The password."""


class TokenAuth(Options):
    """A token, sent as ``Authorization: Bearer``."""

    value: Annotated[Secret, Field(pattern=r"^[\x21-\x7e]+$")]
    """The bearer token."""


class Oauth2Auth(Options):
    """A token that is fetched by the grant ``client_credentials`` (RFC 6749, 4.4)."""

    endpoint: Annotated[Literally, AfterValidator(target.check)]
    """The URL of the token endpoint."""
    client_id: Name
    """The client ID."""
    client_secret: Secret
    """The client secret."""
    scopes: tuple[Name, ...] = ()
    """The scopes that are asked for."""

    def form(self, now_s: int) -> dict[str, str]:
        """
        Make the form of a request for a token.

        :param now_s: the time of day, on which the form does not depend.
        """
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        if self.scopes:
            form["scope"] = " ".join(self.scopes)
        return form


AUTH_TYPES = ("basic", "token", "oauth2", "jwtProfileOauth2")
"""The types of authentication; the options of each are a member with its name."""


class Auth(Options):
    """How the relay shows who it is."""

    type: Literal["none", "basic", "token", "oauth2", "jwtProfileOauth2"] = "none"
    """How the gateway identifies itself to the consumer."""
    basic: Annotated[BasicAuth | None, When("type", "basic")] = None
    token: Annotated[TokenAuth | None, When("type", "token")] = None
    oauth2: Annotated[Oauth2Auth | None, When("type", "oauth2")] = None
    jwt_profile_oauth2: Annotated[
        JwtProfile | None, When("type", "jwtProfileOauth2")
    ] = None

    @property
    def grant(self) -> Oauth2Auth | JwtProfile | None:
        """How a token is fetched; None for none."""
        return self.oauth2 or self.jwt_profile_oauth2

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise refusal(problems)
        return self

    def _problems(self) -> Iterator[tuple[Where, str]]:
        members = (self.basic, self.token, self.oauth2, self.jwt_profile_oauth2)
        for name, member in zip(AUTH_TYPES, members, strict=True):
            given = member is not None
            if name == self.type and not given:
                yield (name,), f"is required for the type [{name}]"
            elif name != self.type and given:
                yield (name,), f"does not belong to the type [{self.type}]"


class Signature(Options):
    """The HMAC of each delivery, after Standard Webhooks."""

    secret: Annotated[SigningSecret | None, Field(repr=False), SENSITIVE] = None
    """Made, and shown once, unless given."""
    previous_secret: Annotated[SigningSecret | None, Field(repr=False), SENSITIVE] = (
        None
    )
    """Signed with, too, while receivers go over to another secret."""


class WebhookSubscription(Options):
    """The ``entrypointConfiguration`` of a subscription."""

    callback_url: Annotated[Literally, AfterValidator(target.check), Field(repr=False)]
    """Its query may hold a secret."""
    headers: tuple[Annotated[HeaderValue, AfterValidator(_not_reserved)], ...] = ()
    """Headers that are set on each delivery."""
    retry: Retry = Retry()
    ssl: Annotated[SslOptions, AfterValidator(_without_files)] = SslOptions()
    auth: Auth = Auth()
    signature: Signature = Signature()

    @model_validator(mode="after")
    def _one_authorization(self) -> Self:
        names = [one.name.lower() for one in self.headers]
        if self.auth.type != "none" and "authorization" in names:
            why = f"the auth of type [{self.auth.type}] sets this header"
            raise refusal([(("headers", names.index("authorization"), "name"), why)])
        return self


def signed(
    sent: Mapping[str, Any], before: Mapping[str, Any] | None, key: bytes
) -> tuple[dict[str, Any], str | None]:
    """
    Complete a configuration with the secret of its signature.

    :param sent: as it was sent, checked.
    :param before: the configuration that it replaces, whose secret is kept.
    :param key: random bytes, for a new secret.
    :returns: the configuration to store, and the secret if it is new.
    """
    signature = dict(sent.get("signature") or {})
    if signature.get("secret"):
        return dict(sent), None
    kept = ((before or {}).get("signature") or {}).get("secret")
    signature["secret"] = kept or write_secret(key)
    made = None if kept else signature["secret"]
    return {**sent, "signature": signature}, made
