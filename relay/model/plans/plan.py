"""A plan as a publisher defines it: who may attach."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from relay.model.api.definition import DefinitionVersion
from relay.model.api.flow import Flow
from relay.model.api.read_only import without_plan_fields
from relay.model.plans.selection_rule import checked
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.descriptive import PlanDescription
from relay.model.schema.refusal import refusal
from relay.model.schema.spellings import respelled
from relay.model.schema.types.scalars import Configuration, Name, Upper


class PlanStatus(StrEnum):
    """The lifecycle of a plan, which only moves down this list."""

    STAGING = "STAGING"
    PUBLISHED = "PUBLISHED"
    DEPRECATED = "DEPRECATED"
    CLOSED = "CLOSED"


class PlanSecurity(Options):
    """How a caller is recognised."""

    type: Annotated[Name, Upper]
    """The security type."""
    configuration: Annotated[Configuration, Field(repr=False)] = {}
    """The options of the security type."""

    def completed(self, sent: object) -> object:
        """
        Return the security that a client sends, of this type if it names none.

        :param sent: decoded JSON; None for this security.
        """
        if sent is None:
            return self.to_json()
        if isinstance(sent, Mapping) and sent.get("type") is None:
            return {**sent, "type": self.type}
        return sent


class PlanDefinition(PlanDescription):
    """A plan; read bodies of clients by :meth:`relay.catalog.Catalog.parse_plan`.

    Runtime fields (``id``, ``status``, ...) are left aside.
    """

    definition_version: DefinitionVersion = "V4"
    """The version of the format."""
    name: Name
    """The name of the plan."""
    mode: Annotated[Literal["STANDARD", "PUSH"], Upper] = "STANDARD"
    """``PUSH`` is for consumers that the gateway calls; it has no security."""
    security: PlanSecurity | None = None
    """Of a ``STANDARD`` plan."""
    flows: tuple[Flow, ...] | None = None
    """The flows of the plan."""
    selection_rule: Annotated[str, AfterValidator(checked)] | None = None
    """Which callers with a credential the plan is for; all without one."""
    tags: unsupported.PlanTags = None
    excluded_groups: unsupported.ExcludedGroups = None
    bootstrap_port: unsupported.KafkaPort = None
    broker_range_start: unsupported.KafkaPort = None
    broker_range_end: unsupported.KafkaPort = None

    @model_validator(mode="after")
    def _recognises_who_calls(self) -> Self:
        if self.mode == "PUSH" and self.security is not None:
            why = "a PUSH plan has none: its consumers are called, and do not call"
            raise refusal([(("security",), why)])
        if self.mode == "PUSH" and self.selection_rule:
            why = "has no effect on a PUSH plan: it chooses among those who call"
            raise refusal([(("selectionRule",), why)])
        if self.mode == "STANDARD" and self.security is None:
            raise refusal([(("security",), "is required")])
        return self

    @model_validator(mode="before")
    @classmethod
    def _without_runtime_fields(cls, body: Any) -> Any:
        body = respelled(body, {"comment_required": "commentRequired"})
        return without_plan_fields(body)
