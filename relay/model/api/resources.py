"""The resources of an API, which its plans and policies use."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from relay.model.api.auth_provider_resource import InlineUsers
from relay.model.api.oauth2_am_resource import Oauth2AmResource
from relay.model.api.oauth2_resource import Oauth2Resource
from relay.model.schema.base import Options, Value
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.scalars import Configuration, Flag, Name

RESOURCES: dict[str, type[Value]] = {
    "oauth2": Oauth2Resource,
    "oauth2-am-resource": Oauth2AmResource,
    "oauth2-am": Oauth2AmResource,
    "auth-provider-inline-resource": InlineUsers,
    "auth-provider-inline": InlineUsers,
}
"""The configurations by type; some types have two names in definitions."""
AUTHORIZATION_SERVERS = frozenset({"oauth2", "oauth2-am-resource", "oauth2-am"})
"""The types of resources that ``OAUTH2`` plans use."""
AUTH_PROVIDERS = frozenset({"auth-provider-inline-resource", "auth-provider-inline"})
"""The types of resources that ``policy-basic-authentication`` uses."""


class ApiResource(Options):
    """One resource; one that is disabled is kept as it is."""

    name: Name
    type: Name
    enabled: Flag = True
    configuration: Annotated[Configuration, Field(repr=False)] = {}

    def read_configuration(self) -> Value:
        """
        Return the configuration, parsed.

        :raises pydantic.ValidationError: when it is not valid for the type.
        """
        return RESOURCES[self.type].read(self.configuration)

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if not self.enabled:
            return self
        if self.type not in RESOURCES:
            named = ", ".join(RESOURCES)
            raise refusal(
                [(("type",), f"type [{self.type}] is not supported, only {named}")]
            )
        try:
            self.read_configuration()
        except ValidationError as error:
            raise refusal(
                (("configuration", *problem["loc"]), problem["msg"])
                for problem in error.errors(include_input=False, include_url=False)
            ) from None
        return self


def _distinct(resources: tuple[ApiResource, ...]) -> tuple[ApiResource, ...]:
    problems: list[tuple[Where, str]] = []
    seen: set[str] = set()
    for number, resource in enumerate(resources):
        if resource.name in seen:
            problems.append(((number, "name"), f"[{resource.name}] is used twice"))
        seen.add(resource.name)
    if problems:
        raise refusal(problems)
    return resources


Resources = Annotated[tuple[ApiResource, ...], AfterValidator(_distinct)]


def enabled(resources: Iterable[ApiResource], types: Collection[str], name: str) -> Any:
    """
    Find the configuration of a resource.

    :param resources: of an API.
    :param types: the types that the resource may have.
    :raises LookupError: when there is none, or it is disabled.
    """
    for resource in resources:
        if resource.enabled and resource.type in types and resource.name == name:
            return resource.read_configuration()
    named = " or ".join(sorted(types))
    raise LookupError(f"the API has no {named} resource [{name}] that is enabled")


def authorization_server(resources: Iterable[ApiResource], name: str) -> Oauth2Resource:
    """
    Find the authorization server of a resource.

    :param resources: of an API.
    :raises LookupError: as of :func:`enabled`.
    """
    found: Oauth2Resource | Oauth2AmResource = enabled(
        resources, AUTHORIZATION_SERVERS, name
    )
    return found.introspection() if isinstance(found, Oauth2AmResource) else found
