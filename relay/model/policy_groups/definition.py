"""A shared policy group as its publisher defines it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from relay.model.api.flow import FlowStep
from relay.model.hrid import Hrid
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Name, Upper

READ_ONLY = frozenset(
    {
        "createdAt",
        "deployedAt",
        "environmentId",
        "id",
        "lifecycleState",
        "organizationId",
        "originContext",
        "updatedAt",
        "version",
    }
)
"""Set by the server only; left aside when a client sends them along."""

PHASES = {
    "PROXY": ("REQUEST", "RESPONSE"),
    "MESSAGE": ("REQUEST", "RESPONSE", "PUBLISH", "SUBSCRIBE"),
}
"""The phases of flows, by the type of the API."""


class SharedPolicyGroupDefinition(Options):
    """
    A shared policy group; read bodies of clients by
    :meth:`relay.catalog.Catalog.parse_policy_group`.

    Runtime fields (``id``, ``version``, ...) are left aside.
    """

    cross_id: Annotated[Name, Field(max_length=64)] | None = None
    """The id by which flows refer to the group."""
    hrid: Hrid | None = None
    """The human-readable id."""
    name: Annotated[Name, Field(max_length=512)]
    """The name of the group."""
    description: Annotated[str, Field(max_length=1024)] | None = None
    """What the group is for."""
    prerequisite_message: Annotated[str, Field(max_length=1024)] | None = None
    """What an API needs to use the group, for people."""
    api_type: Annotated[Literal["PROXY", "MESSAGE"], Upper]
    """The type of the APIs that can use the group."""
    phase: Annotated[Literal["REQUEST", "RESPONSE", "PUBLISH", "SUBSCRIBE"], Upper]
    """The phase of flows in which the group can be used."""
    steps: tuple[FlowStep, ...] = ()
    """The steps."""

    @model_validator(mode="before")
    @classmethod
    def _without_runtime_fields(cls, body: Any) -> Any:
        if not isinstance(body, Mapping):
            return body
        return {key: value for key, value in body.items() if key not in READ_ONLY}
