"""The documents that publishers define, with their JSON Schemas."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from relay.model.api.definition import ApiDefinition
from relay.model.plans.plan import PlanDefinition
from relay.model.policy_groups.definition import SharedPolicyGroupDefinition

DOCUMENTS: dict[str, type[BaseModel]] = {
    "api": ApiDefinition,
    "plan": PlanDefinition,
    "shared-policy-group": SharedPolicyGroupDefinition,
}
"""By the names of their schemas. A member whose type depends on a plugin is an object
in a schema; the catalog has the schemas of plugins."""


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Make the JSON Schema (2020-12) of a model, in the names of the JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True),
    }
