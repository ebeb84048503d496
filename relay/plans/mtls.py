"""The ``MTLS`` plan: the certificate of its connection says who calls."""

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
from relay.plans.interfaces import Credential, IPlan, PlanContext
from relay.plans.verdict import NOT_SUBSCRIBED, Admission, Denial, Grant, Verdict

INVALID = Denial("CLIENT_CERTIFICATE_INVALID")


class Mtls(Options):
    """Applications have the certificates, so that there is nothing to configure."""


MTLS = PlanType("MTLS", "mTLS", Mtls)


@implementer(IPlan)
class MtlsPlanType:
    """Makes ``MTLS`` plans."""

    kind = MTLS
    order = -100

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> MtlsPlan:
        """Make a plan ready."""
        return MtlsPlan(plan["id"], context)


class MtlsPlan:
    """
    Lets in whose certificate is that of an application which has subscribed.

    :param plan_id: the plan's id.
    :param context: what it is built in.
    """

    anonymous = False
    challenge: bytes | None = None
    parameters: frozenset[str] = frozenset()

    def __init__(self, plan_id: str, context: PlanContext) -> None:
        self.id = plan_id
        self._context = context

    def find(self, caller: Caller) -> Credential | None:
        """Look at the connection, or at what a trusted proxy says of its own."""
        try:
            certificate = client_certificate(caller)
        except ValueError as error:
            return Credential(error)
        return None if certificate is None else Credential(certificate)

    def admit(self, caller: Caller, credential: Credential) -> Verdict:
        """Look the certificate up; a proxy may have passed an expired one on."""
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
            # Browsers show certificates for any page.
            ambient=True,
        )

    def strip(self, caller: Caller) -> None:
        """A certificate is no secret: what a proxy says of it goes on."""

    def close(self) -> None:
        """There is nothing to close."""


mtls_plan = MtlsPlanType()
