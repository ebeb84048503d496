"""The ``JWT`` plan: callers are identified by a signed token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from joserfc.jwk import Key
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.consumers.certificates import thumbprint
from relay.model.plans.signatures import SIGNATURES, read_key
from relay.plans.caller import Caller
from relay.plans.client_certificate import certificate_in_header, client_certificate
from relay.plans.interfaces import Credential, IPlan, PlanContext, read_options
from relay.plans.tokens import claims
from relay.plans.tokens.bearer import (
    SEVERAL,
    BearerPlan,
    admission,
    bearer_token,
    has_several,
)
from relay.plans.tokens.jwt_options import (
    ConfirmationMethodValidation,
    JwtOptions,
    TokenTypValidation,
)
from relay.plans.tokens.key_sets import KeySet, KeySetError
from relay.plans.tokens.token import Token, TokenError, parse, verify
from relay.plans.verdict import NOT_SUBSCRIBED, Denial, Verdict

INVALID = Denial("JWT_INVALID_TOKEN", bearer_error="invalid_token")
UNBOUND = Denial(
    "JWT_INVALID_CERTIFICATE_BOUND_THUMBPRINT", bearer_error="invalid_token"
)
INSUFFICIENT = Denial("JWT_INSUFFICIENT_SCOPE", bearer_error="insufficient_scope")
NO_KEYS = Denial(
    "JWT_JWKS_RESOLUTION_ERROR", "Temporarily Unavailable", 503, retry_after_s=10
)


@dataclass(frozen=True, slots=True)
class _PresentedToken:
    caller: Caller
    token: Token
    text: str = field(repr=False)
    client_id: str | None


JWT = PlanType(
    "JWT",
    "JWT",
    JwtOptions,
    description="Accepts signed tokens of clients with a subscription.",
)


@implementer(IPlan)
class JwtPlanType:
    """Makes ``JWT`` plans."""

    kind = JWT
    order = 0

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> JwtPlan:
        """Make a plan ready."""
        return JwtPlan(plan["id"], read_options(plan, JwtOptions), context)


class JwtPlan(BearerPlan):
    """Admits callers with a valid signed token of a subscribed client."""

    def __init__(self, plan_id: str, options: JwtOptions, context: PlanContext) -> None:
        bound = options.confirmation_method_validation
        super().__init__(
            plan_id,
            context,
            options,
            certificate_bound=bound.certificate_bound_thumbprint.enabled
            and not bound.ignore_missing,
        )
        self._options = options
        self._algorithms = SIGNATURES[options.signature]
        self._keys: list[Key] = []
        self._key_set: KeySet | None = None
        parameter = options.resolver_parameter or ""
        if options.public_key_resolver == "JWKS_URL":
            self._key_set = context.key_sets.at(
                parameter, options.connect_timeout, options.request_timeout
            )
        else:
            self._keys = [read_key(options.signature, parameter)]

    def find(self, caller: Caller) -> Credential | None:
        """Look for a token in ``Authorization`` and in the query."""
        text = bearer_token(caller)
        if text is None:
            return None
        if has_several(caller, text):
            return Credential(SEVERAL)
        try:
            token = parse(text)
        except TokenError as error:
            return Credential(error)
        seen = {"claims": token.claims, "headers": token.header}
        return Credential((text, token), {"jwt": seen})

    def admit(
        self, caller: Caller, credential: Credential
    ) -> Verdict | Deferred[Verdict]:
        """Find the subscription of the client, then the keys, then verify the token."""
        if isinstance(credential.value, Denial):
            return credential.value
        if isinstance(credential.value, TokenError):
            return _invalid(credential.value)
        text, token = credential.value
        client = claims.client_id(token.claims, self._options.client_id_claim)
        if self._subscribed(client) is None:
            # Fetch and compute nothing for callers that cannot be admitted anyway.
            return NOT_SUBSCRIBED
        if token.algorithm not in self._algorithms:
            return _invalid("its alg is not the one that is expected")
        bearer = _PresentedToken(caller, token, text, client)
        if self._key_set is None:
            return self._decide(self._keys, bearer, None)
        found = self._key_set.find(
            self._options.signature, token.algorithm, token.key_id
        )
        if isinstance(found, Deferred):
            return found.addCallbacks(
                self._decide, _no_keys, callbackArgs=(bearer, None)
            )
        return self._decide(found, bearer, self._key_set)

    def _decide(
        self, keys: list[Key], bearer: _PresentedToken, newer: KeySet | None
    ) -> Verdict | Deferred[Verdict]:
        """
        Verify a token, then check its claims.

        :param keys: the candidates.
        :param newer: the key set to fetch again, None for none: the issuer may have
            replaced a key under the same name since these were fetched.
        """
        token = bearer.token
        try:
            verify(token, self._algorithms, keys)
        except TokenError as error:
            if newer is None:
                return _invalid(error)
            found = newer.find_newer(
                self._options.signature, token.algorithm, token.key_id
            )
            if found is None:
                return _invalid(error)
            return found.addCallbacks(
                self._decide, _no_keys, callbackArgs=(bearer, None)
            )
        try:
            return self._judge(bearer)
        except ValueError as error:
            return _invalid(error)

    def _judge(self, bearer: _PresentedToken) -> Verdict:
        """
        Check the claims of a verified token.

        :raises ValueError: when it is not acceptable, with the reason.
        """
        caller, token, client = bearer.caller, bearer.token, bearer.client_id
        options, token_claims = self._options, token.claims
        # Check again: the subscription may have ended while keys were fetched.
        entitlement = self._subscribed(client)
        if entitlement is None:
            return NOT_SUBSCRIBED
        _check_type(options.token_typ_validation, token.header)
        until_ms = claims.lifetime(
            token_claims,
            self._context.wall_ms(),
            options.clock_skew,
            options.require_expiration,
        )
        _check_party(token_claims.get("iss"), options.expected_issuers, "iss")
        _check_party(token_claims.get("aud"), options.expected_audiences, "aud")
        bound = options.confirmation_method_validation
        if not _is_bound(bound, token_claims.get("cnf"), caller):
            return UNBOUND
        if not self._suffices(claims.scopes(token_claims)):
            return INSUFFICIENT
        attributes: dict[str, Any] = {
            "oauth.client_id": client,
            "user": claims.text(
                claims.claim(token_claims, options.user_claim or "sub")
            ),
        }
        if options.extract_claims:
            attributes["jwt.claims"] = dict(token_claims)
        return admission(entitlement, bearer.text, until_ms, attributes)


def _invalid(why: object) -> Verdict:
    return replace(INVALID, reason=str(why))


def _no_keys(failure: Failure) -> Verdict:
    failure.trap(KeySetError)
    return NO_KEYS


def _check_type(rule: TokenTypValidation, header: Mapping[str, Any]) -> None:
    """``typ`` (RFC 7515, 4.1.9; RFC 8725, 3.11)."""
    if not rule.enabled:
        return
    found = header.get("typ")
    if found is None and rule.ignore_missing:
        return
    expected = set(rule.expected_values)
    if isinstance(found, str) and rule.ignore_case:
        found, expected = found.lower(), {one.lower() for one in expected}
    if not (isinstance(found, str) and found in expected):
        raise ValueError("its typ is not one that is expected")


def _check_party(value: Any, expected: tuple[str, ...], name: str) -> None:
    """``iss`` and ``aud`` (RFC 7519, 4.1.1 and 4.1.3)."""
    if not expected:
        return
    named = value if name == "aud" and isinstance(value, list) else [value]
    if not any(isinstance(one, str) and one in expected for one in named):
        raise ValueError(f"its {name} is not one that is expected")


def _is_bound(
    rule: ConfirmationMethodValidation, confirmation: Any, caller: Caller
) -> bool:
    """Whether the caller has the certificate that a token is bound to (RFC 8705)."""
    by_certificate = rule.certificate_bound_thumbprint
    if not by_certificate.enabled:
        return True
    wanted = confirmation.get("x5t#S256") if isinstance(confirmation, dict) else None
    if wanted is None or wanted == "":
        return rule.ignore_missing
    try:
        if by_certificate.extract_certificate_from_header:
            certificate = certificate_in_header(
                caller, by_certificate.header_name.encode("ascii")
            )
        else:
            certificate = client_certificate(caller)
    except ValueError:
        return False
    if certificate is None or not isinstance(wanted, str):
        return False
    return hmac.compare_digest(thumbprint(certificate), wanted.rstrip("="))


jwt_plan = JwtPlanType()
