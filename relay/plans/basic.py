"""
The ``BASIC`` plan: callers with the name and a password of a subscription are admitted.

The name is the subscription's id. The passwords are its keys: 256 random bits each, of
which only a digest is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest
from typing import Annotated, Any

from pydantic import AfterValidator
from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.consumers.api_key import digest_of
from relay.model.plans.basic import challenge, read_pair
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag, Literally
from relay.plans import keyed
from relay.plans.caller import Caller
from relay.plans.interfaces import Credential, IPlan, Plan, PlanContext, read_options
from relay.plans.verdict import NOT_SUBSCRIBED, Admission, Denial, Verdict, unresolved

INVALID = Denial("BASIC_CREDENTIALS_INVALID")
NO_PAIR = unresolved("it is not a name and a password in base64")


def _printable(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("must be printable ASCII")
    return value


class BasicOptions(Options):
    """The challenge for callers, and whether credentials are forwarded."""

    realm: Annotated[Literally, AfterValidator(_printable)] = "Relay"
    """What browsers and others show when they ask for a password."""
    propagate_auth_header: Flag = False
    """Whether ``Authorization`` goes upstream."""


BASIC = PlanType(
    "BASIC",
    "Basic authentication",
    BasicOptions,
    description="Accepts the user name and password of a subscription.",
)


@implementer(IPlan)
class BasicPlanType:
    """Makes ``BASIC`` plans."""

    kind = BASIC
    order = 600

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> BasicPlan:
        """Make a plan ready."""
        return BasicPlan(plan["id"], read_options(plan, BasicOptions), context)


class BasicPlan(Plan):
    """Admits callers with the name and a password of a subscription."""

    def __init__(
        self, plan_id: str, options: BasicOptions, context: PlanContext
    ) -> None:
        self.id = plan_id
        self._context = context
        self._propagates = options.propagate_auth_header
        self.challenge = challenge(options.realm)

    def find(self, caller: Caller) -> Credential | None:
        """Look for ``Authorization: Basic``, well-formed or not."""
        given = caller.authorization("basic")
        return None if given is None else Credential(read_pair(given.encode("latin-1")))

    def admit(self, caller: Caller, credential: Credential) -> Verdict:
        """Look up the password, and compare the name with that of its subscription."""
        if credential.value is None:
            return NO_PAIR
        name, password = credential.value
        context = self._context
        # A password that is not UTF-8 matches none that was issued.
        digest = digest_of(password.decode("utf-8", "replace"))
        found = context.consumers.with_key(self.id, digest)
        if found is not None and not compare_digest(
            found[0].subscription_id.encode(), name.encode()
        ):
            return NOT_SUBSCRIBED
        verdict = keyed.admit(found, context, INVALID)
        if isinstance(verdict, Admission):
            # Browsers store passwords, and send them with calls of any page.
            return replace(verdict, ambient=True)
        return verdict

    def strip(self, caller: Caller) -> None:
        """Remove the credentials, unless the plan forwards them."""
        if not self._propagates:
            caller.drop_header(b"authorization")


basic_plan = BasicPlanType()
