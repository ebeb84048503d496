"""
The records of the store. Times are integer milliseconds since the Unix epoch.

Definitions are left out of every ``repr``: they may hold passwords, keys and
targets whose query is a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from relay.model.policy_groups.records import DeployedGroup

ApiState = Literal["STOPPED", "STARTED"]


@dataclass(frozen=True, slots=True)
class ApiRecord:
    """An API as its publisher last saved it; gateways never read it."""

    id: str
    """A lower-case UUIDv4."""
    hrid: str
    """Its human-readable id, which no other API has."""
    definition: dict[str, Any] = field(repr=False)
    """What :meth:`relay.model.api.definition.ApiDefinition.to_json` gave."""
    state: ApiState
    lifecycle_state: str
    """A :class:`relay.model.api.publication_state.LifecycleState` value."""
    visibility: str
    """A :class:`relay.model.api.publication_state.Visibility` value."""
    created_at_ms: int
    updated_at_ms: int
    """Strictly increasing with every save: the ETag."""
    deployed_at_ms: int | None
    """``None`` until the first deployment."""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as its publisher last saved it."""

    id: str
    """A lower-case UUIDv4."""
    api_id: str
    hrid: str
    """Its human-readable id, which no other open plan of the API has."""
    definition: dict[str, Any] = field(repr=False)
    """What :meth:`relay.model.plans.plan.PlanDefinition.to_json` gave."""
    status: str
    """A :class:`relay.model.plans.plan.PlanStatus` value."""
    order: int
    created_at_ms: int
    updated_at_ms: int
    published_at_ms: int | None
    closed_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """An immutable snapshot of an API with its plans: all that a gateway runs."""

    id: str
    """A lower-case UUIDv4."""
    api_id: str
    number: int
    """1 for the first deployment of the API, then one more each time."""
    label: str | None
    definition: dict[str, Any] = field(repr=False)
    """The API's management JSON, ``id`` included."""
    plans: tuple[dict[str, Any], ...] = field(repr=False)
    """Management plan JSONs, ``id`` and ``status`` included; published and
    deprecated plans only."""
    created_at_ms: int
    groups: Mapping[str, DeployedGroup] = field(default_factory=dict)
    """The deployed shared policy groups that the flows refer to, by their crossId. They
    are not part of the snapshot: they were read with it."""


@dataclass(frozen=True, slots=True)
class DeploymentHead:
    """A deployment without what it contains."""

    id: str
    number: int
    label: str | None
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class ServingReport:
    """The result of a deployment on one gateway."""

    number: int
    """The number of the deployment."""
    serving: int | None
    """The number of the deployment that the gateway serves; ``None`` for none."""
    reason: str | None
    """Why the gateway does not serve the deployment; ``None`` when it does."""


@dataclass(frozen=True, slots=True)
class GatewayReport:
    """A :class:`ServingReport` with the gateway that made it."""

    gateway_id: str
    host: str
    """The name of the gateway's machine."""
    report: ServingReport
    at_ms: int
    """When it was made."""


@dataclass(frozen=True, slots=True)
class GatewayRecord:
    """A gateway on the store, and what its reports amount to."""

    id: str
    host: str
    """The name of its machine."""
    seen_at_ms: int
    """When it last reported; a minute before, for one that has ended."""
    in_force: int
    """How many APIs it serves by their newest deployment."""
    rejected: int
    """How many APIs have a deployment that it cannot serve."""


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user of the management API."""

    name: str
    password_hash: str = field(repr=False)
    """An argon2 hash in its encoded form."""
    role: str
    """A :class:`relay.model.role.Role` value."""
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A personal access token, by which programs act for a user."""

    id: str
    """A lower-case UUIDv4."""
    user: str
    """The name of the user it belongs to."""
    name: str
    token_hash: str = field(repr=False)
    """SHA-256 of the token, which is random and long, in hexadecimal."""
    role: str | None
    """The limit of its rights; ``None`` for all rights of its user."""
    created_at_ms: int
    expires_at_ms: int | None
    used_at_ms: int | None
    """When it was last used, to the minute."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session of the console, from a sign-in to its end."""

    id: str
    """A lower-case UUIDv4, which opens nothing."""
    user: str
    """The name of the user who signed in."""
    secret_hash: str = field(repr=False)
    """SHA-256 of the value of the cookie, in hexadecimal."""
    created_at_ms: int
    used_at_ms: int
    """When it was last used, to a tenth of the idle timeout."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A change, with its author."""

    id: str
    """A lower-case UUIDv4."""
    at_ms: int
    actor: str
    """The name of the user, or ``system`` for the daemon itself."""
    token: str | None
    """The id of the token that was used; ``None`` without one."""
    event: str
    """Such as ``API_UPDATED``."""
    api_id: str | None
    """The API that it concerns, which may not exist any more."""
    target: dict[str, str]
    """The changed object: its ``type``, ``id`` and ``name``."""
    changes: list[dict[str, Any]] = field(repr=False)
    """``op``, ``path``, ``before`` and ``after`` of each change, with secrets
    masked."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry of a channel's history."""

    channel: str
    """The digest of the channel's key."""
    epoch: str
    seq: int
    at_ms: int
    content: dict[str, Any] = field(repr=False)
    """The entry as the channel encodes it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The result of a publication with an ``Idempotency-Key``."""

    topic: str
    key: str
    ids: tuple[str, ...]
    at_ms: int
