"""The ``OAUTH2`` plan: callers are identified by an authorization server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.api.resources.resource import authorization_server
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Literally
from relay.plans.caller import Caller
from relay.plans.interfaces import Credential, IPlan, PlanContext, read_options
from relay.plans.tokens import claims
from relay.plans.tokens.bearer import (
    SEVERAL,
    BearerPlan,
    TokenOptions,
    admission,
    bearer_token,
    has_several,
)
from relay.plans.tokens.introspection import Claims, Introspection, IntrospectionError
from relay.plans.tokens.token import MAX_LENGTH
from relay.plans.verdict import NOT_SUBSCRIBED, Denial, Verdict

INVALID = Denial("OAUTH2_INVALID_ACCESS_TOKEN", bearer_error="invalid_token")
INSUFFICIENT = Denial("OAUTH2_INSUFFICIENT_SCOPE", bearer_error="insufficient_scope")
UNAVAILABLE = Denial(
    "OAUTH2_SERVER_UNAVAILABLE", "Temporarily Unavailable", 503, retry_after_s=5
)
_TOKEN = re.compile(r"[\x21-\x7e]+")
"""RFC 6749, A.12."""


def _no_cache_resource(value: object) -> object:
    if value:
        raise ValueError(
            "is not supported: answers are kept without a resource, for cacheTtl of"
            " the OAuth2 resource"
        )
    return None


class Oauth2Options(TokenOptions):
    """Identify the caller by a token that an authorization server introspects."""

    oauth_resource: Literally
    """The name of a resource of the API."""
    oauth_cache_resource: Annotated[
        Any, BeforeValidator(_no_cache_resource), INEFFECTIVE
    ] = None
    """Not supported."""
    extract_payload: Flag = False
    """Whether expressions see it as ``#context.attributes['oauth.payload']``."""


OAUTH2 = PlanType(
    "OAUTH2",
    "OAuth2",
    Oauth2Options,
    description="Accepts tokens that an authorization server reports as active.",
)


@implementer(IPlan)
class Oauth2PlanType:
    """Makes ``OAUTH2`` plans."""

    kind = OAUTH2
    order = 100

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> Oauth2Plan:
        """Make a plan ready."""
        return Oauth2Plan(plan["id"], read_options(plan, Oauth2Options), context)


class Oauth2Plan(BearerPlan):
    """
    Admits callers with an active token of a subscribed client.

    :raises ValueError: when the API has no such resource.
    """

    def __init__(
        self, plan_id: str, options: Oauth2Options, context: PlanContext
    ) -> None:
        try:
            resource = authorization_server(
                context.api.resources or (), options.oauth_resource
            )
        except LookupError as error:
            raise ValueError(str(error)) from None
        super().__init__(plan_id, context, options, resource.issuer)
        self._options = options
        self._resource = resource
        outbound = context.outbound.with_ssl(resource.ssl)
        self._introspection = Introspection(
            resource, outbound.call, context.wall_ms, context.reactor.seconds
        )

    def find(self, caller: Caller) -> Credential | None:
        """Look for a token in ``Authorization`` and in the query."""
        text = bearer_token(caller)
        return None if text is None else Credential(text)

    def admit(
        self, caller: Caller, credential: Credential
    ) -> Verdict | Deferred[Verdict]:
        """Introspect the token, then find the subscription of its client."""
        text: str = credential.value
        if has_several(caller, text):
            return SEVERAL
        if len(text) > MAX_LENGTH or not _TOKEN.fullmatch(text):
            return replace(INVALID, reason="it does not have the form of a token")
        try:
            token_claims = self._introspection.ask(text)
        except IntrospectionError:
            return UNAVAILABLE
        if isinstance(token_claims, Deferred):
            return token_claims.addCallbacks(
                self._judge, _unavailable, callbackArgs=(text,)
            )
        return self._judge(token_claims, text)

    def _judge(self, token_claims: Claims | None, text: str) -> Verdict:
        if token_claims is None:
            return replace(
                INVALID,
                reason="the authorization server reports the token as not active",
            )
        try:
            until_ms = claims.lifetime(token_claims, self._context.wall_ms(), 0, False)
        except ValueError as error:
            return replace(INVALID, reason=str(error))
        client = claims.text(token_claims.get("client_id")) or claims.text(
            token_claims.get("aud")
        )
        entitlement = self._subscribed(client)
        if entitlement is None:
            return NOT_SUBSCRIBED
        if not self._suffices(
            claims.scopes(token_claims, self._resource.scope_separator)
        ):
            return INSUFFICIENT
        attributes = {
            "oauth.client_id": client,
            "user": claims.text(token_claims.get(self._resource.user_claim or "sub")),
        }
        if self._options.extract_payload:
            attributes["oauth.payload"] = json.dumps(token_claims)
        return admission(entitlement, text, until_ms, attributes)


def _unavailable(failure: Failure) -> Verdict:
    failure.trap(IntrospectionError)
    return UNAVAILABLE


oauth2_plan = Oauth2PlanType()
