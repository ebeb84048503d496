"""The shapes of deployments, of gateways on the store and of the audit trail."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from relay.management.shapes.apis import Plan
from relay.management.shapes.common import Count, Difference, Member, Named, Timestamp
from relay.model.api.definition import ApiDefinition
from relay.model.schema.base import Value


class RefusedDeployment(Value):
    """A deployment that a gateway cannot serve."""

    deployment_number: int
    reason: str


class ServingGateway(Value):
    """What a gateway serves of an API."""

    id: str
    host: str
    deployment_number: int | None = None
    """None: the gateway serves no deployment of the API."""
    reported_at: Timestamp
    refused: RefusedDeployment | None = None


class Deployment(ApiDefinition):
    """The definition and the plans that a deployment contains."""

    id: str
    """The id of the API."""
    plans: tuple[Plan, ...]
    deployed_at: Timestamp
    deployed_by: Member | None = None
    deployment_number: int
    deployment_label: str | None = None
    gateways: tuple[ServingGateway, ...]


class Refusal(Value):
    """A gateway that cannot serve a deployment."""

    id: str
    host: str
    reason: str


class DeploymentHead(Value):
    """A deployment without its content."""

    id: str
    deployment_number: int
    deployment_label: str | None = None
    deployed_at: Timestamp
    deployed_by: Member | None = None
    gateways: tuple[ServingGateway, ...]
    """The gateways that serve the deployment."""
    refusals: tuple[Refusal, ...]


class ComparedSide(Value):
    """One of two documents that are compared."""

    draft: Literal[True] | None = None
    """The document is what is saved."""
    deployment_number: int | None = None
    deployment_label: str | None = None


class DeploymentDifference(Difference):
    """A difference of two deployments."""

    affects_traffic: bool


class Comparison(Value):
    """The differences of two deployments, with secrets masked."""

    from_: Annotated[ComparedSide, Field(alias="from")]
    to: ComparedSide
    affects_traffic: bool
    data: tuple[DeploymentDifference, ...]
    plans: tuple[Named, ...]
    """The plans that differ."""


class PlanNotRestored(Named):
    """A plan that a rollback leaves as it is."""

    reason: str
    """`DELETED`, `CLOSED`, `STAGING` or `NOT_DEPLOYED`."""


class RollbackPreview(Value):
    """What a rollback would change."""

    affects_traffic: bool
    data: tuple[DeploymentDifference, ...]
    plans: tuple[Named, ...]
    """The plans that differ."""
    plans_not_restored: tuple[PlanNotRestored, ...]


class InstanceApis(Value):
    """How many APIs a gateway serves."""

    in_force: Count
    rejected: Count


class Instance(Value):
    """A gateway on the store."""

    id: str
    hostname: str
    state: Literal["STARTED", "UNKNOWN", "STOPPED"]
    last_heartbeat_at: Timestamp
    apis: InstanceApis
    version: str | None = None
    """Known of the gateway of this process."""
    started_at: Timestamp | None = None
    urls: tuple[str, ...] | None = None


class AuditReference(Value):
    """The API of an event, or the environment."""

    type: Literal["API", "ENVIRONMENT"]
    id: str
    name: str | None = None


class AuditProperty(Value):
    """The object of an event, or the token that was used."""

    key: str
    value: str
    name: str


class Audit(Value):
    """An event of the audit trail."""

    id: str
    created_at: Timestamp
    organization_id: str
    environment_id: str
    reference: AuditReference
    user: Member
    event: str
    properties: tuple[AuditProperty, ...]
    patch: str
    """A JSON Patch, as text."""
    changes: tuple[Difference, ...]


class EventNames(Value):
    """The names of events."""

    data: tuple[str, ...]


class Evaluation(Value):
    """The result of an evaluation of an expression."""

    ok: bool
    """Whether a definition may contain the expression."""
    reason: str | None = None
    """Why not."""
    position: int | None = None
    """Where the mistake is."""
    failure: str | None = None
    """Why the evaluation with the sample failed."""
    type: str | None = None
    value: Any = None
