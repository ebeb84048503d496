"""The endpoints that the tenant of a gateway uses."""

from __future__ import annotations

from relay.model.api.definition import ApiDefinition


def for_tenant(definition: ApiDefinition, tenant: str | None) -> ApiDefinition:
    """Leave out the endpoints that are for other gateways."""
    return definition.model_copy(
        update={
            "endpoint_groups": tuple(
                group.model_copy(
                    update={
                        "endpoints": tuple(
                            one for one in group.endpoints if one.serves(tenant)
                        )
                    }
                )
                for group in definition.endpoint_groups
            )
        }
    )
