"""The resources of an API, which its plans and policies use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from relay.model.api.kinds import Need, ResourceType
from relay.model.api.resources.auth_provider_resource import InlineUsers
from relay.model.api.resources.oauth2_am_resource import Oauth2AmResource
from relay.model.api.resources.oauth2_resource import Oauth2Resource
from relay.model.schema.base import Options, Value
from relay.model.schema.reading import message_of
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.types.scalars import Configuration, Flag, Name

OAUTH2 = ResourceType(
    "oauth2",
    "Generic OAuth2 authorization server",
    Oauth2Resource,
    description="An authorization server that introspects tokens (RFC 7662).",
)
OAUTH2_AM = ResourceType(
    "oauth2-am-resource",
    "Gravitee Access Management",
    Oauth2AmResource,
    "oauth2-am",
    description="A domain of Gravitee Access Management that introspects tokens.",
)
INLINE_USERS = ResourceType(
    "auth-provider-inline-resource",
    "Inline authentication provider",
    InlineUsers,
    "auth-provider-inline",
    description="The users of basic authentication steps that name the resource.",
)
RESOURCE_TYPES = {one.id: one for one in (OAUTH2, OAUTH2_AM, INLINE_USERS)}
"""The types by id."""
RESOURCES = {
    id: one.configuration for one in RESOURCE_TYPES.values() for id in sorted(one.ids)
}
"""The configurations by each id of their types."""
AUTHORIZATION_SERVERS = OAUTH2.ids | OAUTH2_AM.ids
"""The ids of resources that ``OAUTH2`` plans use."""
AUTH_PROVIDERS = INLINE_USERS.ids
"""The ids of resources that ``policy-basic-authentication`` uses."""


class ApiResource(Options):
    """One resource. A disabled resource is kept and not used."""

    name: Name
    """The name by which plans and policies use the resource."""
    type: Name
    """The type of the resource."""
    enabled: Flag = True
    """The resource can be used."""
    configuration: Annotated[Configuration, Field(repr=False)] = {}
    """The options of the type of resource."""

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
                (("configuration", *problem["loc"]), message_of(problem))
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


def enabled(resources: Iterable[ApiResource], need: Need) -> Any:
    """
    Find the configuration of a resource.

    :param resources: of an API.
    :raises LookupError: when there is none, or it is disabled.
    """
    for one in resources:
        if one.enabled and one.type in need.types and one.name == need.name:
            return one.read_configuration()
    raise LookupError(need.missing)


def authorization_server(resources: Iterable[ApiResource], name: str) -> Oauth2Resource:
    """
    Find the authorization server of a resource.

    :param resources: of an API.
    :raises LookupError: as of :func:`enabled`.
    """
    need = Need(("oauthResource",), AUTHORIZATION_SERVERS, name)
    found: Oauth2Resource | Oauth2AmResource = enabled(resources, need)
    return found.introspection() if isinstance(found, Oauth2AmResource) else found
