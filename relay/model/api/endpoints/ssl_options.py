"""How an endpoint is dialled over TLS."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from relay.model.schema.base import Options
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.spellings import respelled
from relay.model.schema.types.keywords import MULTILINE, When
from relay.model.schema.types.scalars import Flag, Literally, LiterallyOrAbsent, Upper
from relay.model.schema.types.sensitive import SENSITIVE

Given = Mapping[str, str]
Problem = tuple[Where, str]

_PEM = ("certPath", "keyPath", "certContent", "keyContent")


def _store_type(value: object) -> object:
    if value == "":
        return "NONE"
    if value == "JKS":
        raise ValueError(
            "JKS is not supported: convert the store to PKCS12 (keytool"
            " -importkeystore -deststoretype PKCS12) or to PEM"
        )
    return value


StoreType = Annotated[
    Literal["NONE", "PKCS12", "PEM"], BeforeValidator(_store_type), Upper
]
Unprinted = Annotated[LiterallyOrAbsent, Field(repr=False)]
Hidden = Annotated[LiterallyOrAbsent, Field(repr=False), SENSITIVE]
Password = Annotated[Literally | None, Field(repr=False), SENSITIVE]


def _foreign(given: Given, allowed: tuple[str, ...], what: str) -> Iterator[Problem]:
    for name in given:
        if name not in allowed:
            yield (name,), f"does not belong to {what}"


def _one_of(given: Given, path: str, content: str) -> Iterator[Problem]:
    if path in given and content in given:
        yield (content,), f"give either {path} or {content}, not both"
    elif path not in given and content not in given:
        yield (), f"{path} or {content} is required"


def _pem(given: Given, name: str) -> Iterator[Problem]:
    if name in given and "-----BEGIN " not in given[name]:
        yield (name,), "must be PEM text (-----BEGIN ...)"


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_ANY_STORE = When("type", "PKCS12", "PEM")
_PKCS12_STORE = When("type", "PKCS12")
_PEM_STORE = When("type", "PEM")


class CertificateStore(Options):
    """The options that trust stores and key stores share."""

    type: StoreType = "NONE"
    """The format of the store; ``NONE`` for no store."""
    path: Annotated[LiterallyOrAbsent, _ANY_STORE] = None
    """The path of the file on the gateway."""
    content: Annotated[Unprinted, MULTILINE, _ANY_STORE] = None
    """PKCS12 in base64, or the PEM text of a trust store."""
    password: Annotated[Password, _PKCS12_STORE] = None
    """The password of a PKCS#12 store."""

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        given = {
            name: value
            for name, value in self.to_json().items()
            if value and name != "type"
        }
        if self.type == "NONE":
            problems = list(_foreign(given, (), "a store without a type"))
        elif self.type == "PEM":
            problems = list(self._pem_problems(given))
        else:
            problems = list(self._pkcs12_problems(given))
        if problems:
            raise refusal(problems)
        return self

    def _pem_problems(self, given: Given) -> Iterator[Problem]:
        yield from _foreign(given, ("path", "content"), "a PEM trust store")
        yield from _one_of(given, "path", "content")
        yield from _pem(given, "content")

    def _pkcs12_problems(self, given: Given) -> Iterator[Problem]:
        yield from _one_of(given, "path", "content")
        if self.password is None:
            yield ("password",), "is required for PKCS12 (it may be empty)"
        if "content" in given and not _is_base64(given["content"]):
            yield ("content",), "must be base64"


class TrustStore(CertificateStore):
    """The trusted certificates; ``NONE`` for the authorities of the system."""


class KeyStore(CertificateStore):
    """The certificate and key with which the relay shows who it is; ``NONE`` for
    no client certificate."""

    path: Annotated[LiterallyOrAbsent, _PKCS12_STORE] = None
    """The path of the PKCS#12 file on the gateway."""
    content: Annotated[Hidden, MULTILINE, _PKCS12_STORE] = None
    """PKCS12 in base64, with the private key."""
    alias: Annotated[LiterallyOrAbsent, _PKCS12_STORE] = None
    """The name of the key in a PKCS#12 store."""
    key_password: Annotated[Hidden, _ANY_STORE] = None
    """The password of an encrypted PEM key."""
    cert_path: Annotated[LiterallyOrAbsent, _PEM_STORE] = None
    """The path of the PEM certificate on the gateway."""
    key_path: Annotated[LiterallyOrAbsent, _PEM_STORE] = None
    """The path of the PEM key on the gateway."""
    cert_content: Annotated[Unprinted, MULTILINE, _PEM_STORE] = None
    """The certificate in PEM."""
    key_content: Annotated[Hidden, MULTILINE, _PEM_STORE] = None
    """The private key in PEM."""

    def _pem_problems(self, given: Given) -> Iterator[Problem]:
        yield from _foreign(given, (*_PEM, "keyPassword"), "a PEM key store")
        yield from _one_of(given, "certPath", "certContent")
        yield from _one_of(given, "keyPath", "keyContent")
        if given.keys() & set(_PEM) in (
            {"certPath", "keyContent"},
            {"certContent", "keyPath"},
        ):
            yield (), "give certPath with keyPath, or certContent with keyContent"
        yield from _pem(given, "certContent")
        yield from _pem(given, "keyContent")

    def _pkcs12_problems(self, given: Given) -> Iterator[Problem]:
        yield from super()._pkcs12_problems(given)
        yield from _foreign(
            given,
            ("path", "content", "password", "alias", "keyPassword"),
            "a PKCS12 key store",
        )
        if self.key_password not in (None, self.password):
            yield (
                ("keyPassword",),
                "must equal the password of the store, as PKCS12 has only one",
            )


class SslOptions(Options):
    """TLS towards the endpoint; only used when its target is ``https``."""

    hostname_verifier: Flag = True
    """The certificate must be for the host of the endpoint."""
    trust_all: Flag = False
    """Any certificate is accepted: only for tests."""
    trust_store: TrustStore = TrustStore()
    key_store: KeyStore = KeyStore()

    @model_validator(mode="before")
    @classmethod
    def _in_lower_case(cls, body: Any) -> Any:
        return respelled(body, {"truststore": "trustStore", "keystore": "keyStore"})
