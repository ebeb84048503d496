"""The ``MTLS`` plan: callers are identified by a client certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.consumers.certificates import thumbprint
from relay.model.schema.base import Options
from relay.plans.caller import Caller
from relay.plans.client_certificate import client_certificate
from relay.plans.consumers import certificate_grant, in_force, subscription_grant
from relay.plans.interfaces import Credential, IPlan, Plan, PlanContext
from relay.plans.verdict import NOT_SUBSCRIBED, Admission, Denial, Grant, Verdict

INVALID = Denial("CLIENT_CERTIFICATE_INVALID")


class Mtls(Options):
    """Applications have the certificates, so that there is nothing to configure."""


MTLS = PlanType(
    "MTLS",
    "mTLS",
    Mtls,
    description="Accepts the client certificate of an application with a subscription.",
)


@implementer(IPlan)
class MtlsPlanType:
    """Makes ``MTLS`` plans."""

    kind = MTLS
    order = -100

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> MtlsPlan:
        """Make a plan ready."""
        return MtlsPlan(plan["id"], context)


class MtlsPlan(Plan):
    """
    Admits callers that have the certificate of a subscribed application.

    What a proxy forwards of the certificate goes upstream: it is no secret.
    """

    def __init__(self, plan_id: str, context: PlanContext) -> None:
        self.id = plan_id
        self._context = context

    def find(self, caller: Caller) -> Credential | None:
        """Look at the connection, or at the header of a trusted proxy."""
        try:
            certificate = client_certificate(caller)
        except ValueError as error:
            return Credential(error)
        return None if certificate is None else Credential(certificate)

    def admit(self, caller: Caller, credential: Credential) -> Verdict:
        """Look up the certificate; a proxy may have forwarded an expired one."""
        if isinstance(credential.value, ValueError):
            return replace(INVALID, reason=str(credential.value))
        certificate, now_ms = credential.value, self._context.wall_ms()
        digest = thumbprint(certificate)
        one = self._context.consumers.with_certificate(self.id, digest)
        if one is None or not in_force(one, now_ms):
            return NOT_SUBSCRIBED
        starts_ms = certificate.not_valid_before_utc.timestamp() * 1000
        ends_ms = int(certificate.not_valid_after_utc.timestamp() * 1000)
        if not starts_ms <= now_ms < ends_ms:
            return replace(INVALID, reason="it is not valid yet or has expired")
        return Admission(
            self.id,
            one.application_id,
            one.subscription_id,
            (
                subscription_grant(one),
                certificate_grant(one),
                Grant(f"validity:{digest}", ends_ms),
            ),
            # Browsers present certificates with calls of any page.
            ambient=True,
            consumer=one,
        )


mtls_plan = MtlsPlanType()
