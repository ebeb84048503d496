"""The resources of an API, which its plans and policies use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from relay.model.api.oauth2_resource import Oauth2Resource
from relay.model.schema.base import Options, Value
from relay.model.schema.refusal import Where, refusal
from relay.model.schema.scalars import Configuration, Flag, Name

RESOURCES: dict[str, type[Value]] = {"oauth2": Oauth2Resource}
"""The configurations by type."""


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


def enabled(resources: Iterable[ApiResource], type: str, name: str) -> Any:
    """
    Find the configuration of a resource.

    :param resources: of an API.
    :raises LookupError: when there is none, or it is disabled.
    """
    for resource in resources:
        if resource.enabled and (resource.type, resource.name) == (type, name):
            return resource.read_configuration()
    raise LookupError(f"the API has no {type} resource [{name}] that is enabled")
