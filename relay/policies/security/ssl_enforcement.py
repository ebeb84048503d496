"""``ssl-enforcement``: requires TLS, and certain client certificates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from zope.interface import implementer

from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.consumers.certificate_names import (
    AlternativeNamePattern,
    NamePattern,
    alternative_names,
    certificate_policies,
)
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.texts import HeaderName
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


def _usable_as(kind: Callable[[str], object]) -> AfterValidator:
    def check(value: str) -> str:
        kind(value)
        return value

    return AfterValidator(check)


DistinguishedName = Annotated[str, _usable_as(NamePattern)]
AlternativeName = Annotated[
    str, Field(min_length=1), _usable_as(AlternativeNamePattern)
]
ObjectIdentifier = Annotated[str, Field(pattern=r"^\d+(\.\d+)+$")]


class SslEnforcement(Options):
    """The connections and certificates that are accepted."""

    requires_ssl: Flag = True
    """Clients must use TLS."""
    use_x_forwarded_proto: Flag = False
    """Whether ``X-Forwarded-Proto`` and ``Forwarded`` of a trusted proxy say that the
    client uses TLS."""
    requires_client_authentication: Flag = False
    """Clients need a certificate."""
    certificate_location: Annotated[Literal["SESSION", "HEADER"], Upper] = "SESSION"
    """Where the client certificate comes from: the TLS connection, or a header of a
    trusted proxy."""
    certificate_header_name: HeaderName = "ssl-client-cert"
    """Where trusted proxies forward the certificate, with ``HEADER``."""
    whitelist_client_certificates: tuple[DistinguishedName, ...] = ()
    """The subjects of certificates that are accepted; empty for all."""
    whitelist_issuers: tuple[DistinguishedName, ...] = ()
    """The issuers of certificates that are accepted; empty for all."""
    required_certificate_policies: tuple[ObjectIdentifier, ...] = ()
    """All of them are required."""
    whitelist_subject_alternative_names: tuple[AlternativeName, ...] = ()
    """The alternative names of certificates that are accepted; empty for all."""

    @model_validator(mode="after")
    def _is_effective(self) -> Self:
        ignored = [
            name
            for name, value in (
                ("whitelistClientCertificates", self.whitelist_client_certificates),
                ("whitelistIssuers", self.whitelist_issuers),
                ("requiredCertificatePolicies", self.required_certificate_policies),
                (
                    "whitelistSubjectAlternativeNames",
                    self.whitelist_subject_alternative_names,
                ),
            )
            if value
        ]
        if ignored and not self.requires_client_authentication:
            raise refusal(
                ((name,), "needs requiresClientAuthentication") for name in ignored
            )
        return self


SSL_ENFORCEMENT = PolicyType(
    "ssl-enforcement",
    "SSL enforcement",
    SslEnforcement,
    proxy=("request",),
    message=("request",),
    description="Requires TLS, and certain client certificates.",
)


@implementer(IPolicy)
class SslEnforcementType:
    """Makes ``ssl-enforcement`` steps."""

    kind = SSL_ENFORCEMENT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return TlsRequired(SslEnforcement.read(configuration))


class TlsRequired(Policy):
    """A configured ``ssl-enforcement`` step."""

    def __init__(self, options: SslEnforcement) -> None:
        self._options = options
        self._header: bytes | None = None
        if options.certificate_location == "HEADER":
            self._header = options.certificate_header_name.encode("ascii")
        self._subjects = [
            NamePattern(one) for one in options.whitelist_client_certificates
        ]
        self._issuers = [NamePattern(one) for one in options.whitelist_issuers]
        self._policies = frozenset(options.required_certificate_policies)
        self._alternatives = [
            AlternativeNamePattern(one)
            for one in options.whitelist_subject_alternative_names
        ]

    def on_request(self, call: Call) -> None:
        """Refuse a request without TLS, or without an accepted certificate."""
        options = self._options
        connection = call.connection
        if not connection.secure and not (
            options.use_x_forwarded_proto
            and connection.trusted
            and _forwarded_from_tls(call)
        ):
            if options.requires_ssl:
                raise _forbidden(
                    "SSL_REQUIRED", "Access to the resource requires SSL certificate."
                )
            return
        if options.requires_client_authentication:
            self._check_certificate(call)

    def _check_certificate(self, call: Call) -> None:
        try:
            certificate = call.connection.certificate(self._header)
        except ValueError:
            certificate = None
        if certificate is None:
            raise Interrupted(
                401, "Unauthorized", "SSL_ENFORCEMENT_AUTHENTICATION_REQUIRED"
            )
        subject, issuer = certificate.subject, certificate.issuer
        if self._subjects and not any(one.matches(subject) for one in self._subjects):
            raise _forbidden(
                "CLIENT_FORBIDDEN",
                "You're not allowed to access this resource",
                name=subject.rfc4514_string(),
            )
        if self._issuers and not any(one.matches(issuer) for one in self._issuers):
            raise _forbidden(
                "ISSUER_MISMATCH",
                "Certificate issuer is not allowed",
                issuer=issuer.rfc4514_string(),
            )
        if not self._policies <= certificate_policies(certificate):
            raise _forbidden(
                "OID_MISMATCH",
                "Certificate does not contain required policy OIDs",
                required=list(self._options.required_certificate_policies),
            )
        if self._alternatives and not any(
            pattern.matches(name)
            for name in alternative_names(certificate)
            for pattern in self._alternatives
        ):
            raise _forbidden(
                "SAN_MISMATCH",
                "Certificate does not match required Subject Alternative Names",
                whitelist=list(self._options.whitelist_subject_alternative_names),
            )


def _forwarded_from_tls(call: Call) -> bool:
    """
    Whether the headers of a trusted proxy say that the client uses TLS. Of a chain of
    proxies, each has to.
    """
    headers = call.request.headers
    schemes = [
        scheme
        for value in headers.getRawHeaders(b"x-forwarded-proto", [])
        for scheme in value.split(b",")
    ]
    for value in headers.getRawHeaders(b"forwarded", []):
        for parameter in value.replace(b",", b";").split(b";"):
            name, _, scheme = parameter.partition(b"=")
            if name.strip().lower() == b"proto":
                schemes.append(scheme.strip().strip(b'"'))
    return bool(schemes) and all(
        scheme.strip().lower() == b"https" for scheme in schemes
    )


def _forbidden(key: str, message: str, **parameters: Value) -> Interrupted:
    return Interrupted(403, message, f"SSL_ENFORCEMENT_{key}", parameters=parameters)


ssl_enforcement = SslEnforcementType()
