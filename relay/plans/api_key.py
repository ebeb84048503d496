"""The ``API_KEY`` plan: callers with a key of a subscription are admitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator
from zope.interface import implementer

from relay.model.api.endpoints.http_proxy import header_name
from relay.model.api.kinds import PlanType
from relay.model.consumers.api_key import digest_of
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, Literally, Upper
from relay.plans import keyed
from relay.plans.caller import Caller, from_one_place
from relay.plans.interfaces import Credential, IPlan, Plan, PlanContext, read_options
from relay.plans.verdict import Denial, Verdict

INVALID = Denial("API_KEY_INVALID", "API Key is not valid or is expired / revoked.")
AUTHORIZATION = b"authorization"


Place = Literal["HEADER", "BEARER", "QUERY_PARAMETER"]


class ApiKeyOptions(Options):
    """Where a key stands, and whether it goes on to the source."""

    propagate_api_key: Flag = False
    """Whether the key goes upstream."""
    source: Annotated[Place, Upper] | None = None
    """Where the key stands; without it, in the header, or else in the parameter."""
    enable_custom_api_key_header: Flag = False
    """Keys are read from another header than the default one."""
    api_key_header: Annotated[Literally, AfterValidator(header_name)] | None = None
    """The header, in place of the gateway's ``gateway.api_key_header``."""

    @model_validator(mode="after")
    def _header_is_used(self) -> Self:
        if self.enable_custom_api_key_header and self.api_key_header is None:
            raise refusal([(("apiKeyHeader",), "is missing")])
        return self

    @property
    def custom_header(self) -> str | None:
        """The header that counts, unless it is the gateway's."""
        return self.api_key_header if self.enable_custom_api_key_header else None


API_KEY = PlanType(
    "API_KEY",
    "API key",
    ApiKeyOptions,
    description="Accepts the API key of a subscription.",
)


@implementer(IPlan)
class ApiKeyPlanType:
    """Makes ``API_KEY`` plans."""

    kind = API_KEY
    order = 500

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> ApiKeyPlan:
        """Make a plan ready."""
        return ApiKeyPlan(plan["id"], read_options(plan, ApiKeyOptions), context)


class ApiKeyPlan(Plan):
    """Admits callers with a key of a subscription."""

    def __init__(
        self, plan_id: str, options: ApiKeyOptions, context: PlanContext
    ) -> None:
        names = context.settings
        header = (options.custom_header or names.api_key_header).lower()
        self.id = plan_id
        self._context = context
        self._header = header.encode("ascii")
        self._bearer = options.source == "BEARER"
        self._in_header = options.source in (None, "HEADER")
        self._parameter = (
            names.api_key_parameter
            if options.source in (None, "QUERY_PARAMETER")
            else None
        )
        self._propagates = options.propagate_api_key
        self.parameters = frozenset(
            () if self._parameter is None else (self._parameter,)
        )
        self.challenge = b'%s realm="Relay"' % (
            b"Bearer" if self._bearer else b"ApiKey"
        )

    def find(self, caller: Caller) -> Credential | None:
        """Look in the header, the parameter, or both."""
        key = parameter = None
        if self._bearer:
            key = caller.authorization("bearer")
        elif self._in_header:
            key = caller.header(self._header)
        if self._parameter is not None:
            parameter = caller.parameter(self._parameter)
        key = from_one_place(key, parameter)
        return None if key is None else Credential(digest_of(key))

    def admit(self, caller: Caller, credential: Credential) -> Verdict:
        """Look the key up; a key of another plan is not for this one."""
        found = self._context.consumers.with_key(self.id, credential.value)
        return keyed.admit(found, self._context, INVALID)

    def strip(self, caller: Caller) -> None:
        """Remove the key, unless the plan forwards it."""
        if self._propagates:
            return
        if self._bearer:
            caller.drop_header(AUTHORIZATION)
        elif self._in_header:
            caller.drop_header(self._header)
        if self._parameter is not None:
            caller.drop_parameter(self._parameter)


api_key_plan = ApiKeyPlanType()
