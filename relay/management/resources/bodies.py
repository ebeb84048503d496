"""Request bodies of actions, path checks, copies and searches."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, Strict, ValidationError, model_validator

from relay.model.schema import reading
from relay.model.schema.base import Options, Value
from relay.model.schema.errors import Invalid
from relay.model.schema.types.scalars import Flag, Integral, Upper

B = TypeVar("B", bound=Value)

Words = tuple[str, ...]
DefinitionVersion = Literal["V1", "V2", "V4", "FEDERATED", "FEDERATED_AGENT"]


class DeploymentRequest(Options):
    """The body of a deployment, whose content is always the saved definition."""

    deployment_label: Annotated[str, Field(max_length=32)] | None = None


class RollbackRequest(Options):
    """The deployment whose definition is restored: one of both members."""

    event_id: str | None = None
    """The ``id`` of the deployment, as clients of Gravitee name it."""
    deployment_number: Annotated[int, Strict(), Field(ge=1), Integral] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> RollbackRequest:
        if (self.event_id is None) == (self.deployment_number is None):
            raise ValueError("must have either deploymentNumber or eventId")
        return self


class WantedPath(Options):
    """A path whose availability is checked."""

    host: str | None = None
    path: str
    override_access: Flag = False


class PathsToVerify(Options):
    """Paths, and the API that may use them already."""

    api_id: str | None = None
    paths: tuple[WantedPath, ...]


class HostsToVerify(Options):
    """Hosts of a listener, and the API that may use them already."""

    api_id: str | None = None
    hosts: tuple[str, ...]
    listener_type: Annotated[Literal["HTTP", "TCP", "KAFKA"], Upper] = "TCP"


class DuplicateOptions(Options):
    """How a copy differs from its original."""

    context_path: str | None = None
    host: str | None = None
    version: str | None = None
    filtered_fields: frozenset[Literal["GROUPS", "PLANS", "MEMBERS", "PAGES"]] = (
        frozenset()
    )
    """The members that are not copied."""


class SearchQuery(Options):
    """Filters, all of which an API must match; an empty list matches all APIs."""

    query: str = ""
    """Words, each of which must occur in the name, description, paths, labels, tags,
    categories, id or owner."""
    ids: Words = ()
    definition_version: DefinitionVersion | None = None
    definition_versions: tuple[DefinitionVersion, ...] = ()
    api_types: Words = ()
    """Such as ``V4_HTTP_PROXY``."""
    statuses: Words = ()
    """States, such as ``STARTED``."""
    tags: Words = ()
    categories: Words = ()
    published: Words = ()
    """``PUBLISHED``, or ``UNPUBLISHED`` for every other lifecycle state."""
    visibilities: Words = ()
    allowed_in_api_products: Flag | None = None
    has_open_api_documentation: Flag | None = None
    """No API has documentation in the management API: true matches none."""


def read(model: type[B], body: object) -> B:
    """
    :param model: of the body.
    :raises Invalid: naming every problem.
    """
    try:
        return model.read({} if body is None else body)
    except ValidationError as error:
        raise Invalid(reading.issues(error, model=model)) from None
